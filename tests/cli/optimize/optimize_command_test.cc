// `weft optimize` as a person uses it: real workers on a small program of two layers.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "common/process/child_process.h"
#include "nlohmann/json.hpp"

namespace weft {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr absl::Duration kDeadline = absl::Seconds(150);

// Marks the processes of one test, which inherit it from the command that they serve.
constexpr char kMark[] = "WEFT_OPTIMIZE_COMMAND_TEST";

std::string ReadFile(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// Whether the process has a handler of its own for the signal.
bool Catches(pid_t process, int signal) {
  const std::string status = ReadFile("/proc/" + std::to_string(process) + "/status");
  const size_t caught = status.find("SigCgt:");
  if (caught == std::string::npos) return false;
  return (std::strtoull(&status[caught + 7], nullptr, 16) >> (signal - 1) & 1) != 0;
}

class OptimizeCommandTest : public testing::Test {
 protected:
  OptimizeCommandTest()
      : folder_(testing::TempDir() + "optimize_" + std::to_string(getpid()) + "_" +
                testing::UnitTest::GetInstance()->current_test_info()->name()) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  ~OptimizeCommandTest() override { std::filesystem::remove_all(folder_); }

  std::unique_ptr<ChildProcess> Start(const std::vector<std::string>& arguments) {
    std::vector<std::string> argv = {std::string(std::getenv("WEFT_BIN_DIR")) + "/weft",
                                     "optimize"};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    setenv(kMark, folder_.c_str(), 1);
    auto process = ChildProcess::Start(argv, log());
    unsetenv(kMark);
    EXPECT_TRUE(process.ok()) << process.status();
    return process.ok() ? *std::move(process) : nullptr;
  }

  // The exit code; -1 when it did not exit by itself in time.
  int Run(const std::vector<std::string>& arguments) {
    const auto process = Start(arguments);
    if (process == nullptr) return -1;
    const auto status = process->Wait(kDeadline);
    return status && status->signal == 0 ? status->code : -1;
  }

  // Living processes that this test's commands started, directly or not.
  std::vector<std::string> Processes() const {
    const std::string mark = std::string(kMark) + "=" + folder_;
    std::vector<std::string> found;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
      // Empty for a process that has ended, and for one of another user.
      const std::string environment = ReadFile(entry.path().string() + "/environ");
      if (environment.find(mark) != std::string::npos) found.push_back(entry.path());
    }
    return found;
  }
  // Those that are left when the kernel had time to deliver its signals.
  std::vector<std::string> ProcessesInTheEnd() const {
    const absl::Time deadline = absl::Now() + absl::Seconds(10);
    while (!Processes().empty() && absl::Now() < deadline) {
      absl::SleepFor(absl::Milliseconds(20));
    }
    return Processes();
  }

  // A search of three tasks that would take hours, once it has found a schedule.
  std::unique_ptr<ChildProcess> StartLongSearch() {
    auto process = Start({residual_, "-o", out(), "--budget", "100000", "--seed", "3",
                          "--timing-budget", "0.02", "--json", json()});
    const absl::Time deadline = absl::Now() + kDeadline;
    while (process != nullptr && !std::filesystem::exists(first_schedule())) {
      if (process->Poll() || absl::Now() > deadline) {
        ADD_FAILURE() << "no schedule was found: " << ReadFile(log());
        return nullptr;
      }
      absl::SleepFor(absl::Milliseconds(20));
    }
    return process;
  }

  std::vector<std::string> Optimize() const {
    return {program_,          "-o",   out(),    "--budget", "4",      "--seed", "3",
            "--timing-budget", "0.02", "--emit", "obj",      "--json", json()};
  }
  nlohmann::json Report() const {
    return nlohmann::json::parse(ReadFile(json()), nullptr, false);
  }
  std::string out() const { return folder_ + "/out"; }
  std::string json() const { return folder_ + "/report.json"; }
  std::string log() const { return folder_ + "/log"; }

  std::string first_schedule() const {
    return out() + "/tasks/task00_conv_2d_nhwc_hwcf_1x8x8x8x3x3x8.schedule.mlir";
  }

  const std::string folder_;
  const std::string programs_ = std::string(std::getenv("WEFT_SOURCE_DIR")) +
                                "/tests/actor/worker/tasks/programs";
  const std::string program_ = programs_ + "/mlp2.mlir";
  const std::string residual_ = programs_ + "/residual.mlir";
};

TEST_F(OptimizeCommandTest, SchedulesTheLayersOnceAndKnowsThemTheNextTime) {
  ASSERT_EQ(Run(Optimize()), 0) << ReadFile(log());
  const nlohmann::json first = Report();
  ASSERT_TRUE(first.is_object()) << ReadFile(log());
  ASSERT_EQ(first["tasks"].size(), 1u);
  const nlohmann::json task = first["tasks"][0];
  EXPECT_EQ(task["task"], "task00_matmul_16x32x32");
  EXPECT_EQ(task["calls"], 2);
  EXPECT_EQ(task["measurements"].get<int>() + task["reused"].get<int>(), 4);
  EXPECT_LE(task["best_us"].get<double>(), task["unscheduled_us"].get<double>());
  EXPECT_EQ(first["scheduled"]["outcome"], "ok") << first.dump(2);
  EXPECT_LT(first["scheduled"]["max_relative_error"].get<double>(), 1e-4);
  EXPECT_GT(first["scheduled"]["microseconds"].get<double>(), 0);
  EXPECT_EQ(first["confirmed"], true);
  EXPECT_EQ(
      std::filesystem::exists(out() + "/tasks/task00_matmul_16x32x32.schedule.mlir"),
      task["schedule"] != "");
  for (const char* name : {"program.mlir", "schedule.mlir", "scheduled.mlir",
                           "scheduled.o", "tasks/task00_matmul_16x32x32.mlir"}) {
    EXPECT_FALSE(ReadFile(out() + "/" + name).empty()) << name;
  }
  EXPECT_THAT(ReadFile(log()), HasSubstr("whole program"));

  ASSERT_EQ(Run(Optimize()), 0) << ReadFile(log());
  const nlohmann::json again = Report()["tasks"][0];
  EXPECT_EQ(again["measurements"], 0) << again.dump(2);
  EXPECT_EQ(again["reused"], 4);
  EXPECT_EQ(again["schedule"], task["schedule"]);

  // Another search never ends with less than what is known.
  std::vector<std::string> another = Optimize();
  *std::find(another.begin(), another.end(), "3") = "4";
  ASSERT_EQ(Run(another), 0) << ReadFile(log());
  EXPECT_LE(Report()["tasks"][0]["best_us"], task["best_us"]);
}

TEST_F(OptimizeCommandTest, AnInterruptedSearchIsAssembledFromWhatItHasFound) {
  const auto process = StartLongSearch();
  ASSERT_NE(process, nullptr);
  EXPECT_THAT(Processes(), Not(IsEmpty()));
  process->Signal(SIGINT);
  const auto status = process->Wait(kDeadline);
  ASSERT_TRUE(status.has_value()) << ReadFile(log());
  EXPECT_EQ(status->code, 130) << status->ToString() << ReadFile(log());
  const nlohmann::json report = Report();
  ASSERT_TRUE(report.is_object()) << ReadFile(log());
  for (const nlohmann::json& task : report["tasks"]) {
    EXPECT_EQ(task["problem"], "interrupted") << task.dump(2);
  }
  EXPECT_NE(report["tasks"][0]["schedule"], "");
  EXPECT_EQ(report["scheduled"]["outcome"], "ok") << report.dump(2);
  for (const char* name : {"program.mlir", "schedule.mlir", "scheduled.mlir"}) {
    EXPECT_FALSE(ReadFile(out() + "/" + name).empty()) << name;
  }
  EXPECT_THAT(ProcessesInTheEnd(), IsEmpty());
}

TEST_F(OptimizeCommandTest, ASecondInterruptEndsItAtOnceAndLeavesNoProcess) {
  const auto process = StartLongSearch();
  ASSERT_NE(process, nullptr);
  process->Signal(SIGINT);
  const absl::Time deadline = absl::Now() + kDeadline;
  while (Catches(process->pid(), SIGINT) && absl::Now() < deadline) {
    absl::SleepFor(absl::Milliseconds(1));
  }
  process->Signal(SIGINT);
  const auto status = process->Wait(kDeadline);
  ASSERT_TRUE(status.has_value()) << ReadFile(log());
  EXPECT_EQ(status->signal, SIGINT) << status->ToString();
  EXPECT_THAT(ReadFile(first_schedule()), HasSubstr("@__transform_main"));
  EXPECT_THAT(ProcessesInTheEnd(), IsEmpty());
}

TEST_F(OptimizeCommandTest, WhatWasFoundIsPrintedThoughAFileCannotBeWritten) {
  // A folder with something in it can be neither removed nor replaced by a file.
  std::filesystem::create_directories(out() + "/scheduled.mlir/in_the_way");
  ASSERT_EQ(Run(Optimize()), 1) << ReadFile(log());
  EXPECT_THAT(ReadFile(log()), HasSubstr("whole program"));
  EXPECT_THAT(ReadFile(log()), HasSubstr("scheduled.mlir: cannot be removed"));
  const nlohmann::json report = Report();
  ASSERT_TRUE(report.is_object()) << ReadFile(log());
  EXPECT_EQ(report["scheduled"]["outcome"], "ok") << report.dump(2);
  EXPECT_THAT(report["export_problem"].get<std::string>(),
              HasSubstr("scheduled.mlir: cannot be removed"));
  for (const char* name : {"program.mlir", "schedule.mlir", "scheduled.o"}) {
    EXPECT_FALSE(ReadFile(out() + "/" + name).empty()) << name;
  }
}

TEST_F(OptimizeCommandTest, AMalformedProgramIsRefusedWithItsPlace) {
  const std::string bad = folder_ + "/bad.mlir";
  std::ofstream(bad) << "func.func @main() {\n  nonsense\n}\n";
  EXPECT_EQ(Run({bad, "-o", out()}), 2);
  EXPECT_THAT(ReadFile(log()), HasSubstr("bad.mlir:2:3: "));
}

TEST_F(OptimizeCommandTest, AMissingFileIsNamed) {
  EXPECT_EQ(Run({folder_ + "/none.mlir", "-o", out()}), 2);
  EXPECT_THAT(ReadFile(log()), HasSubstr("none.mlir"));
}

}  // namespace
}  // namespace weft
