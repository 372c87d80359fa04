#include "learner/serving/learner.h"

#include <signal.h>
#include <sys/resource.h>

#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/learner/serving/running_learner.h"
#include "tests/learner/serving/test_actor.h"
#include "tests/learner/temporary_folder.h"

namespace weft {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class LearnerTest : public ::testing::Test {
 protected:
  std::string File(const std::string& name) const {
    return Contents(folder_.path() + "/run/" + name);
  }
  std::vector<nlohmann::json> Metrics() const {
    std::vector<nlohmann::json> lines;
    const std::string text = File("metrics.jsonl");
    for (absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
      lines.push_back(nlohmann::json::parse(line.begin(), line.end()));
    }
    return lines;
  }

  // Plays episodes number `first` to `last` of a run of `actor_id`.
  static void Play(RunningLearner* learner, uint64_t first, uint64_t last,
                   const std::string& actor_id = "a") {
    TestActor actor(learner->channel());
    ASSERT_EQ(actor.Hello(actor_id), first - 1);
    for (uint64_t i = first; i <= last; ++i) {
      actor.Play(ExampleTrajectory(i, -1.0 / static_cast<double>(i)));
    }
  }

  TemporaryFolder folder_;
  std::string run_dir_ = folder_.path() + "/run";
  TrainConfig config_ = SmallConfig();
};

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

TEST_F(LearnerTest, TheBestScheduleOfAProgramIsWrittenAsAModuleWithItsSpeedup) {
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

TEST_F(LearnerTest, AStoppedRunIsContinuedWhereItWas) {
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
TEST_F(LearnerTest, IterationsAfterTheCheckpointAreDoneAgainWithTheSameEpisodes) {
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

TEST_F(LearnerTest, ResumingBeforeTheFirstCheckpointTrainsOnTheWholeLog) {
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

TEST_F(LearnerTest, CheckpointAndShutdownCanBeAskedFor) {
  RunningLearner learner(config_, run_dir_);
  grpc::ClientContext checkpoint_context;
  SetDeadline(&checkpoint_context, absl::Seconds(30));
  v1::CheckpointResponse response;
  ASSERT_TRUE(learner.admin().Checkpoint(&checkpoint_context, {}, &response).ok());
  EXPECT_TRUE(std::filesystem::exists(response.path()));

  TestActor actor(learner.channel());
  actor.Hello("a");
  grpc::ClientContext shutdown_context;
  SetDeadline(&shutdown_context, absl::Seconds(30));
  v1::ShutdownRequest request;
  request.set_reason("an operator asked");
  v1::ShutdownResponse unused;
  ASSERT_TRUE(learner.admin().Shutdown(&shutdown_context, request, &unused).ok());
  EXPECT_TRUE(actor.AwaitDrain());
  actor.HalfClose();
  EXPECT_TRUE(learner.Join().ok());
  EXPECT_TRUE(std::filesystem::exists(run_dir_ + "/summary.json"));
}

TEST_F(LearnerTest, ACorruptNewestCheckpointIsSkippedAndNoneThatIsValidIsAnError) {
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

TEST_F(LearnerTest, ProgramsOfTheSuiteThatNobodyCouldMeasureCountAsOneInTheResults) {
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
TEST_F(LearnerTest, ResultsThatCouldNotBeWrittenAreWrittenOnceTheyCan) {
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

TEST_F(LearnerTest, ResultsThatCannotBeWrittenAtTheEndAreTheErrorOfTheRun) {
  RunningLearner learner(config_, run_dir_);
  std::filesystem::remove(run_dir_ + "/metrics.jsonl");
  std::filesystem::create_directory(run_dir_ + "/metrics.jsonl");
  Play(&learner, 1, 4);
  ASSERT_TRUE(Eventually([&] { return learner.GetStatus().iteration() == 1; }));
  const absl::Status status = learner.Stop();
  EXPECT_THAT(std::string(status.message()), HasSubstr("metrics.jsonl"));
  EXPECT_EQ(nlohmann::json::parse(File("summary.json"))["episodes"], 4);
}

TEST_F(LearnerTest, ABetterScheduleWithoutItsModuleLeavesTheFileThatThereIs) {
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

TEST_F(LearnerTest, AResumeWithoutTheEndOfTheLogTrainsOnWhatComesNew) {
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
