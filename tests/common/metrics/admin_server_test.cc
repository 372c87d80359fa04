#include "common/metrics/admin_server.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "httplib.h"
#include "prometheus/counter.h"

namespace weft {
namespace {

using ::testing::HasSubstr;

class AdminServerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto server = AdminServer::Start("127.0.0.1:0", registry_);
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    client_ = std::make_unique<httplib::Client>("http://" + server_->address());
  }

  std::shared_ptr<prometheus::Registry> registry_ =
      std::make_shared<prometheus::Registry>();
  std::unique_ptr<AdminServer> server_;
  std::unique_ptr<httplib::Client> client_;
};

TEST_F(AdminServerTest, MetricsAreServedInPrometheusText) {
  prometheus::BuildCounter()
      .Name("weft_test_events_total")
      .Help("Events.")
      .Register(*registry_)
      .Add({{"kind", "a"}})
      .Increment(3);
  const auto response = client_->Get("/metrics");
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 200);
  EXPECT_THAT(response->body, HasSubstr("weft_test_events_total{kind=\"a\"} 3"));
  EXPECT_THAT(response->get_header_value("Content-Type"), HasSubstr("version=0.0.4"));
}

TEST_F(AdminServerTest, ReadinessSaysWhatItWaitsFor) {
  server_->SetReady(false, "waiting for weights");
  auto response = client_->Get("/readyz");
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 503);
  EXPECT_THAT(response->body, HasSubstr("waiting for weights"));
  server_->SetReady(true);
  response = client_->Get("/readyz");
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 200);
}

TEST_F(AdminServerTest, LivenessDoesNotDependOnReadiness) {
  const auto response = client_->Get("/livez");
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 200);
}

TEST_F(AdminServerTest, APortInUseIsAnErrorThatNamesIt) {
  const auto second = AdminServer::Start(server_->address(), registry_);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(second.status().message()), HasSubstr(server_->address()));
}

TEST(AdminServerAddressTest, AMalformedAddressIsAnError) {
  for (const char* address : {"", "localhost", "localhost:http", "127.0.0.1:99999"}) {
    const auto server =
        AdminServer::Start(address, std::make_shared<prometheus::Registry>());
    EXPECT_EQ(server.status().code(), absl::StatusCode::kInvalidArgument) << address;
  }
}

}  // namespace
}  // namespace weft
