#include "actor/worker/measure/measure.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "actor/worker/measure/child_messages.h"
#include "actor/worker/measure/compare_output.h"
#include "actor/worker/measure/cpu_pin.h"
#include "actor/worker/measure/kernel_buffers.h"
#include "actor/worker/measure/stopwatch.h"
#include "actor/worker/measure/time_bound.h"
#include "actor/worker/measure/time_kernel.h"
#include "actor/worker/measure/timing_lease.h"

namespace weft {
namespace {

// The child gives up on the lease by itself, and says so better than a SIGKILL would.
constexpr double kLeaseSlackSeconds = 1;

void Fail(Measurement* measurement, Outcome outcome, std::string message) {
  measurement->outcome = outcome;
  measurement->message = std::move(message);
}

// Runs the kernel once; sets max_relative_error, and the outcome when it is wrong.
void Check(const Reference& reference, const Kernel& kernel,
           const KernelBuffers& buffers, Measurement* measurement) {
  kernel.Run(buffers.pointers());
  absl::Status untouched = buffers.CheckUntouched();
  if (!untouched.ok()) {
    return Fail(measurement, Outcome::kWrongResult, std::string(untouched.message()));
  }
  const std::vector<KernelArgument>& arguments = reference.arguments();
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (!arguments[i].output) continue;
    const OutputComparison comparison = CompareOutput(
        arguments[i], reference.expected(i), buffers.data(i),
        Tolerance(arguments[i].element_bytes, reference.reduction_length()));
    measurement->max_relative_error =
        std::max(measurement->max_relative_error, comparison.max_relative_error);
    if (!comparison.mismatch.empty()) {
      return Fail(measurement, Outcome::kWrongResult,
                  absl::StrCat("argument ", i, ", ", comparison.mismatch));
    }
  }
}

// Takes the times; sets the outcome when they are too good.
absl::Status Time(const Kernel& kernel, const KernelBuffers& buffers, const Work& work,
                  const MachineModel& machine, const MeasureSettings& settings,
                  ChildChannel& channel, Measurement* measurement) {
  channel.Enter(ChildPhase::kLease);
  absl::StatusOr<TimingLease> lease =
      TimingLease::Acquire(settings.lease_path, settings.lease_timeout_seconds);
  if (!lease.ok()) return lease.status();
  channel.Enter(ChildPhase::kRun);
  measurement->lease_wait_seconds = lease->waited_seconds();
  const Stopwatch stopwatch;
  const CpuPin pin(settings.timing_cpu);
  const Timing timing =
      TimeKernel(kernel, buffers.pointers(), settings.timing_budget_seconds);
  measurement->timing_seconds = stopwatch.seconds();
  measurement->samples = timing.samples;
  if (timing.disturbed) {
    measurement->message =
        "every timed batch was preempted; the time is an upper bound";
  }
  const std::string impossible =
      ExplainImpossible(timing.seconds, work.flops, work.bytes, machine);
  if (impossible.empty()) {
    measurement->seconds = timing.seconds;
  } else {
    Fail(measurement, Outcome::kImpossibleTime, impossible);
  }
  return absl::OkStatus();
}

absl::StatusOr<Measurement> MeasureInChild(const Reference& reference,
                                           const CompileFunction& compile,
                                           const Work& work,
                                           const MachineModel& machine,
                                           const MeasureSettings& settings,
                                           ChildChannel& channel) {
  Measurement measurement;
  const Stopwatch compiling;
  absl::StatusOr<std::unique_ptr<Kernel>> kernel = compile();
  measurement.compile_seconds = compiling.seconds();
  if (!kernel.ok()) {
    Fail(&measurement, Outcome::kCompileFailed, std::string(kernel.status().message()));
    return measurement;
  }
  if (!((*kernel)->arguments() == reference.arguments())) {
    Fail(&measurement, Outcome::kCompileFailed,
         "the schedule changed what the kernel's arguments are: a result is no longer "
         "computed in place");
    return measurement;
  }
  channel.Enter(ChildPhase::kRun);
  const Stopwatch checking;
  const KernelBuffers buffers(reference.arguments());
  Check(reference, **kernel, buffers, &measurement);
  measurement.check_seconds = checking.seconds();
  if (measurement.outcome != Outcome::kOk) return measurement;
  absl::Status timed =
      Time(**kernel, buffers, work, machine, settings, channel, &measurement);
  if (!timed.ok()) return timed;
  return measurement;
}

// The measurement of a child that did not live to return one.
Measurement Obituary(const ChildResult& child) {
  Measurement measurement;
  switch (child.end) {
    case ChildEnd::kTimedOut:
      measurement.outcome = Outcome::kTimedOut;
      break;
    case ChildEnd::kOutOfMemory:
      measurement.outcome = Outcome::kOutOfMemory;
      break;
    case ChildEnd::kReturned:
    case ChildEnd::kExited:
    case ChildEnd::kSignalled:
      measurement.outcome = Outcome::kCrashed;
      break;
  }
  measurement.message = child.Describe();
  measurement.compile_seconds = child.seconds[static_cast<int>(ChildPhase::kCompile)];
  measurement.lease_wait_seconds = child.seconds[static_cast<int>(ChildPhase::kLease)];
  measurement.check_seconds = child.seconds[static_cast<int>(ChildPhase::kRun)];
  return measurement;
}

}  // namespace

ChildLimits LimitsOf(const MeasureSettings& settings) {
  ChildLimits limits;
  limits.compile_seconds = settings.compile_timeout_seconds;
  limits.run_seconds = settings.run_timeout_seconds;
  limits.lease_seconds = settings.lease_timeout_seconds + kLeaseSlackSeconds;
  limits.memory_bytes = settings.memory_limit_bytes;
  return limits;
}

absl::StatusOr<Measurement> Measure(const Reference& reference,
                                    const CompileFunction& compile, const Work& work,
                                    const MachineModel& machine,
                                    const MeasureSettings& settings) {
  absl::StatusOr<ChildResult> child =
      RunLimited(LimitsOf(settings), [&](ChildChannel& channel) {
        channel.Return(EncodeMeasurement(
            MeasureInChild(reference, compile, work, machine, settings, channel)));
      });
  if (!child.ok()) return child.status();
  if (child->end != ChildEnd::kReturned) return Obituary(*child);
  return DecodeMeasurement(child->result);
}

}  // namespace weft
