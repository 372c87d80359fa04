// What weft-worker does for a person.
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/actor/worker/server/spawned_worker.h"

namespace weft {
namespace {

using ::testing::HasSubstr;

// Runs the program and returns what it prints and its exit status.
std::pair<std::string, int> RunCommand(const std::string& arguments) {
  const std::string command = WorkerPath() + " " + arguments + " 2>&1";
  FILE* pipe = popen(command.c_str(), "r");
  EXPECT_NE(pipe, nullptr);
  std::string output;
  char buffer[4096];
  size_t count;
  while ((count = fread(buffer, 1, sizeof(buffer), pipe)) > 0) {
    output.append(buffer, count);
  }
  const int status = pclose(pipe);
  return {output, WIFEXITED(status) ? WEXITSTATUS(status) : -1};
}

TEST(WorkerCommandTest, MeasureReplaysAScheduleFromItsFile) {
  const std::string schedule = ::testing::TempDir() + "weft-worker-test-schedule." +
                               std::to_string(getpid()) + ".mlir";
  {
    Worker worker;
    ASSERT_EQ(worker.Load("matmul.mlir").code(), kOk);
    ASSERT_EQ(worker.Step(kVectorize).code(), kOk);
    std::ofstream(schedule) << worker.Export().export_().schedule_module();
  }
  const auto [output, status] =
      RunCommand("measure " + ProgramPath("matmul.mlir") + " " + schedule +
                 " --budget 0.02 --lease " + Worker::LeasePath());
  unlink(schedule.c_str());
  unlink(Worker::LeasePath().c_str());
  unlink((Worker::LeasePath() + ".machine").c_str());
  EXPECT_EQ(status, 0) << output;
  EXPECT_THAT(output, HasSubstr("outcome            ok"));
  EXPECT_THAT(output, HasSubstr("GFLOP/s"));
}

TEST(WorkerCommandTest, AMissingProgramIsNamed) {
  const auto [output, status] = RunCommand("measure /nonexistent.mlir");
  EXPECT_EQ(status, 1);
  EXPECT_THAT(output, HasSubstr("/nonexistent.mlir"));
}

TEST(WorkerCommandTest, HelpIsHelpAndNonsenseIsNot) {
  EXPECT_EQ(RunCommand("--help").second, 0);
  EXPECT_EQ(RunCommand("--nonsense").second, 2);
  EXPECT_EQ(RunCommand("").second, 2);
  EXPECT_EQ(RunCommand("measure a.mlir --budget much").second, 2);
}

}  // namespace
}  // namespace weft
