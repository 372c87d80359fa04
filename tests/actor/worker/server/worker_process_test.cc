// How a worker's life ends.
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "absl/time/clock.h"
#include "actor/worker/measure/timing_lease.h"
#include "gtest/gtest.h"
#include "tests/actor/worker/server/spawned_worker.h"

namespace weft {
namespace {

TEST(WorkerProcessTest, KilledWhileItTimesItLeavesNeitherChildNorLeaseBehind) {
  Worker worker;
  ASSERT_EQ(worker.Load("matmul.mlir").code(), kOk);
  v1::WorkerRequest request = Worker::MeasureRequest();
  request.mutable_measure()->set_timing_budget_seconds(25);
  ASSERT_TRUE(WriteMessage(worker.socket(), request, kTimeout).ok());
  const auto lease_is_free = [] {
    return TimingLease::Acquire(Worker::LeasePath(), 0).ok();
  };
  const absl::Time deadline = absl::Now() + kTimeout;
  while (lease_is_free() && absl::Now() < deadline) usleep(1000);
  ASSERT_FALSE(lease_is_free());  // The child times its kernel.
  kill(worker.process(), SIGKILL);
  worker.Wait();
  // Well before the end of the budget, for nothing but the child's death frees it.
  EXPECT_TRUE(TimingLease::Acquire(Worker::LeasePath(), 10).ok());
  unlink(Worker::LeasePath().c_str());
}

TEST(WorkerProcessTest, WithoutAProgramThereIsNothingToStep) {
  Worker worker;
  EXPECT_EQ(worker.Reset().code(), kFailedPrecondition);
  EXPECT_EQ(worker.Step(kStop).code(), kFailedPrecondition);
  EXPECT_EQ(worker.Export().code(), kFailedPrecondition);
  EXPECT_EQ(worker.Call(Worker::MeasureRequest()).code(), kFailedPrecondition);
}

TEST(WorkerProcessTest, ItEndsWellWhenItsActorHangsUp) {
  Worker worker;
  worker.HangUp();
  const int status = worker.Wait();
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(WorkerProcessTest, ItGivesUpOnGarbage) {
  Worker worker;
  ASSERT_EQ(send(worker.socket(), "\xff\xff\xff\xff", 4, MSG_NOSIGNAL), 4);
  const int status = worker.Wait();
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 1);
}

TEST(WorkerProcessTest, AnInterruptFromTheTerminalIsTheActorsBusiness) {
  Worker worker;
  EXPECT_EQ(worker.Reset().code(), kFailedPrecondition);  // It is up.
  kill(worker.process(), SIGINT);
  EXPECT_EQ(worker.Reset().code(), kFailedPrecondition);
  kill(worker.process(), SIGTERM);
  const int status = worker.Wait();
  EXPECT_TRUE(WIFSIGNALED(status));
}

}  // namespace
}  // namespace weft
