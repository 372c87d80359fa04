#include "tests/integration/training_run.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"

namespace weft {
namespace {

namespace fs = std::filesystem;

std::string Environment(const char* name) {
  const char* value = getenv(name);
  EXPECT_NE(value, nullptr) << name << " is set by CTest; run this test through it";
  return value == nullptr ? "" : value;
}

std::vector<std::string> WithOverrides(std::vector<std::string> arguments,
                                       const std::vector<std::string>& overrides) {
  for (const std::string& override : overrides) {
    arguments.push_back("--set");
    arguments.push_back(override);
  }
  return arguments;
}

nlohmann::json ReadJson(const std::string& path) {
  std::ifstream file(path);
  return nlohmann::json::parse(file, nullptr, /*allow_exceptions=*/false);
}

}  // namespace

std::string Program(const std::string& name) {
  return absl::StrCat(Environment("WEFT_BIN_DIR"), "/", name);
}

std::string SourcePath(const std::string& relative) {
  return absl::StrCat(Environment("WEFT_SOURCE_DIR"), "/", relative);
}

bool Eventually(const std::function<bool()>& condition, absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout;
  while (!condition()) {
    if (absl::Now() > deadline) return false;
    absl::SleepFor(absl::Milliseconds(20));
  }
  return true;
}

std::string FileText(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

void WriteFile(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  ASSERT_TRUE(file.flush()) << path;
}

Finished RunToEnd(const std::vector<std::string>& argv, absl::Duration timeout) {
  const TemporaryFolder folder;
  const std::string log = folder.path() + "/output";
  auto child = ChildProcess::Start(argv, log);
  EXPECT_TRUE(child.ok()) << child.status();
  if (!child.ok()) return {};
  const auto status = (*child)->Wait(timeout);
  EXPECT_TRUE(status) << argv[0] << " did not end; it said:\n" << FileText(log);
  return {status.value_or(ExitStatus{-1, 0}), FileText(log)};
}

std::vector<pid_t> ChildrenOf(pid_t parent) {
  std::vector<pid_t> children;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    pid_t pid = 0;
    if (!absl::SimpleAtoi(entry.path().filename().string(), &pid)) continue;
    const std::string stat = FileText(entry.path().string() + "/stat");
    // The fields after the last parenthesis, which ends the name, are: state, parent,
    // ...
    const size_t name_end = stat.rfind(')');
    if (name_end == std::string::npos) continue;
    const std::vector<std::string> fields =
        absl::StrSplit(stat.substr(name_end + 2), ' ');
    if (fields.size() > 1 && fields[1] == absl::StrCat(parent) && fields[0] != "Z") {
      children.push_back(pid);
    }
  }
  return children;
}

TemporaryFolder::TemporaryFolder() {
  std::string name = ::testing::TempDir() + "weft-test.XXXXXX";
  EXPECT_NE(mkdtemp(name.data()), nullptr);
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

TrainingRun::TrainingRun(const std::string& config) {
  // Orphans become children of this process, where a test can see them.
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  WriteFile(folder_.path() + "/config.yaml", "name: test\n" + config);
}

TrainingRun::~TrainingRun() {
  weft_.reset();
  for (pid_t orphan : ChildrenOf(getpid())) kill(orphan, SIGKILL);
  while (waitpid(-1, nullptr, WNOHANG) > 0) {
  }
}

void TrainingRun::Launch(std::vector<std::string> arguments) {
  std::vector<std::string> argv = {Program("weft"), "train"};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  auto weft = ChildProcess::Start(argv, folder_.path() + "/weft.log");
  ASSERT_TRUE(weft.ok()) << weft.status();
  weft_ = *std::move(weft);
}

void TrainingRun::Start(const std::vector<std::string>& overrides) {
  Launch(WithOverrides(
      {"--runs", folder_.path() + "/runs", folder_.path() + "/config.yaml"},
      overrides));
}

void TrainingRun::Resume(const std::vector<std::string>& overrides) {
  Launch(WithOverrides({"--resume", run_folder()}, overrides));
}

std::optional<ExitStatus> TrainingRun::Wait(absl::Duration timeout) {
  return weft_->Wait(timeout);
}

std::string TrainingRun::Everything() const {
  std::string text = absl::StrCat("--- weft\n", output());
  std::error_code error;
  for (const auto& log : fs::directory_iterator(run_folder() + "/logs", error)) {
    absl::StrAppend(&text, "--- ", log.path().filename().string(), "\n",
                    FileText(log.path().string()));
  }
  return text;
}

std::vector<nlohmann::json> TrainingRun::Iterations() const {
  std::vector<nlohmann::json> iterations;
  std::ifstream file(run_folder() + "/metrics.jsonl");
  for (std::string line; std::getline(file, line);) {
    nlohmann::json iteration = nlohmann::json::parse(line, nullptr, false);
    if (iteration.is_object() && !iteration.contains("validation")) {
      iterations.push_back(iteration);
    }
  }
  return iterations;
}

nlohmann::json TrainingRun::Summary() const {
  return ReadJson(run_folder() + "/summary.json");
}

pid_t TrainingRun::PidIn(const std::string& file) const {
  const nlohmann::json info = ReadJson(run_folder() + "/" + file);
  return info.is_object() ? info.value("pid", 0) : 0;
}

std::string TrainingRun::AdminAddress(const std::string& file) const {
  const nlohmann::json info = ReadJson(run_folder() + "/" + file);
  return info.is_object() ? info.value("admin_address", "") : "";
}

std::string SyntheticConfig(int iterations) {
  return absl::StrCat(
      "environment: synthetic\n"
      "policy: {width: 16, layers: 1}\n"
      "learner:\n"
      "  iterations: ",
      iterations,
      "\n"
      "  episodes_per_iteration: 8\n"
      "  max_outstanding_episodes: 12\n"
      "  checkpoint_every_iterations: 1\n");
}

std::string RealConfig(int iterations) {
  return absl::StrCat("suite: ", SourcePath("tests/programs"),
                      "\n"
                      "policy: {width: 16, layers: 1}\n"
                      "learner:\n"
                      "  iterations: ",
                      iterations,
                      "\n"
                      "  episodes_per_iteration: 8\n"
                      "  max_outstanding_episodes: 12\n"
                      "  checkpoint_every_iterations: 1\n"
                      "measure: {timing_budget_seconds: 0.01}\n");
}

}  // namespace weft
