// The main job on real programs: one command, a table, schedules that replay.

#include <signal.h>
#include <unistd.h>

#include <filesystem>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/integration/training_run.h"

namespace weft {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr int kIterations = 5;
constexpr int kEpisodes = kIterations * 8;

TEST(TrainTest, ARunOnRealProgramsEndsWithCheckedSpeedUpsThatReplay) {
  TrainingRun run(RealConfig(kIterations));
  run.Start();
  const auto status = run.Wait(absl::Seconds(240));
  ASSERT_TRUE(status && status->ok()) << run.Everything();
  EXPECT_THAT(run.output(), HasSubstr("geometric mean speed-up"));

  const nlohmann::json summary = run.Summary();
  ASSERT_TRUE(summary.is_object());
  EXPECT_GE(summary["episodes"].get<int>(), kEpisodes);
  EXPECT_GE(summary["measurements"].get<int>(), kEpisodes / 2);
  EXPECT_EQ(summary["wrong"].get<int>(), 0);
  EXPECT_EQ(run.Iterations().size(), static_cast<size_t>(kIterations));
  EXPECT_GE(summary["confirmed_programs"].get<int>(), 5) << run.Everything();

  int replayed = 0;
  for (const nlohmann::json& program : summary["programs"]) {
    if (program["best_us"].get<double>() <= 0) continue;
    const std::string name = program["program"];
    const std::string schedule = run.run_folder() + "/best/" + name + ".mlir";
    ASSERT_TRUE(fs::exists(schedule)) << schedule;
    const Finished replay = RunToEnd(
        {"/usr/bin/mlir-opt-19", SourcePath("tests/programs/" + name + ".mlir"),
         "--transform-preload-library=transform-library-paths=" + schedule,
         "--transform-interpreter"});
    EXPECT_TRUE(replay.status.ok()) << name << "\n" << replay.output;
    ++replayed;
  }
  EXPECT_GE(replayed, 5);
  EXPECT_TRUE(ChildrenOf(getpid()).empty()) << "orphans are left";
}

TEST(TrainTest, AnInterruptOfTheFinalTimingEndsWithWhatIsKnown) {
  TrainingRun run(RealConfig(2));
  run.Start();
  ASSERT_TRUE(Eventually(
      [&] {
        return run.output().find("beside the unscheduled programs") !=
               std::string::npos;
      },
      absl::Seconds(120)))
      << run.Everything();
  run.weft().Signal(SIGINT);
  const auto status = run.Wait(absl::Seconds(30));
  ASSERT_TRUE(status) << run.Everything();
  EXPECT_EQ(status->code, 130) << run.Everything();
  EXPECT_THAT(run.output(), HasSubstr("geometric mean speed-up"));
  EXPECT_THAT(run.output(), HasSubstr("not taken side by side: interrupted"));
  const nlohmann::json summary = run.Summary();
  EXPECT_LT(summary.value("confirmed_programs", 1000), summary["programs"].size());
  EXPECT_TRUE(ChildrenOf(getpid()).empty()) << "orphans are left";
}

void InterruptAfterTwoIterations(TrainingRun* run) {
  ASSERT_TRUE(Eventually([&] { return run->Iterations().size() >= 2; }))
      << run->Everything();
  run->weft().Signal(SIGINT);
  const auto status = run->Wait(absl::Seconds(60));
  ASSERT_TRUE(status) << run->Everything();
  EXPECT_EQ(status->code, 130) << run->Everything();
}

// The environments of the iterations, in order.
std::vector<std::string> EnvironmentsOf(const TrainingRun& run) {
  std::vector<std::string> environments;
  for (const nlohmann::json& line : run.Iterations()) {
    environments.push_back(line["environment"]);
  }
  return environments;
}

TEST(TrainTest, PreTrainingOnTheCostModelGoesOnOnRealPrograms) {
  TrainingRun run(RealConfig(4));
  run.Start({"pretrain.iterations=2"});
  const auto status = run.Wait(absl::Seconds(300));
  ASSERT_TRUE(status && status->ok()) << run.Everything();
  EXPECT_THAT(EnvironmentsOf(run),
              ElementsAre("cost-model", "cost-model", "mlir", "mlir"));
  EXPECT_EQ(run.Iterations().back()["weights_version"].get<int>(), 5);
  const nlohmann::json summary = run.Summary();
  // Of the real programs alone.
  EXPECT_LT(summary["episodes"].get<int>(), 4 * 8);
  for (const nlohmann::json& program : summary["programs"]) {
    const std::string name = program["program"];
    EXPECT_TRUE(fs::exists(SourcePath("tests/programs/" + name + ".mlir"))) << name;
  }
  // What is over is not begun again.
  run.Resume({"learner.iterations=5"});
  const auto resumed = run.Wait(absl::Seconds(240));
  ASSERT_TRUE(resumed && resumed->ok()) << run.Everything();
  EXPECT_THAT(EnvironmentsOf(run),
              ElementsAre("cost-model", "cost-model", "mlir", "mlir", "mlir"));
}

TEST(TrainTest, AnInterruptedPreTrainingGoesOnWhereItWas) {
  TrainingRun run(RealConfig(100000));
  run.Start({"pretrain.iterations=99999"});
  ASSERT_NO_FATAL_FAILURE(InterruptAfterTwoIterations(&run));
  const size_t before = run.Iterations().size();
  run.Resume({"pretrain.iterations=" + std::to_string(before + 2),
              "learner.iterations=" + std::to_string(before + 3)});
  const auto resumed = run.Wait(absl::Seconds(240));
  ASSERT_TRUE(resumed && resumed->ok()) << run.Everything();
  std::vector<std::string> expected(before + 2, "cost-model");
  expected.push_back("mlir");
  EXPECT_EQ(EnvironmentsOf(run), expected) << run.Everything();
}

TEST(TrainTest, ARunThatWasOnTheCostModelByHandSaysSoInItsConfig) {
  TrainingRun run(RealConfig(2));
  run.Start({"environment=cost-model"});
  const auto status = run.Wait(absl::Seconds(120));
  ASSERT_TRUE(status && status->ok()) << run.Everything();
  run.Resume({"environment=mlir", "learner.iterations=3"});
  const auto resumed = run.Wait(absl::Seconds(240));
  ASSERT_TRUE(resumed && resumed->ok()) << run.Everything();
  EXPECT_THAT(EnvironmentsOf(run), ElementsAre("cost-model", "cost-model", "mlir"));
  EXPECT_THAT(FileText(run.run_folder() + "/config.yaml"),
              HasSubstr("pretrain:\n  iterations: 2\n"));
}

TEST(TrainTest, InterruptLeavesACheckpointAndNoProcessAndTheRunGoesOn) {
  TrainingRun run(SyntheticConfig(1000));
  // Without periodic checkpoints, the one that is there afterwards is the interrupt's.
  run.Start({"learner.checkpoint_every_iterations=100000"});
  ASSERT_NO_FATAL_FAILURE(InterruptAfterTwoIterations(&run));
  EXPECT_THAT(run.output(), HasSubstr("weft train --resume"));
  EXPECT_TRUE(ChildrenOf(getpid()).empty()) << "orphans are left";
  ASSERT_FALSE(fs::is_empty(run.run_folder() + "/checkpoints")) << run.Everything();

  const int before = run.Iterations().back()["iteration"];
  run.Resume({"learner.iterations=" + std::to_string(before + 3)});
  const auto resumed = run.Wait(absl::Seconds(120));
  ASSERT_TRUE(resumed && resumed->ok()) << run.Everything();
  const auto lines = run.Iterations();
  EXPECT_EQ(lines.back()["iteration"].get<int>(), before + 3);
  // Every iteration was done once: the checkpoint was of the last one before the stop.
  EXPECT_EQ(lines.size(), static_cast<size_t>(before + 3)) << run.Everything();
}

TEST(TrainTest, ASecondInterruptKillsAtOnce) {
  TrainingRun run(SyntheticConfig(1000));
  run.Start();
  ASSERT_TRUE(Eventually([&] {
    return run.Iterations().size() >= 1 && run.learner_pid() > 1;
  })) << run.Everything();
  kill(run.learner_pid(), SIGSTOP);  // It cannot stop in an orderly way now.
  run.weft().Signal(SIGINT);
  ASSERT_TRUE(Eventually(
      [&] { return run.output().find("press Ctrl-C again") != std::string::npos; }));
  EXPECT_FALSE(run.Wait(absl::Seconds(2))) << "it did not wait for the learner";
  run.weft().Signal(SIGINT);
  const auto status = run.Wait(absl::Seconds(10));  // The first one's grace is longer.
  ASSERT_TRUE(status) << run.Everything();
  EXPECT_EQ(status->code, 130);
  EXPECT_TRUE(Eventually([] { return ChildrenOf(getpid()).empty(); }));
}

TEST(TrainTest, ARunThatIsInUseIsNotResumed) {
  TrainingRun run(SyntheticConfig(100000));
  run.Start();
  ASSERT_TRUE(Eventually([&] { return run.Iterations().size() >= 1; }))
      << run.Everything();
  const std::string config = FileText(run.run_folder() + "/config.yaml");
  const Finished second = RunToEnd({Program("weft"), "train", "--resume",
                                    run.run_folder(), "--set", "ppo.epochs=1"});
  EXPECT_EQ(second.status.code, 2);
  EXPECT_THAT(second.output, HasSubstr("is in use"));
  EXPECT_EQ(FileText(run.run_folder() + "/config.yaml"), config);
}

TEST(TrainTest, KillingTheSupervisorLeavesNoOrphan) {
  TrainingRun run(SyntheticConfig(1000));
  run.Start();
  ASSERT_TRUE(Eventually([&] { return run.actor_pid() != 0; })) << run.Everything();
  run.weft().Signal(SIGKILL);
  ASSERT_TRUE(run.Wait(absl::Seconds(10)));
  EXPECT_TRUE(Eventually([] { return ChildrenOf(getpid()).empty(); }))
      << run.Everything();
}

}  // namespace
}  // namespace weft
