#include "actor/worker/measure/probe_machine.h"

#include <unistd.h>

#include <string>

#include "actor/worker/measure/machine_file.h"
#include "actor/worker/measure/shared_file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace weft {
namespace {

class ProbeMachineTest : public ::testing::Test {
 protected:
  ~ProbeMachineTest() override {
    unlink(lease_.c_str());
    unlink(file_.c_str());
  }

  static MachineFileKey Here(int timing_cpu) {
    return MachineFileKey::Here(timing_cpu);
  }

  static MachineModel Machine() {
    MachineModel machine;
    machine.peak_flops = 123;
    machine.memory_bandwidth = 45;
    machine.cache_bandwidth = 67;
    return machine;
  }

  const std::string lease_ =
      ::testing::TempDir() + "weft-probe-test." + std::to_string(getpid());
  const std::string file_ = lease_ + ".machine";
};

TEST_F(ProbeMachineTest, TheLimitsAreThoseOfAComputerOfThisCentury) {
  const MachineModel machine = ProbeMachineOnce(lease_, 30, -1).value();
  // Two operations per lane and cycle at 0.5 GHz, to 4 * 64-byte units at 8 GHz.
  EXPECT_GT(machine.peak_flops, 1e9 * machine.vector_bytes / 4);
  EXPECT_LT(machine.peak_flops, 1e12);
  EXPECT_GT(machine.cache_bandwidth, machine.memory_bandwidth);
  EXPECT_GT(machine.memory_bandwidth, 0.5e9);
  EXPECT_GE(machine.vector_bytes, 16u);
  EXPECT_GE(machine.vector_registers, 16u);
  EXPECT_GE(machine.l1_bytes, 16u << 10);
  EXPECT_GT(machine.l2_bytes, machine.l1_bytes);
}

TEST_F(ProbeMachineTest, ThePeakOfLongRunsIsWithinThatOfShortOnes) {
  const MachineModel machine = ProbeMachineOnce(lease_, 30, -1).value();
  const double peak = ProbePeakFlops(lease_, 30, -1, 5e-3).value();
  EXPECT_GT(peak, 0.1 * machine.peak_flops);
  EXPECT_LT(peak, 1.5 * machine.peak_flops);
}

TEST_F(ProbeMachineTest, TheSecondWorkerSeesTheLimitsOfTheFirst) {
  const MachineModel first = ProbeMachineOnce(lease_, 30, -1).value();
  const MachineModel second = ProbeMachineOnce(lease_, 30, -1).value();
  // Two probes do not agree to the last bit; a file does.
  EXPECT_EQ(first.peak_flops, second.peak_flops);
  EXPECT_EQ(first.memory_bandwidth, second.memory_bandwidth);
  EXPECT_EQ(first.cache_bandwidth, second.cache_bandwidth);
  EXPECT_EQ(first.vector_bytes, second.vector_bytes);
}

TEST_F(ProbeMachineTest, AFileOfAnotherMachineIsReplaced) {
  MachineFileKey others[] = {MachineFileKey::Here(0), MachineFileKey::Here(0),
                             MachineFileKey::Here(0)};
  others[0].boot_id = "another";
  others[1].cpu_model = "another";
  others[2].timing_cpu = 77;
  for (const MachineFileKey& other : others) {
    ASSERT_TRUE(WriteMachineFile(file_, other, Machine()).ok());
    EXPECT_EQ(ReadMachineFile(file_, other).value().peak_flops, 123);
    EXPECT_EQ(ReadMachineFile(file_, Here(0)).status().code(),
              absl::StatusCode::kFailedPrecondition);
  }
  EXPECT_GT(ProbeMachineOnce(lease_, 30, 0).value().peak_flops, 1e9);
  EXPECT_TRUE(ReadMachineFile(file_, Here(0)).ok());
}

TEST_F(ProbeMachineTest, WhoDoesNotCareWhichCpuTakesTheLimitsOfAny) {
  ASSERT_TRUE(WriteMachineFile(file_, Here(5), Machine()).ok());
  EXPECT_EQ(ProbeMachineOnce(lease_, 30, -1).value().peak_flops, 123);
}

TEST_F(ProbeMachineTest, AFileThatIsNoFileOfOursIsReplaced) {
  const std::string texts[] = {
      "[1, 2", "",
      R"({"format": 1, "boot_id": ")" + BootId() + R"(", "peak_flops": 1})"};
  for (const std::string& text : texts) {
    ASSERT_TRUE(ReplaceSharedFile(file_, text).ok());
    EXPECT_FALSE(ReadMachineFile(file_, Here(-1)).ok());
  }
  EXPECT_TRUE(ProbeMachineOnce(lease_, 30, -1).ok());
  EXPECT_TRUE(ReadMachineFile(file_, Here(-1)).ok());
}

TEST_F(ProbeMachineTest, ALimitThatIsNoneIsRefused) {
  MachineModel machine = Machine();
  ASSERT_TRUE(WriteMachineFile(file_, Here(-1), machine).ok());
  EXPECT_TRUE(ReadMachineFile(file_, Here(-1)).ok());
  machine.memory_bandwidth = 0;
  ASSERT_TRUE(WriteMachineFile(file_, Here(-1), machine).ok());
  EXPECT_FALSE(ReadMachineFile(file_, Here(-1)).ok());
}

TEST_F(ProbeMachineTest, ACpuThatDoesNotExistIsNoReasonToFail) {
  EXPECT_TRUE(ProbeMachineOnce(lease_, 30, 1000).ok());
}

}  // namespace
}  // namespace weft
