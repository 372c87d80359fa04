// `weft search` as a person uses it: real workers, real schedules, real signals.

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "common/process/child_process.h"
#include "common/store/sqlite_database.h"
#include "nlohmann/json.hpp"

namespace weft {
namespace {

constexpr absl::Duration kDeadline = absl::Seconds(150);

std::string ReadFile(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

int64_t Count(const std::string& store, const std::string& rows) {
  absl::StatusOr<SqliteDatabase> database =
      SqliteDatabase::Open(store, absl::Seconds(10));
  EXPECT_TRUE(database.ok()) << database.status();
  if (!database.ok()) return -1;
  return database->Number("SELECT COUNT(*) FROM " + rows).value_or(-1);
}

class SearchCommandTest : public testing::Test {
 protected:
  SearchCommandTest()
      : folder_(testing::TempDir() + "search_" + std::to_string(getpid()) + "_" +
                testing::UnitTest::GetInstance()->current_test_info()->name()) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  ~SearchCommandTest() override { std::filesystem::remove_all(folder_); }

  // A program of the build, such as "weft".
  std::unique_ptr<ChildProcess> Start(const std::string& program,
                                      const std::vector<std::string>& arguments) {
    log_ = folder_ + "/log" + std::to_string(++started_);
    std::vector<std::string> argv = {std::string(std::getenv("WEFT_BIN_DIR")) + "/" +
                                     program};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    auto process = ChildProcess::Start(argv, log_);
    EXPECT_TRUE(process.ok()) << process.status();
    return *std::move(process);
  }
  std::unique_ptr<ChildProcess> Start(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "search");
    return Start("weft", arguments);
  }

  // The exit code; -1 when it did not exit by itself in time.
  static int ExitCode(ChildProcess& process) {
    const auto status = process.Wait(kDeadline);
    return status && status->signal == 0 ? status->code : -1;
  }
  int Run(const std::vector<std::string>& arguments) {
    return ExitCode(*Start(arguments));
  }

  // What the last command printed as JSON, after its progress.
  nlohmann::json Result() const {
    const std::string text = ReadFile(log_);
    // The object begins on a line of its own.
    const size_t begin = text.find("{\n");
    const size_t end = text.rfind("\n}\n");
    if (begin == std::string::npos || end == std::string::npos) return nullptr;
    return nlohmann::json::parse(text.substr(begin, end + 3 - begin), nullptr, false);
  }

  std::vector<std::string> Search(const std::string& budget) const {
    return {program_, "--budget",        budget, "--seed", "5", "-o",
            out(),    "--timing-budget", "0.02", "--json"};
  }
  std::string out() const { return folder_ + "/out"; }
  std::string journal() const { return out() + "/journal.jsonl"; }
  int JournalLines() const {
    const std::string text = ReadFile(journal());
    return static_cast<int>(std::count(text.begin(), text.end(), '\n'));
  }

  const std::string folder_;
  const std::string program_ = std::string(std::getenv("WEFT_SOURCE_DIR")) +
                               "/datasets/suites/quickstart/matmul_128x128x128.mlir";
  std::string log_;
  int started_ = 0;
};

TEST_F(SearchCommandTest, WritesTheBestScheduleAndASecondSearchMeasuresNothing) {
  ASSERT_EQ(Run(Search("6")), 0) << ReadFile(log_);
  const nlohmann::json first = Result();
  ASSERT_TRUE(first.is_object()) << ReadFile(log_);
  EXPECT_EQ(first["measurements"].get<int>() + first["reused"].get<int>(), 6);
  EXPECT_GT(first["unscheduled_us"].get<double>(), first["best_us"].get<double>());
  const std::string best = ReadFile(out() + "/matmul_128x128x128.mlir");
  EXPECT_NE(best.find(first["schedule"].get<std::string>()), std::string::npos);
  EXPECT_NE(best.find("transform.named_sequence @__transform_main"), std::string::npos);

  // Another folder, so another journal: it is the store that knows.
  std::vector<std::string> again = Search("6");
  again[6] = folder_ + "/again";
  again.insert(again.end(), {"--store", out() + "/store.sqlite"});
  ASSERT_EQ(Run(again), 0) << ReadFile(log_);
  EXPECT_EQ(Result()["measurements"], 0) << ReadFile(log_);
  EXPECT_EQ(Result()["reused"], 6);
  EXPECT_EQ(Result()["schedule"], first["schedule"]);
}

TEST_F(SearchCommandTest, WhatWasMeasuredReplaysUnderMlirOptToTheSameIr) {
  ASSERT_EQ(Run(Search("8")), 0) << ReadFile(log_);
  const std::string suite = std::filesystem::path(program_).parent_path().string();
  const auto replay =
      Start("schedules-replay", {out() + "/store.sqlite", "--suite", suite, "--all"});
  EXPECT_EQ(ExitCode(*replay), 0) << ReadFile(log_);
  // Half of the schedules at least, should some of them fail, and the sum.
  const std::string text = ReadFile(log_);
  int identical = 0;
  for (size_t at = 0; (at = text.find(" identical ", at)) != std::string::npos; ++at) {
    ++identical;
  }
  EXPECT_GE(identical, 5) << text;
}

// Of the measurements that a search made: those that a store keeps.
int Storable(const nlohmann::json& result) {
  return result["measurements"].get<int>() -
         result["outcomes"]["transform_failed"].get<int>() -
         result["outcomes"]["worker_lost"].get<int>();
}

TEST_F(SearchCommandTest, TwoSearchesWithOneStoreBothEndAndNoRowIsLost) {
  // Their claims are their own, so that a schedule may be measured by both.
  std::vector<std::string> other = Search("5");
  other[6] = folder_ + "/other";
  const std::string store = folder_ + "/shared.sqlite";
  std::vector<std::string> one = Search("5");
  for (auto* arguments : {&one, &other}) {
    arguments->insert(arguments->end(), {"--store", store});
  }
  const auto second = Start(other);
  const std::string second_log = log_;
  ASSERT_EQ(Run(one), 0) << ReadFile(log_);
  const int recorded = Storable(Result());
  const auto status = second->Wait(kDeadline);
  ASSERT_TRUE(status && status->ok()) << ReadFile(second_log);
  log_ = second_log;
  const int recorded_by_other = Storable(Result());
  EXPECT_GT(recorded, 0);
  // Baselines are rows, too: one of each at most.
  const int64_t rows = Count(store, "measurements");
  EXPECT_GE(rows, recorded + recorded_by_other);
  EXPECT_LE(Count(store, "measurements WHERE baseline = 0"),
            recorded + recorded_by_other);
  EXPECT_EQ(
      Count(store, "(SELECT key FROM measurements GROUP BY key HAVING COUNT(*) > 2)"),
      0);
}

TEST_F(SearchCommandTest, GoesOnAfterAKillWithWhatItHadMeasured) {
  {
    const auto process = Start(Search("100"));
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(120);
    while (JournalLines() < 4 && std::chrono::steady_clock::now() < deadline) {
      ASSERT_FALSE(process->Poll().has_value()) << ReadFile(log_);
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    process->Signal(SIGKILL);
    ASSERT_TRUE(process->Wait(kDeadline).has_value());
  }
  const int known = JournalLines() - 1;
  ASSERT_GE(known, 3);
  // What is known now is so from the journal.
  for (const char* file : {"/store.sqlite", "/store.sqlite-wal", "/store.sqlite-shm"}) {
    std::filesystem::remove(out() + file);
  }
  std::vector<std::string> resumed = Search(std::to_string(known + 2));
  resumed.push_back("--resume");
  ASSERT_EQ(Run(resumed), 0) << ReadFile(log_);
  EXPECT_GE(Result()["reused"].get<int>(), std::min(known, 3)) << ReadFile(log_);
  EXPECT_EQ(Result()["measurements"].get<int>() + Result()["reused"].get<int>(),
            known + 2);
}

TEST_F(SearchCommandTest, KeepsEverythingWhenItIsInterrupted) {
  const auto process = Start(Search("1000"));
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(120);
  while (JournalLines() < 3 && std::chrono::steady_clock::now() < deadline) {
    ASSERT_FALSE(process->Poll().has_value()) << ReadFile(log_);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  process->Signal(SIGINT);
  const auto status = process->Wait(kDeadline);
  ASSERT_TRUE(status.has_value());
  EXPECT_EQ(status->code, 130) << status->ToString() << ReadFile(log_);
  const nlohmann::json result = Result();
  ASSERT_TRUE(result.is_object()) << ReadFile(log_);
  EXPECT_TRUE(result["interrupted"].get<bool>());
  EXPECT_EQ(result["measurements"].get<int>() + result["reused"].get<int>(),
            JournalLines() - 1);
  EXPECT_TRUE(std::filesystem::exists(out() + "/matmul_128x128x128.mlir"));
}

TEST_F(SearchCommandTest, DoesNotOverwriteAnEarlierSearch) {
  std::filesystem::create_directories(out());
  std::ofstream(journal()) << "{}\n";
  EXPECT_EQ(Run(Search("2")), 2);
  EXPECT_NE(ReadFile(log_).find("--resume"), std::string::npos) << ReadFile(log_);
  EXPECT_EQ(ReadFile(journal()), "{}\n");
}

TEST_F(SearchCommandTest, NamesTheLineOfAProgramThatIsNotMlir) {
  const std::string program = folder_ + "/broken.mlir";
  std::ofstream(program) << "func.func @main() {\n  nonsense\n}\n";
  EXPECT_EQ(Run({program, "-o", out()}), 2);
  EXPECT_NE(ReadFile(log_).find("broken.mlir:2:"), std::string::npos) << ReadFile(log_);
}

}  // namespace
}  // namespace weft
