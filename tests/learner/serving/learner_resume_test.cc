// What is on disk after a stop or a kill, and how a run goes on from it.
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "httplib.h"
#include "learner/serving/learner.h"
#include "nlohmann/json.hpp"
#include "tests/learner/serving/learner_fixture.h"

namespace weft {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using LearnerResumeTest = LearnerTest;

TEST_F(LearnerResumeTest, AStoppedRunIsContinuedWhereItWas) {
  {
    RunningLearner learner(config_, run_dir_);
    Play(&learner, 1, 6);  // One iteration, and two that wait.
    ASSERT_TRUE(Eventually([&] { return learner.GetStatus().iteration() == 1; }));
    EXPECT_TRUE(learner.Stop().ok());
  }
  RunningLearner learner(config_, run_dir_, /*resume=*/true);
  EXPECT_EQ(learner.GetStatus().episodes(), 6u);
  Play(&learner, 7, 12);
  ASSERT_TRUE(Eventually([&] { return learner.GetStatus().finished(); }));
  EXPECT_TRUE(learner.Stop().ok());
  EXPECT_EQ(learner.ppo().history(),
            "matmul_64:1 matmul_64:2 matmul_64:3 matmul_64:4 | "
            "matmul_64:5 matmul_64:6 matmul_64:7 matmul_64:8 | "
            "matmul_64:9 matmul_64:10 matmul_64:11 matmul_64:12 | ");
  EXPECT_EQ(nlohmann::json::parse(File("summary.json"))["episodes"], 12);
}

// The state on disk after a kill -9 is that of some moment; here: of an earlier
// checkpoint and a later log.
TEST_F(LearnerResumeTest, IterationsAfterTheCheckpointAreDoneAgainWithTheSameEpisodes) {
  config_.learner.iterations = 5;
  {
    RunningLearner learner(config_, run_dir_);
    Play(&learner, 1, 12);
    ASSERT_TRUE(Eventually([&] { return learner.GetStatus().iteration() == 3; }));
    EXPECT_TRUE(learner.Stop().ok());
  }
  for (int lost : {2, 3}) {
    ASSERT_TRUE(std::filesystem::remove(
        absl::StrCat(run_dir_, "/checkpoints/checkpoint-0000000", lost, ".weft")));
  }
  RunningLearner learner(config_, run_dir_, /*resume=*/true);
  ASSERT_TRUE(Eventually([&] { return learner.GetStatus().iteration() == 3; }));
  EXPECT_TRUE(learner.Stop().ok());
  EXPECT_EQ(learner.ppo().history(),
            "matmul_64:1 matmul_64:2 matmul_64:3 matmul_64:4 | "
            "matmul_64:5 matmul_64:6 matmul_64:7 matmul_64:8 | "
            "matmul_64:9 matmul_64:10 matmul_64:11 matmul_64:12 | ");
  std::vector<int> iterations;
  for (const nlohmann::json& line : Metrics()) iterations.push_back(line["iteration"]);
  EXPECT_THAT(iterations, ElementsAre(1, 2, 3));
}

TEST_F(LearnerResumeTest, ResumingBeforeTheFirstCheckpointTrainsOnTheWholeLog) {
  config_.learner.checkpoint_every_iterations = 2;
  {
    RunningLearner learner(config_, run_dir_);
    Play(&learner, 1, 5);
    ASSERT_TRUE(Eventually([&] { return learner.GetStatus().iteration() == 1; }));
    EXPECT_TRUE(learner.Stop().ok());
  }
  std::filesystem::remove(run_dir_ + "/checkpoints/checkpoint-00000001.weft");
  RunningLearner learner(config_, run_dir_, /*resume=*/true);
  ASSERT_TRUE(Eventually([&] { return learner.GetStatus().iteration() == 1; }));
  EXPECT_EQ(learner.GetStatus().episodes(), 5u);
}

TEST_F(LearnerResumeTest,
       ACorruptNewestCheckpointIsSkippedAndNoneThatIsValidIsAnError) {
  {
    RunningLearner learner(config_, run_dir_);
    Play(&learner, 1, 8);
    ASSERT_TRUE(Eventually([&] { return learner.GetStatus().iteration() == 2; }));
    EXPECT_TRUE(learner.Stop().ok());
  }
  const std::string newest = run_dir_ + "/checkpoints/checkpoint-00000002.weft";
  Overwrite(newest, Contents(newest).substr(0, 50));
  {
    RunningLearner learner(config_, run_dir_, /*resume=*/true);
    ASSERT_TRUE(Eventually([&] { return learner.GetStatus().iteration() == 2; }));
    EXPECT_TRUE(learner.Stop().ok());
  }
  for (int i : {1, 2}) {
    Overwrite(absl::StrCat(run_dir_, "/checkpoints/checkpoint-0000000", i, ".weft"),
              "");
  }
  EXPECT_EQ(Learner::Create(config_, run_dir_, true, std::make_unique<ScriptedPpo>())
                .status()
                .code(),
            absl::StatusCode::kDataLoss);
}

TEST_F(LearnerResumeTest, InAnotherEnvironmentTheWeightsGoOnAndTheResultsBeginAnew) {
  config_.learner.iterations = 2;
  {
    RunningLearner learner(config_, run_dir_);
    Play(&learner, 1, 6);  // One iteration, and two that wait.
    ASSERT_TRUE(Eventually([&] { return learner.GetStatus().iteration() == 1; }));
    EXPECT_TRUE(learner.Stop().ok());
  }
  config_.environment = "cost-model";
  {
    RunningLearner learner(config_, run_dir_, /*resume=*/true);
    EXPECT_EQ(learner.GetStatus().iteration(), 1u);
    EXPECT_EQ(learner.GetStatus().episodes(), 0u);
    Play(&learner, 7, 8);  // Wait when it is stopped.
    EXPECT_TRUE(learner.Stop().ok());
  }
  // As after a kill: the checkpoint of that stop is of the same iteration.
  RunningLearner learner(config_, run_dir_, /*resume=*/true);
  Play(&learner, 9, 10);
  ASSERT_TRUE(Eventually([&] { return learner.GetStatus().finished(); }));
  EXPECT_TRUE(learner.Stop().ok());
  EXPECT_EQ(learner.ppo().history(),
            "matmul_64:1 matmul_64:2 matmul_64:3 matmul_64:4 | "
            "matmul_64:7 matmul_64:8 matmul_64:9 matmul_64:10 | ");
  const auto summary = nlohmann::json::parse(File("summary.json"));
  EXPECT_EQ(summary["episodes"], 4);
  EXPECT_EQ(summary["environment"], "cost-model");
  EXPECT_EQ(summary["iterations"], 2);
  EXPECT_EQ(summary["environment_iterations"], 1);
  EXPECT_LT(summary["environment_seconds"].get<double>(),
            summary["wall_seconds"].get<double>());
  EXPECT_EQ(Metrics().back()["environment"], "cost-model");
}

TEST_F(LearnerResumeTest, EpisodesOfAnotherEnvironmentAreLeftWithoutACheckpoint) {
  config_.learner.checkpoint_every_iterations = 100;
  {
    RunningLearner learner(config_, run_dir_);
    Play(&learner, 1, 5);
    ASSERT_TRUE(Eventually([&] { return learner.GetStatus().iteration() == 1; }));
    EXPECT_TRUE(learner.Stop().ok());
  }
  // As after a kill before the first checkpoint.
  std::filesystem::remove(run_dir_ + "/checkpoints/checkpoint-00000001.weft");
  config_.environment = "cost-model";
  RunningLearner learner(config_, run_dir_, /*resume=*/true);
  EXPECT_EQ(learner.GetStatus().episodes(), 0u);
  httplib::Client client("http://" + learner.learner().admin_address());
  const httplib::Result metrics = client.Get("/metrics");
  ASSERT_TRUE(metrics);
  EXPECT_THAT(metrics->body, HasSubstr("weft_learner_dropped_trajectories_total{reason="
                                       "\"other_environment\"} 5"));
  Play(&learner, 6, 9);
  ASSERT_TRUE(Eventually([&] { return learner.GetStatus().iteration() == 1; }));
  EXPECT_TRUE(learner.Stop().ok());
  EXPECT_EQ(learner.ppo().history(),
            "matmul_64:6 matmul_64:7 matmul_64:8 matmul_64:9 | ");
}

TEST_F(LearnerResumeTest, AResumeWithoutTheEndOfTheLogTrainsOnWhatComesNew) {
  config_.learner.iterations = 2;
  {
    RunningLearner learner(config_, run_dir_);
    Play(&learner, 1, 4);
    ASSERT_TRUE(Eventually([&] { return learner.GetStatus().iteration() == 1; }));
    EXPECT_TRUE(learner.Stop().ok());
  }
  std::filesystem::remove_all(run_dir_ + "/trajectories");
  {
    RunningLearner learner(config_, run_dir_, /*resume=*/true);
    Play(&learner, 1, 2, "b");
    EXPECT_TRUE(learner.Stop().ok());
  }
  RunningLearner learner(config_, run_dir_, /*resume=*/true);
  Play(&learner, 3, 4, "b");
  ASSERT_TRUE(Eventually([&] { return learner.GetStatus().finished(); }));
  EXPECT_TRUE(learner.Stop().ok());
  EXPECT_EQ(learner.ppo().history(),
            "matmul_64:1 matmul_64:2 matmul_64:3 matmul_64:4 | "
            "matmul_64:1 matmul_64:2 matmul_64:3 matmul_64:4 | ");
}

}  // namespace
}  // namespace weft
