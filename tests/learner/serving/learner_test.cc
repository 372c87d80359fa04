#include "learner/serving/learner.h"

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <memory>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/learner/serving/learner_fixture.h"

namespace weft {
namespace {

using ::testing::HasSubstr;

TEST_F(LearnerTest, TrainsToTheEndTellsActorsToDrainAndSummarizes) {
  RunningLearner learner(config_, run_dir_);
  TestActor actor(learner.channel());
  actor.Hello("a");
  for (uint64_t i = 1; i <= 12; ++i) actor.Play(ExampleTrajectory(i, i < 7 ? -2 : -1));
  EXPECT_TRUE(actor.AwaitDrain());
  ASSERT_TRUE(Eventually([&] { return learner.GetStatus().finished(); }));

  const v1::GetStatusResponse status = learner.GetStatus();
  EXPECT_EQ(status.iteration(), 3u);
  EXPECT_EQ(status.weights_version(), 4u);
  EXPECT_EQ(status.phase(), "finished");
  EXPECT_DOUBLE_EQ(status.best_geomean_speedup(), 4);
  const nlohmann::json summary = nlohmann::json::parse(File("summary.json"));
  EXPECT_EQ(summary["episodes"], 12);
  EXPECT_EQ(summary["measurements"], 12);
  EXPECT_NEAR(summary["geomean_speedup"].get<double>(), 4, 1e-9);
  EXPECT_EQ(summary["mean_reward_first_quarter"], -2);
  EXPECT_EQ(summary["mean_reward_last_quarter"], -1);
  EXPECT_EQ(summary["programs"][0]["schedule"], "tile[4,0] stop");
  ASSERT_EQ(Metrics().size(), 3u);
  EXPECT_EQ(Metrics()[2]["iteration"], 3);
  EXPECT_EQ(Metrics()[2]["mean_reward"], -1);
  EXPECT_TRUE(learner.Stop().ok());
}

TEST_F(LearnerTest, LearnerJsonNamesTheAddressesAndTheProcess) {
  RunningLearner learner(config_, run_dir_);
  const nlohmann::json json = nlohmann::json::parse(File("learner.json"));
  EXPECT_EQ(json["grpc_address"], learner.learner().grpc_address());
  EXPECT_EQ(json["admin_address"], learner.learner().admin_address());
  EXPECT_EQ(json["pid"], getpid());
}

TEST_F(LearnerTest, RefusesAnEarlierRunWithoutResumeAndAFolderInUse) {
  RunningLearner learner(config_, run_dir_);
  const absl::Status in_use =
      Learner::Create(config_, run_dir_, true, std::make_unique<ScriptedPpo>())
          .status();
  EXPECT_EQ(in_use.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(in_use.message()), HasSubstr("another learner"));

  const std::string earlier = folder_.path() + "/earlier";
  {
    RunningLearner finished(config_, earlier);
  }
  const absl::Status refused =
      Learner::Create(config_, earlier, false, std::make_unique<ScriptedPpo>())
          .status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("--resume"));
}

TEST_F(LearnerTest, TrainsOnWhileWeightsAndACheckpointAreMade) {
  RunningLearner learner(config_, run_dir_);
  learner.ppo().slow = true;
  Play(&learner, 1, 8);
  EXPECT_TRUE(Eventually([&] { return learner.GetStatus().iteration() == 2; }));
  EXPECT_EQ(learner.GetStatus().weights_version(), 1u);
  EXPECT_EQ(File("checkpoints/checkpoint-00000001.weft"), "");
  learner.ppo().slow = false;
  EXPECT_TRUE(Eventually([&] { return learner.GetStatus().weights_version() == 3; }));
  EXPECT_TRUE(learner.Stop().ok());
  EXPECT_NE(File("checkpoints/checkpoint-00000001.weft"), "");
  EXPECT_NE(File("checkpoints/checkpoint-00000002.weft"), "");
}

TEST_F(LearnerTest, EpisodesOfAFailedUpdateAreCountedAndThreeFailuresEndTheRun) {
  config_.learner.iterations = 10;
  RunningLearner learner(config_, run_dir_);
  learner.ppo().fail = true;
  Play(&learner, 1, 12);
  EXPECT_EQ(learner.Join().code(), absl::StatusCode::kInternal);
  const nlohmann::json summary = nlohmann::json::parse(File("summary.json"));
  EXPECT_EQ(summary["dropped"]["update_failed"], 12);
  EXPECT_EQ(summary["episodes"], 0) << "none was trained on";
  EXPECT_EQ(summary["measurements"], 0);
  EXPECT_EQ(summary["programs"][0]["speedup"], 4) << "but it was measured";
  ASSERT_EQ(Metrics().size(), 3u);
  EXPECT_EQ(Metrics()[0]["update_failed"], true);
}

// A limit on the size of files stands for a full disk.
TEST_F(LearnerTest, ALogThatCannotBeStoredEndsTheRunWithItsErrorAndLosesNothing) {
  config_.learner.iterations = 2;
  signal(SIGXFSZ, SIG_IGN);
  rlimit unlimited;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &unlimited), 0);
  {
    RunningLearner learner(config_, run_dir_, false, 100, absl::Milliseconds(100));
    Play(&learner, 1, 6);
    ASSERT_TRUE(Eventually([&] { return learner.GetStatus().iteration() == 1; }));
    rlimit limited = unlimited;
    limited.rlim_cur = 16;
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limited), 0);
    {
      TestActor actor(learner.channel());
      actor.Hello("a");
      ASSERT_TRUE(actor.AwaitCredit());
      ASSERT_TRUE(actor.Send(ExampleTrajectory(7)));
      EXPECT_EQ(actor.Finish().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
    }
    const absl::Status status = learner.Join();
    setrlimit(RLIMIT_FSIZE, &unlimited);
    EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
    EXPECT_THAT(std::string(status.message()), HasSubstr("trajectories-"));
  }
  RunningLearner learner(config_, run_dir_, /*resume=*/true);
  Play(&learner, 7, 8);
  ASSERT_TRUE(Eventually([&] { return learner.GetStatus().finished(); }));
  EXPECT_TRUE(learner.Stop().ok());
  EXPECT_EQ(learner.ppo().history(),
            "matmul_64:1 matmul_64:2 matmul_64:3 matmul_64:4 | "
            "matmul_64:5 matmul_64:6 matmul_64:7 matmul_64:8 | ");
}

}  // namespace
}  // namespace weft
