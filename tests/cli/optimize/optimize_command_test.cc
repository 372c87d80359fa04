// `weft optimize` as a person uses it: real workers on a small program of two layers.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "common/process/child_process.h"
#include "nlohmann/json.hpp"

namespace weft {
namespace {

using ::testing::HasSubstr;

constexpr absl::Duration kDeadline = absl::Seconds(150);

std::string ReadFile(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
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

  // The exit code; -1 when it did not exit by itself in time.
  int Run(const std::vector<std::string>& arguments) {
    std::vector<std::string> argv = {std::string(std::getenv("WEFT_BIN_DIR")) + "/weft",
                                     "optimize"};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    auto process = ChildProcess::Start(argv, log());
    EXPECT_TRUE(process.ok()) << process.status();
    if (!process.ok()) return -1;
    const auto status = (*process)->Wait(kDeadline);
    return status && status->signal == 0 ? status->code : -1;
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

  const std::string folder_;
  const std::string program_ = std::string(std::getenv("WEFT_SOURCE_DIR")) +
                               "/tests/actor/worker/tasks/programs/mlp2.mlir";
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
