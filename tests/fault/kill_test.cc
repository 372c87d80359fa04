// kill -9 of each kind of process while a run is under way: the run goes on to its end.

#include <signal.h>
#include <unistd.h>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/integration/training_run.h"

namespace weft {
namespace {

using ::testing::HasSubstr;

// kill(0, ...) would hit this process' own group.
void KillProcess(pid_t pid) {
  ASSERT_GT(pid, 1);
  ASSERT_EQ(kill(pid, SIGKILL), 0);
}

void ExpectWholeRun(TrainingRun& run, int iterations) {
  const auto status = run.Wait(absl::Seconds(200));
  ASSERT_TRUE(status && status->ok()) << run.Everything();
  const nlohmann::json summary = run.Summary();
  ASSERT_TRUE(summary.is_object());
  EXPECT_GE(summary["episodes"].get<int>(), iterations * 8);
  const auto lines = run.Iterations();
  ASSERT_FALSE(lines.empty());
  EXPECT_EQ(lines.back()["iteration"].get<int>(), iterations);
  EXPECT_TRUE(ChildrenOf(getpid()).empty()) << "orphans are left";
}

TEST(KillTest, AWorkerThatIsKilledIsReplaced) {
  TrainingRun run(RealConfig(4));
  run.Start();
  ASSERT_TRUE(
      Eventually([&] { return run.Iterations().size() >= 1; }, absl::Seconds(120)))
      << run.Everything();
  ASSERT_GT(run.actor_pid(), 1);
  const std::vector<pid_t> before = ChildrenOf(run.actor_pid());
  ASSERT_FALSE(before.empty());
  for (pid_t worker : before) KillProcess(worker);
  ExpectWholeRun(run, 4);
}

TEST(KillTest, AnActorThatIsKilledIsStartedAgain) {
  TrainingRun run(SyntheticConfig(60));
  run.Start();
  ASSERT_TRUE(Eventually([&] {
    return run.Iterations().size() >= 2 && run.actor_pid() != 0;
  })) << run.Everything();
  const pid_t killed = run.actor_pid();
  ASSERT_NO_FATAL_FAILURE(KillProcess(killed));
  ASSERT_TRUE(Eventually([&] {
    return run.actor_pid() != 0 && run.actor_pid() != killed;
  })) << run.Everything();
  ExpectWholeRun(run, 60);
  EXPECT_THAT(run.output(), HasSubstr("an actor was killed"));
}

TEST(KillTest, AnActorThatIsAskedToStopIsStartedAgain) {
  TrainingRun run(SyntheticConfig(60));
  run.Start();
  ASSERT_TRUE(Eventually([&] {
    return run.Iterations().size() >= 2 && run.actor_pid() > 1;
  })) << run.Everything();
  kill(run.actor_pid(), SIGTERM);
  ExpectWholeRun(run, 60);
}

TEST(KillTest, ALearnerThatIsKilledGoesOnFromItsCheckpoint) {
  TrainingRun run(SyntheticConfig(60));
  run.Start();
  ASSERT_TRUE(Eventually([&] { return run.Iterations().size() >= 3; }))
      << run.Everything();
  const pid_t killed = run.learner_pid();
  ASSERT_NO_FATAL_FAILURE(KillProcess(killed));
  ASSERT_TRUE(Eventually([&] {
    return run.learner_pid() != 0 && run.learner_pid() != killed;
  })) << run.Everything();
  ExpectWholeRun(run, 60);
  EXPECT_THAT(run.output(), HasSubstr("goes on from its newest checkpoint"));
}

TEST(KillTest, EverythingThatIsKilledAtOnceCanBeResumed) {
  TrainingRun run(SyntheticConfig(40));
  run.Start();
  ASSERT_TRUE(Eventually([&] {
    return run.Iterations().size() >= 3 && run.actor_pid() != 0;
  })) << run.Everything();
  const pid_t learner = run.learner_pid();
  const pid_t actor = run.actor_pid();
  run.weft().Signal(SIGKILL);
  ASSERT_NO_FATAL_FAILURE(KillProcess(learner));
  ASSERT_NO_FATAL_FAILURE(KillProcess(actor));
  ASSERT_TRUE(run.Wait(absl::Seconds(10)));
  ASSERT_TRUE(Eventually([] { return ChildrenOf(getpid()).empty(); }));
  run.Resume();
  ExpectWholeRun(run, 40);
}

}  // namespace
}  // namespace weft
