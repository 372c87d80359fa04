// A real `weft train` with real processes, for tests that watch it and hurt it.
#ifndef WEFT_TESTS_INTEGRATION_TRAINING_RUN_H_
#define WEFT_TESTS_INTEGRATION_TRAINING_RUN_H_

#include <sys/types.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/process/child_process.h"
#include "nlohmann/json.hpp"

namespace weft {

// Where the build put the programs, and where the sources are.
std::string Program(const std::string& name);
std::string SourcePath(const std::string& relative);

// Polls `condition` until it holds; false when it does not within `timeout`.
bool Eventually(const std::function<bool()>& condition,
                absl::Duration timeout = absl::Seconds(60));

std::string FileText(const std::string& path);
void WriteFile(const std::string& path, const std::string& text);

// Runs a program to its end; its output and its exit status.
struct Finished {
  ExitStatus status;
  std::string output;
};
Finished RunToEnd(const std::vector<std::string>& argv,
                  absl::Duration timeout = absl::Seconds(120));

// The processes whose parent is `parent`.
std::vector<pid_t> ChildrenOf(pid_t parent);

// A folder that is gone with the object.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// One `weft train` in a folder of its own. What still runs is killed by the destructor,
// processes that lost their parent included.
class TrainingRun {
 public:
  // `config` is YAML without `name`.
  explicit TrainingRun(const std::string& config);
  ~TrainingRun();

  // Runs `weft train` on the configuration, or on with the run that was begun.
  void Start(const std::vector<std::string>& overrides = {});
  void Resume(const std::vector<std::string>& overrides = {});

  ChildProcess& weft() { return *weft_; }
  std::optional<ExitStatus> Wait(absl::Duration timeout);

  std::string run_folder() const { return folder_.path() + "/runs/test"; }
  std::string output() const { return FileText(folder_.path() + "/weft.log"); }
  // Output and every log, for the message of a failed assertion.
  std::string Everything() const;

  // Iterations in metrics.jsonl; a JSON object per line.
  std::vector<nlohmann::json> Iterations() const;
  nlohmann::json Summary() const;

  // Process ids as the processes themselves wrote them; 0 while there is none.
  pid_t learner_pid() const { return PidIn("learner.json"); }
  pid_t actor_pid() const { return PidIn("actor-actor-0.json"); }
  std::string AdminAddress(const std::string& file) const;

 private:
  pid_t PidIn(const std::string& file) const;
  void Launch(std::vector<std::string> arguments);

  TemporaryFolder folder_;
  std::unique_ptr<ChildProcess> weft_;
};

// A small run in the synthetic environment: seconds, no compiler. Each episode takes a
// few milliseconds, so that a fault meets a run that is under way.
std::string SyntheticConfig(int iterations);

// A small run on real programs of the test suite.
std::string RealConfig(int iterations);

}  // namespace weft

#endif  // WEFT_TESTS_INTEGRATION_TRAINING_RUN_H_
