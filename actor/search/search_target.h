// One real program on this machine, ready to be searched.
#ifndef WEFT_ACTOR_SEARCH_SEARCH_TARGET_H_
#define WEFT_ACTOR_SEARCH_SEARCH_TARGET_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "actor/environment/baseline_cache.h"
#include "actor/environment/suite.h"
#include "actor/environment/worker_environment.h"
#include "actor/environment/worker_startup.h"
#include "actor/search/measuring_pool.h"
#include "common/config/options.h"
#include "common/store/schedule_store.h"

namespace weft {

struct SearchTargetOptions {
  std::string worker_path;  // Of weft-worker.
  MeasureOptions measure;
  double step_timeout_seconds = 10;
  ScheduleStore* store = nullptr;  // May be null; must outlive the target.
};

// Must outlive the environments that its factory makes. Immutable, so thread-safe.
class SearchTarget {
 public:
  // Reads the .mlir file at `path`, measures the machine's limits and loads the program
  // once. INVALID_ARGUMENT for a program that the worker refuses, with its message
  // (file:line:column); NOT_FOUND when there is no such file; else what keeps a worker
  // from starting.
  static absl::StatusOr<std::unique_ptr<SearchTarget>> Open(
      const std::string& path, SearchTargetOptions options);

  const SuiteProgram& program() const { return suite_.programs.front(); }
  const std::string& name() const { return program().name; }
  const std::string& anchor() const { return anchor_; }  // Such as linalg.matmul.
  double flops() const { return flops_; }  // Of one call; a multiply-add is two.
  double bytes() const { return bytes_; }  // Compulsory traffic of one call.
  // What was stripped of the program; see LoadProgramResponse.
  const std::vector<std::string>& notes() const { return notes_; }
  const Machine& machine() const { return machine_; }
  // Of the pipeline, the compiler, the CPU and the measurement with its budget: times
  // that differ in it are not of the same thing.
  const std::string& versions() const { return versions_; }
  int threads() const { return options_.measure.threads; }
  const MeasureOptions& measure() const { return options_.measure; }

  EnvironmentFactory factory();

 private:
  explicit SearchTarget(SearchTargetOptions options) : options_(std::move(options)) {}
  absl::Status Load();
  absl::Status ReadVersions(WorkerClient& worker);

  SearchTargetOptions options_;
  Suite suite_;  // Of one program.
  BaselineCache baselines_;
  Machine machine_;
  std::string versions_;
  std::string anchor_;
  double flops_ = 0;
  double bytes_ = 0;
  std::vector<std::string> notes_;
};

}  // namespace weft

#endif  // WEFT_ACTOR_SEARCH_SEARCH_TARGET_H_
