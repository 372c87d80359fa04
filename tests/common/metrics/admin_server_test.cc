#include "common/metrics/admin_server.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

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

// Connects and sends half a request, or nothing, until it is destroyed.
class StallingClient {
 public:
  StallingClient(const std::string& address, const std::string& sent)
      : file_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in to = {};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    to.sin_port =
        htons(static_cast<uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
    EXPECT_EQ(connect(file_, reinterpret_cast<sockaddr*>(&to), sizeof(to)), 0);
    EXPECT_EQ(write(file_, sent.data(), sent.size()),
              static_cast<ssize_t>(sent.size()));
  }
  ~StallingClient() { close(file_); }

 private:
  const int file_;
};

TEST_F(AdminServerTest, SlowClientsDoNotKeepOthersWaiting) {
  std::vector<std::unique_ptr<StallingClient>> slow;
  for (int i = 0; i < 5; ++i) {
    slow.push_back(std::make_unique<StallingClient>(server_->address(), ""));
    slow.push_back(std::make_unique<StallingClient>(server_->address(),
                                                    "GET /metrics HTTP/1.1\r\nHo"));
  }
  // The server drops those sooner or later; sooner than that it must answer.
  client_->set_read_timeout(4);
  client_->set_keep_alive(true);
  for (int i = 0; i < 3; ++i) {
    const auto response = client_->Get("/livez");
    ASSERT_TRUE(response) << httplib::to_string(response.error());
    EXPECT_EQ(response->status, 200);
  }
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
