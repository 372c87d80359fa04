// The folder of one training run: what is where.
#ifndef WEFT_CLI_TRAIN_RUN_DIRECTORY_H_
#define WEFT_CLI_TRAIN_RUN_DIRECTORY_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace weft {

class RunDirectory {
 public:
  // Makes ROOT/NAME, or ROOT/NAME-2, ROOT/NAME-3, ... when earlier runs have the name.
  static absl::StatusOr<RunDirectory> Create(const std::string& root,
                                             const std::string& name);
  // An existing run. NOT_FOUND when the folder has no config.yaml.
  static absl::StatusOr<RunDirectory> Open(const std::string& path);

  const std::string& path() const { return path_; }
  std::string config() const { return path_ + "/config.yaml"; }
  // Of the stage on the cost model, where there is one.
  std::string pretraining_config() const { return path_ + "/pretraining.yaml"; }
  std::string learner_info() const { return path_ + "/learner.json"; }
  std::string summary() const { return path_ + "/summary.json"; }
  // Of the program, as a transform module; there is one only where a schedule was
  // found.
  std::string best(const std::string& program) const {
    return path_ + "/best/" + program + ".mlir";
  }
  std::string log(const std::string& process) const {
    return path_ + "/logs/" + process + ".log";
  }

  // FAILED_PRECONDITION while a learner uses this run: it holds a lock on learner.lock.
  // One whose `weft train` was killed a moment ago is given `patience` to end.
  absl::Status CheckIdle(absl::Duration patience) const;

  // The environment of the newest episodes, as the learner notes it; "" when there were
  // none yet.
  std::string environment() const;
  // Iterations that the run has done, by metrics.jsonl.
  int iterations() const;

  // Writes config.yaml whole or not at all.
  absl::Status WriteConfig(const std::string& yaml) const;
  absl::Status WritePretrainingConfig(const std::string& yaml) const;
  // The same for summary.json.
  absl::Status WriteSummary(const std::string& json) const;

  // The last lines of a process' log, indented, for an error message; "" when there are
  // none.
  std::string LogTail(const std::string& process, int lines) const;

 private:
  explicit RunDirectory(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

}  // namespace weft

#endif  // WEFT_CLI_TRAIN_RUN_DIRECTORY_H_
