// The real Prometheus scrapes a real run and answers queries about it.

#include <filesystem>
#include <set>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "common/rpc/free_port.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "httplib.h"
#include "tests/integration/training_run.h"

namespace weft {
namespace {

std::string Get(const std::string& address, const std::string& path) {
  httplib::Client client("http://" + address);
  const auto response = client.Get(path.c_str());
  return response && response->status == 200 ? response->body : "";
}

// The value of the first series that answers the query; nullopt when there is none yet.
std::optional<double> Query(const std::string& prometheus,
                            const std::string& expression) {
  const auto answer = nlohmann::json::parse(
      Get(prometheus, "/api/v1/query?query=" + expression), nullptr, false);
  if (!answer.is_object() || answer["data"]["result"].empty()) return std::nullopt;
  return std::stod(answer["data"]["result"][0]["value"][1].get<std::string>());
}

class PrometheusTest : public ::testing::Test {
 protected:
  void SetUp() override {
    run_.Start();
    ASSERT_TRUE(Eventually([&] {
      return !run_.AdminAddress("learner.json").empty() &&
             !run_.AdminAddress("actor-actor-0.json").empty() &&
             !run_.Iterations().empty();
    })) << run_.Everything();
    learner_ = run_.AdminAddress("learner.json");
    actor_ = run_.AdminAddress("actor-actor-0.json");
  }

  TrainingRun run_{SyntheticConfig(100000)};
  std::string learner_;
  std::string actor_;
};

TEST_F(PrometheusTest, PromtoolFindsNothingToComplainAbout) {
  for (const std::string& address : {learner_, actor_}) {
    const TemporaryFolder folder;
    const std::string metrics = Get(address, "/metrics");
    ASSERT_FALSE(metrics.empty());
    WriteFile(folder.path() + "/metrics", metrics);
    const Finished check = RunToEnd(
        {"/bin/sh", "-c", "promtool check metrics < " + folder.path() + "/metrics"});
    EXPECT_TRUE(check.status.ok()) << check.output;
    EXPECT_EQ(check.output, "");
  }
}

// The names in "# TYPE NAME KIND" lines.
std::set<std::string> ServedNames(const std::string& metrics) {
  std::set<std::string> names;
  std::istringstream lines(metrics);
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("# TYPE ", 0) != 0) continue;
    names.insert(line.substr(7, line.find(' ', 7) - 7));
  }
  return names;
}

// The names in the first column of the tables of docs/metrics.md.
std::set<std::string> DocumentedNames() {
  std::set<std::string> names;
  std::istringstream lines(FileText(SourcePath("docs/metrics.md")));
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("| `weft_", 0) != 0) continue;
    names.insert(line.substr(3, line.find_first_of("{`", 3) - 3));
  }
  return names;
}

TEST_F(PrometheusTest, TheDocumentationListsWhatIsServedAndNothingElse) {
  std::set<std::string> served = ServedNames(Get(learner_, "/metrics"));
  served.merge(ServedNames(Get(actor_, "/metrics")));
  EXPECT_EQ(served, DocumentedNames());
}

TEST_F(PrometheusTest, EpisodesAndRewardCanBeQueried) {
  const TemporaryFolder folder;
  WriteFile(folder.path() + "/prometheus.yml",
            absl::StrCat("global: {scrape_interval: 1s}\n"
                         "scrape_configs:\n"
                         "  - job_name: learner\n"
                         "    static_configs: [{targets: ['",
                         learner_,
                         "']}]\n"
                         "  - job_name: actor\n"
                         "    static_configs: [{targets: ['",
                         actor_, "']}]\n"));
  const absl::StatusOr<int> port = FreePort();
  ASSERT_TRUE(port.ok()) << port.status();
  const std::string address = absl::StrCat("127.0.0.1:", *port);
  auto prometheus = ChildProcess::Start(
      {"/usr/bin/prometheus", "--config.file=" + folder.path() + "/prometheus.yml",
       "--storage.tsdb.path=" + folder.path() + "/data",
       "--web.listen-address=" + address},
      folder.path() + "/log");
  ASSERT_TRUE(prometheus.ok()) << prometheus.status();
  EXPECT_TRUE(Eventually([&] {
    return Query(address, "sum(weft_learner_episodes_total)").value_or(0) > 0 &&
           Query(address, "sum(weft_actor_episodes_total)").value_or(0) > 0 &&
           Query(address, "weft_learner_iteration_reward").has_value() &&
           Query(address, "sum(up)").value_or(0) == 2;
  })) << FileText(folder.path() + "/log");
}

TEST_F(PrometheusTest, LivenessAndReadinessAreServed) {
  for (const std::string& address : {learner_, actor_}) {
    EXPECT_EQ(Get(address, "/livez"), "ok\n");
    EXPECT_EQ(Get(address, "/readyz"), "ok\n");
  }
}

}  // namespace
}  // namespace weft
