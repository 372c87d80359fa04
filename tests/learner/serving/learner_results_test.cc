// The files that a run is for: best/, metrics.jsonl and summary.json.
#include <cmath>
#include <filesystem>
#include <memory>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "httplib.h"
#include "nlohmann/json.hpp"
#include "spdlog/sinks/ostream_sink.h"
#include "spdlog/spdlog.h"
#include "tests/learner/serving/learner_fixture.h"

namespace weft {
namespace {

using ::testing::HasSubstr;

using LearnerResultsTest = LearnerTest;

TEST_F(LearnerResultsTest, TheBestScheduleOfAProgramIsWrittenAsAModuleWithItsSpeedup) {
  config_.learner.episodes_per_iteration = 2;
  RunningLearner learner(config_, run_dir_);
  TestActor actor(learner.channel());
  actor.Hello("a");
  Trajectory best = ExampleTrajectory(1);
  best.schedule_module = "module {}\n";
  actor.Play(best);
  Trajectory worse = ExampleTrajectory(2);
  worse.measurement.seconds *= 2;
  actor.Play(worse);
  ASSERT_TRUE(Eventually([&] { return learner.GetStatus().iteration() == 1; }));
  // The files of an iteration are written after it has been counted.
  const std::string expected =
      "// matmul_64: 4.00x over unscheduled (2.00 us instead of 8.00 us): tile[4,0] "
      "stop\nmodule {}\n";
  EXPECT_TRUE(Eventually([&] { return File("best/matmul_64.mlir") == expected; }))
      << File("best/matmul_64.mlir");
}

TEST_F(LearnerResultsTest, ABetterScheduleWithoutItsModuleLeavesTheFileThatThereIs) {
  config_.learner.episodes_per_iteration = 2;
  RunningLearner learner(config_, run_dir_);
  {
    TestActor actor(learner.channel());
    actor.Hello("a");
    Trajectory first = ExampleTrajectory(1);
    first.schedule_module = "module {}\n";
    actor.Play(first);
    Trajectory better = ExampleTrajectory(2);
    better.measurement.seconds /= 2;
    actor.Play(better);
  }
  ASSERT_TRUE(Eventually([&] { return learner.GetStatus().iteration() == 1; }));
  EXPECT_TRUE(learner.Stop().ok());
  EXPECT_THAT(File("best/matmul_64.mlir"), HasSubstr("4.00x"));
  const nlohmann::json program =
      nlohmann::json::parse(File("summary.json"))["programs"][0];
  EXPECT_EQ(program["speedup"], 8);
  EXPECT_EQ(program["exported_speedup"], 4);
  EXPECT_EQ(program["exported_schedule"], "tile[4,0] stop");
}

TEST_F(LearnerResultsTest,
       ProgramsOfTheSuiteThatNobodyCouldMeasureCountAsOneInTheResults) {
  config_.environment = "mlir";
  config_.suite = folder_.path() + "/suite";
  std::filesystem::create_directory(config_.suite);
  for (const char* file : {"matmul_64.mlir", "unmeasurable.mlir", "notes.txt"}) {
    Overwrite(absl::StrCat(config_.suite, "/", file), "");
  }
  RunningLearner learner(config_, run_dir_);
  Play(&learner, 1, 4);
  ASSERT_TRUE(Eventually([&] { return learner.GetStatus().iteration() == 1; }));
  EXPECT_TRUE(learner.Stop().ok());
  const nlohmann::json summary = nlohmann::json::parse(File("summary.json"));
  ASSERT_EQ(summary["programs"].size(), 2u);
  EXPECT_EQ(summary["programs"][1]["program"], "unmeasurable");
  EXPECT_EQ(summary["programs"][1]["best_us"], 0);
  EXPECT_EQ(summary["programs"][1]["speedup"], 1);
  EXPECT_EQ(summary["programs_without_schedule"][0], "unmeasurable");
  EXPECT_NEAR(summary["geomean_speedup"].get<double>(), 2, 1e-9);  // sqrt(4 * 1)
}

// A folder where a file shall be written makes the write fail.
TEST_F(LearnerResultsTest, ResultsThatCouldNotBeWrittenAreWrittenOnceTheyCan) {
  RunningLearner learner(config_, run_dir_);
  const std::string metrics = run_dir_ + "/metrics.jsonl";
  const std::string best = run_dir_ + "/best/matmul_64.mlir";
  std::filesystem::remove(metrics);
  std::filesystem::create_directory(metrics);
  std::filesystem::create_directory(best + ".tmp");
  Trajectory episode = ExampleTrajectory(1);
  episode.schedule_module = "module {}\n";
  {
    TestActor actor(learner.channel());
    actor.Hello("a");
    actor.Play(episode);
    for (uint64_t i = 2; i <= 8; ++i) actor.Play(ExampleTrajectory(i));
  }
  ASSERT_TRUE(Eventually([&] { return learner.GetStatus().iteration() == 2; }));
  EXPECT_FALSE(std::filesystem::exists(best));
  std::filesystem::remove(metrics);
  std::filesystem::remove(best + ".tmp");
  EXPECT_TRUE(learner.Stop().ok());
  ASSERT_EQ(Metrics().size(), 2u);
  EXPECT_EQ(Metrics()[0]["iteration"], 1);
  EXPECT_EQ(Metrics()[1]["iteration"], 2);
  EXPECT_THAT(Contents(best), HasSubstr("module {}"));
}

TEST_F(LearnerResultsTest, ResultsThatCannotBeWrittenAtTheEndAreTheErrorOfTheRun) {
  RunningLearner learner(config_, run_dir_);
  std::filesystem::remove(run_dir_ + "/metrics.jsonl");
  std::filesystem::create_directory(run_dir_ + "/metrics.jsonl");
  Play(&learner, 1, 4);
  ASSERT_TRUE(Eventually([&] { return learner.GetStatus().iteration() == 1; }));
  const absl::Status status = learner.Stop();
  EXPECT_THAT(std::string(status.message()), HasSubstr("metrics.jsonl"));
  EXPECT_EQ(nlohmann::json::parse(File("summary.json"))["episodes"], 4);
}

TEST_F(LearnerResultsTest, AnEntropyCollapseIsToldInTheLogTheMetricsAndTheResults) {
  std::ostringstream log;
  const auto logger = spdlog::default_logger();
  spdlog::set_default_logger(std::make_shared<spdlog::logger>(
      "test", std::make_shared<spdlog::sinks::ostream_sink_mt>(log)));
  config_.learner.episodes_per_iteration = 2;
  {
    RunningLearner learner(config_, run_dir_);
    httplib::Client client("http://" + learner.learner().admin_address());
    const auto served = [&](const std::string& line) {
      const httplib::Result result = client.Get("/metrics");
      return result && result->body.find(line) != std::string::npos;
    };
    Play(&learner, 1, 2);
    ASSERT_TRUE(Eventually([&] { return Metrics().size() == 1; }));
    EXPECT_TRUE(served("weft_learner_entropy_collapsed 0"));
    learner.ppo().collapsed = true;
    Play(&learner, 3, 4);
    ASSERT_TRUE(Eventually([&] { return Metrics().size() == 2; }));
    EXPECT_TRUE(Eventually([&] { return served("weft_learner_entropy_collapsed 1"); }));
    EXPECT_TRUE(learner.Stop().ok());
  }
  spdlog::set_default_logger(logger);
  EXPECT_EQ(Metrics()[0]["entropy_collapsed"], false);
  EXPECT_EQ(Metrics()[1]["entropy_collapsed"], true);
  EXPECT_EQ(Metrics()[1]["entropy_share"], 0.001);
  EXPECT_THAT(log.str(), HasSubstr("entropy collapse in iteration 2: 1.5000 nats a "
                                   "decision, 0.0010 of what the masks allow"));
}

TEST_F(LearnerResultsTest, AFailedUpdateLeavesTheFiguresOfTheLastOne) {
  config_.learner.iterations = 3;
  RunningLearner learner(config_, run_dir_);
  learner.ppo().collapsed = true;
  Play(&learner, 1, 4);
  ASSERT_TRUE(Eventually([&] { return learner.GetStatus().iteration() == 1; }));
  learner.ppo().fail = true;
  Play(&learner, 5, 8);
  ASSERT_TRUE(Eventually([&] { return learner.GetStatus().iteration() == 2; }));
  EXPECT_DOUBLE_EQ(learner.GetStatus().entropy(), 1.5);
  httplib::Client client("http://" + learner.learner().admin_address());
  const httplib::Result metrics = client.Get("/metrics");
  ASSERT_TRUE(metrics);
  EXPECT_THAT(metrics->body, HasSubstr("weft_learner_entropy_collapsed 1"));
  EXPECT_THAT(metrics->body, HasSubstr("weft_learner_entropy_nats 1.5"));
  EXPECT_TRUE(learner.Stop().ok());
  EXPECT_TRUE(Metrics()[0].contains("entropy"));
  EXPECT_FALSE(Metrics()[1].contains("entropy"));
}

TEST_F(LearnerResultsTest, FailuresCountInTheSpeedupAtTheirPenalty) {
  RunningLearner learner(config_, run_dir_);
  {
    TestActor actor(learner.channel());
    actor.Hello("a");
    for (uint64_t i = 1; i <= 4; ++i) {
      Trajectory episode = ExampleTrajectory(i, i == 1 ? -8 : -1);
      if (i == 1) {
        episode.measurement = Measurement();
        episode.measurement.outcome = Outcome::kCrashed;
      }
      episode.roofline_seconds = episode.unscheduled_seconds / 8;
      actor.Play(episode);
    }
  }
  ASSERT_TRUE(Eventually([&] { return learner.GetStatus().iteration() == 1; }));
  // Three of 4x, and one that stands for roofline * e^8.
  EXPECT_NEAR(learner.GetStatus().mean_speedup(),
              std::exp((3 * std::log(4) + std::log(8) - 8) / 4), 1e-4);
  EXPECT_TRUE(learner.Stop().ok());
}

TEST_F(LearnerResultsTest, ATimeThatTheStoreKnewIsNotCountedAsMeasured) {
  RunningLearner learner(config_, run_dir_);
  {
    TestActor actor(learner.channel());
    actor.Hello("a");
    for (uint64_t i = 1; i <= 4; ++i) {
      Trajectory episode = ExampleTrajectory(i);
      episode.measurement.cached = i > 1;
      actor.Play(episode);
    }
  }
  ASSERT_TRUE(Eventually([&] { return learner.GetStatus().iteration() == 1; }));
  EXPECT_EQ(learner.GetStatus().measurements(), 1u);
  EXPECT_DOUBLE_EQ(learner.GetStatus().mean_speedup(), 4);
  EXPECT_TRUE(learner.Stop().ok());
  const nlohmann::json summary = nlohmann::json::parse(File("summary.json"));
  EXPECT_EQ(summary["measurements"], 1);
  EXPECT_EQ(summary["known"], 3);
}

}  // namespace
}  // namespace weft
