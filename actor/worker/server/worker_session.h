// What a worker does, behind plain data: neither MLIR nor protobuf in sight.
#ifndef WEFT_ACTOR_WORKER_SERVER_WORKER_SESSION_H_
#define WEFT_ACTOR_WORKER_SERVER_WORKER_SESSION_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "actor/worker/fingerprint/fingerprint.h"
#include "actor/worker/measure/measure.h"
#include "actor/worker/tasks/task_program.h"
#include "common/schedule/action.h"
#include "common/schedule/features.h"
#include "common/schedule/observation.h"
#include "common/schedule/trajectory.h"

namespace weft {

// One program at a time with one schedule under construction. The process must have one
// thread: measuring forks. Everything but LoadProgram and ProbeMachine fails with
// FAILED_PRECONDITION while no program is loaded. Not thread-safe.
class WorkerSession {
 public:
  struct Program {
    int num_loops = 0;
    std::string anchor;
    double flops = 0;
    double bytes = 0;
    std::vector<std::string> notes;  // See LoadedProgram.
  };
  struct Progress {
    Observation observation;
    bool done = false;
  };
  struct Export {
    std::string schedule_module;
    std::string transformed_ir;  // Empty unless asked for.
  };
  struct Machine {
    MachineModel limits;
    std::string cpu;
  };

  // Compiles a small program in this process, so that every child finds the compiler's
  // code linked and its tables filled.
  WorkerSession();
  ~WorkerSession();

  // Replaces the current program when it succeeds. Observations say that a kernel may
  // use `threads`. A machine that was not probed yet is probed first, with the default
  // lease; see ProbeMachine.
  absl::StatusOr<Program> LoadProgram(const std::string& name,
                                      const std::string& source, int threads = 1);

  // Keeps a program of many operations, replacing the one cut before when it succeeds.
  absl::StatusOr<const TaskProgram*> CutProgram(const std::string& name,
                                                const std::string& source);
  // The program that was cut last; FAILED_PRECONDITION when there is none.
  absl::StatusOr<const TaskProgram*> cut_program() const;
  // That program, without schedules when `schedules` is null; see TaskProgram.
  absl::StatusOr<ProgramMeasurement> MeasureProgram(
      const std::vector<std::string>* schedules, const MeasureSettings& settings,
      TimedBeside beside);

  // See ScheduledProgram for these three.
  absl::StatusOr<Observation> Reset();
  absl::StatusOr<Progress> Step(const Action& action);
  absl::StatusOr<Export> ExportSchedule(bool include_ir);

  // Of the schedule so far, and of what would compile and measure it.
  absl::StatusOr<Fingerprint> FingerprintSchedule() const;

  // Measures the schedule so far. The first measurement of a program also computes its
  // reference, in a child with the same limits; the references of the last few programs
  // are kept. FAILED_PRECONDITION when the program fails without any schedule. With the
  // transform module of a `previous_schedule` the two are timed in pairs; see
  // Candidate.
  absl::StatusOr<Measurement> MeasureSchedule(
      const MeasureSettings& settings, const std::string& previous_schedule = "");

  // The machine's limits, from the file beside the lease when it has them.
  absl::StatusOr<Machine> ProbeMachine(const std::string& lease_path,
                                       double lease_timeout_seconds, int timing_cpu);

 private:
  struct State;  // Hides MLIR.
  std::unique_ptr<State> state_;
};

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_SERVER_WORKER_SESSION_H_
