// `weft optimize`: schedules every task of a program, assembles it, checks and times
// it.
#ifndef WEFT_CLI_OPTIMIZE_OPTIMIZE_H_
#define WEFT_CLI_OPTIMIZE_OPTIMIZE_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "actor/search/search.h"
#include "cli/optimize/report.h"
#include "common/config/options.h"
#include "common/store/schedule_store.h"

namespace weft {

enum class EmitForm { kMlir, kLlvm, kObject };

struct OptimizeOptions {
  std::string program_path;
  std::string output_folder;
  SearchOptions search;             // For each distinct task.
  EmitForm emit = EmitForm::kMlir;  // The scheduled MLIR is always written.
  MeasureOptions measure;           // With its number of threads.
  std::string worker_path;
  ScheduleStore* store = nullptr;  // May be null.
};

// What a person sees meanwhile, and says. Called on the caller's thread.
struct OptimizeEvents {
  std::function<void(const std::string& line)> note;      // A line that stays.
  std::function<void(const std::string& line)> progress;  // Replaces the last one.
  // True ends the searches; the program is then assembled from what they found.
  std::function<bool()> stop;
};

// OUT and OUT/tasks. FAILED_PRECONDITION when the system refuses.
absl::Status MakeOutputFolders(const std::string& output_folder);

// Writes to the output folder, which MakeOutputFolders made:
//   program.mlir           the program with a function per task, unscheduled
//   schedule.mlir          the transform module that mlir-opt makes scheduled.mlir with
//   scheduled.mlir         the program with every task scheduled
//   scheduled.ll, .o       as options.emit asks
//   tasks/TASK.mlir, tasks/TASK.schedule.mlir
// The schedule of a task is written as it improves; a task for which no schedule was
// measured to be faster stays as it came, without a schedule file, and its row says
// why. The whole is timed in interleaved pairs with the program as it came. One that
// fails its check or cannot be measured is a report, not an error, and leaves no
// scheduled.*; so is, after the searches, a file that cannot be made or written.
// Errors: INVALID_ARGUMENT or NOT_FOUND for the program, with file, line and column;
// those of the file system and of the worker.
absl::StatusOr<OptimizeReport> Optimize(const OptimizeOptions& options,
                                        const OptimizeEvents& events);

}  // namespace weft

#endif  // WEFT_CLI_OPTIMIZE_OPTIMIZE_H_
