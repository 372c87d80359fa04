// A program of many operations in a worker: cut, then assembled from scheduled tasks.
#ifndef WEFT_ACTOR_WORKER_TASKS_TASK_PROGRAM_H_
#define WEFT_ACTOR_WORKER_TASKS_TASK_PROGRAM_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "actor/worker/measure/measure.h"
#include "common/schedule/features.h"

namespace weft {

class CompilerContext;

// One task, as those see it who schedule it.
struct TaskDescription {
  std::string name;
  std::string source;  // A program by itself.
  std::string anchor;  // Operation name, such as linalg.matmul.
  int calls = 0;       // How often the program uses it.
  double flops = 0;    // Of one call.
  double bytes = 0;
};

// What the assembled program is timed beside.
enum class TimedBeside { kProgramAsItCame, kNothing };

// The whole, measured.
struct ProgramMeasurement {
  Measurement measurement;
  // When it failed: the tasks that fail by themselves, as "NAME: outcome: message".
  std::vector<std::string> faults;
};

// MLIR stays behind this header. A list of schedules has a transform module per task,
// in the order of tasks(), empty for a task that stays as it came. Not thread-safe; the
// context must outlive it.
class TaskProgram {
 public:
  // Errors are those of CutIntoTasks.
  static absl::StatusOr<std::unique_ptr<TaskProgram>> Cut(CompilerContext& context,
                                                          const std::string& name,
                                                          const std::string& source);
  ~TaskProgram();

  const std::vector<TaskDescription>& tasks() const { return tasks_; }
  const std::vector<std::string>& notes() const;
  double flops() const;
  double bytes() const;

  // The program as it came, compiled as one function: also what MeasureScheduled
  // compares outputs with.
  absl::StatusOr<Measurement> MeasureUnscheduled(const MachineModel& machine,
                                                 const MeasureSettings& settings);

  // Schedules, lowers, compiles, checks and times the whole in a child process, so that
  // whatever a schedule does is an outcome. Beside the program as it came the time is
  // taken in interleaved pairs, and that program's is the confirmation's
  // previous_seconds; the limits of compiling and running hold for each of the two.
  // When it fails, every task
  // is measured alone to find those at fault. INVALID_ARGUMENT unless there is a
  // schedule per task.
  absl::StatusOr<ProgramMeasurement> MeasureScheduled(
      const std::vector<std::string>& schedules, const MachineModel& machine,
      const MeasureSettings& settings,
      TimedBeside beside = TimedBeside::kProgramAsItCame);

  // Text for a person and for mlir-opt; see assembled_module.h. Transforms run in this
  // process.
  absl::StatusOr<std::string> AssembledText() const;
  absl::StatusOr<std::string> ScheduleText(
      const std::vector<std::string>& schedules) const;
  absl::StatusOr<std::string> ScheduledText(
      const std::vector<std::string>& schedules) const;
  // The code that MeasureScheduled times, as LLVM IR and as an object file, with the
  // entry point of code_generation.h.
  absl::StatusOr<std::string> LlvmText(const std::vector<std::string>& schedules,
                                       int threads) const;
  absl::StatusOr<std::string> Object(const std::vector<std::string>& schedules,
                                     int threads) const;

 private:
  struct State;  // Hides MLIR.
  explicit TaskProgram(std::unique_ptr<State> state);
  absl::StatusOr<std::string> Code(const std::vector<std::string>& schedules,
                                   int threads, bool object) const;
  absl::Status CheckSchedules(const std::vector<std::string>& schedules) const;
  absl::Status EnsureReference(const MeasureSettings& settings);

  std::unique_ptr<State> state_;
  std::vector<TaskDescription> tasks_;
};

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_TASKS_TASK_PROGRAM_H_
