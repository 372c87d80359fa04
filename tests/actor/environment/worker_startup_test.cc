#include "actor/environment/worker_startup.h"

#include <cstdlib>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace weft {
namespace {

using ::testing::HasSubstr;

MeasureOptions Measuring() {
  MeasureOptions options;
  options.lease_path = ::testing::TempDir() + "weft_worker_startup_test.lease";
  options.timing_cpu = ResolveTimingCpu(-1);
  return options;
}

std::string WorkerPath() {
  return std::string(std::getenv("WEFT_BIN_DIR")) + "/weft-worker";
}

TEST(WorkerStartupTest, TheProbeFindsAMachineThatCanBe) {
  WorkerClient worker(WorkerPath());
  ASSERT_TRUE(worker.Start().ok());
  const absl::StatusOr<Machine> probed = ProbeMachine(worker, Measuring());
  ASSERT_TRUE(probed.ok()) << probed.status();
  const Machine& machine = *probed;
  EXPECT_GT(machine.model.peak_flops, 1e9);
  EXPECT_LT(machine.model.peak_flops, 1e12);
  EXPECT_GT(machine.model.memory_bandwidth, 1e8);
  EXPECT_GE(machine.model.vector_bytes, 16u);
  EXPECT_NE(machine.cpu, "");
}

TEST(WorkerStartupTest, ProgramsThatTheWorkerTakesPass) {
  WorkerClient worker(WorkerPath());
  ASSERT_TRUE(worker.Start().ok());
  ASSERT_TRUE(ProbeMachine(worker, Measuring()).ok());
  const absl::StatusOr<Suite> suite =
      LoadSuite(std::string(std::getenv("WEFT_SOURCE_DIR")) + "/tests/programs");
  ASSERT_TRUE(suite.ok()) << suite.status();
  const absl::Status status = CheckPrograms(worker, *suite, absl::Seconds(30));
  EXPECT_TRUE(status.ok()) << status;
}

TEST(WorkerStartupTest, ARefusedProgramIsNamedWithFileLineAndColumn) {
  Suite suite;
  suite.programs.push_back(
      {"broken", "suite/broken.mlir", "func.func @f(\n  %x: oops)"});
  WorkerClient worker(WorkerPath());
  ASSERT_TRUE(worker.Start().ok());
  ASSERT_TRUE(ProbeMachine(worker, Measuring()).ok());
  const absl::Status status = CheckPrograms(worker, suite, absl::Seconds(30));
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("suite/broken.mlir:2:"));
  EXPECT_TRUE(worker.running());
}

}  // namespace
}  // namespace weft
