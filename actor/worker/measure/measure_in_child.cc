#include "actor/worker/measure/measure_in_child.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "actor/worker/measure/compare_output.h"
#include "actor/worker/measure/cpu_pin.h"
#include "actor/worker/measure/kernel_buffers.h"
#include "actor/worker/measure/openmp_runtime.h"
#include "actor/worker/measure/poisoned_memory.h"
#include "actor/worker/measure/probe_machine.h"
#include "actor/worker/measure/time_bound.h"
#include "actor/worker/measure/time_kernel.h"
#include "actor/worker/measure/time_pairs.h"
#include "actor/worker/measure/timing_lease.h"
#include "common/time/stopwatch.h"

namespace weft {
namespace {

// Long enough for the clock that a kernel of any length has to hold.
constexpr double kMaxProbeRun = 0.01;

void Fail(Measurement* measurement, Outcome outcome, std::string message) {
  measurement->outcome = outcome;
  measurement->message = std::move(message);
}

std::unique_ptr<Kernel> Compile(const CompileFunction& compile,
                                const Reference& reference, Measurement* measurement) {
  const Stopwatch stopwatch;
  absl::StatusOr<std::unique_ptr<Kernel>> kernel = compile();
  measurement->compile_seconds = stopwatch.seconds();
  if (!kernel.ok()) {
    Fail(measurement, Outcome::kCompileFailed, std::string(kernel.status().message()));
    return nullptr;
  }
  if (!((*kernel)->arguments() == reference.arguments())) {
    Fail(measurement, Outcome::kCompileFailed,
         "the schedule changed what the kernel's arguments are: a result is no longer "
         "computed in place");
    return nullptr;
  }
  return std::move(*kernel);
}

// Runs the kernel once; sets max_relative_error, and the outcome when it is wrong.
void Check(const Reference& reference, const Kernel& kernel,
           const KernelBuffers& buffers, Measurement* measurement) {
  const Stopwatch stopwatch;
  {
    const PoisonedMemory poisoned;
    kernel.Run(buffers.pointers());
  }
  absl::Status untouched = buffers.CheckUntouched();
  const std::vector<KernelArgument>& arguments = reference.arguments();
  if (!untouched.ok()) {
    Fail(measurement, Outcome::kWrongResult, std::string(untouched.message()));
  }
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (!arguments[i].output || measurement->outcome != Outcome::kOk) continue;
    const OutputComparison comparison = CompareOutput(
        arguments[i], reference.expected(i), buffers.data(i), reference.tolerance(i));
    measurement->max_relative_error =
        std::max(measurement->max_relative_error, comparison.max_relative_error);
    if (!comparison.mismatch.empty()) {
      Fail(measurement, Outcome::kWrongResult,
           absl::StrCat("argument ", i, ", ", comparison.mismatch));
    }
  }
  measurement->check_seconds = stopwatch.seconds();
}

// The best schedule so far, ready to run; null, with a message, when it is no good.
std::unique_ptr<Kernel> Previous(const Candidate& candidate, const Reference& reference,
                                 ChildChannel& channel, std::string* message) {
  if (!candidate.compile_previous) return nullptr;
  Measurement measurement;
  std::unique_ptr<Kernel> kernel =
      Compile(candidate.compile_previous, reference, &measurement);
  if (kernel != nullptr) {
    channel.Enter(ChildPhase::kRun);
    Check(reference, *kernel, KernelBuffers(reference.arguments()), &measurement);
    channel.Enter(ChildPhase::kCompile);
  }
  if (measurement.outcome == Outcome::kOk) return kernel;
  *message = absl::StrCat("not confirmed, for the previous best is of no use: ",
                          OutcomeName(measurement.outcome), ": ", measurement.message);
  return nullptr;
}

void Record(const Rejections& rejections, bool disturbed, Measurement* measurement) {
  measurement->rejected_samples = rejections.samples;
  measurement->rejections = rejections.reasons;
  measurement->disturbed = disturbed;
  if (disturbed && measurement->message.empty()) {
    measurement->message = "every sample was disturbed; the time is an upper bound";
  }
}

// Alone, or against the previous best; samples and what was rejected go to
// `measurement`.
double TimeWith(const Kernel& kernel, const Kernel* previous, void* const* buffers,
                double budget_seconds, InterferenceMonitor* monitor,
                Measurement* measurement) {
  if (previous == nullptr) {
    Timing timing = TimeKernel(kernel, buffers, budget_seconds, monitor);
    measurement->samples = std::move(timing.samples);
    measurement->page_faults = timing.page_faults;
    Record(timing.rejections, timing.disturbed, measurement);
    return timing.seconds;
  }
  PairTiming timing = TimePairs(kernel, *previous, buffers, budget_seconds, monitor);
  measurement->samples = std::move(timing.samples);
  measurement->confirmation = timing.confirmation;
  measurement->page_faults = timing.page_faults;
  Record(timing.rejections, timing.disturbed, measurement);
  return timing.confirmation.seconds;
}

// Whether the kernel's data is more than half of what a core has for itself; the other
// half is for what it packs and keeps.
bool LeavesOwnCaches(const std::vector<KernelArgument>& arguments,
                     const MachineModel& machine) {
  uint64_t bytes = 0;
  for (const KernelArgument& argument : arguments) {
    bytes += static_cast<uint64_t>(argument.bytes());
  }
  return bytes > machine.l2_bytes / 2;
}

// Takes the times; sets the outcome when they are too good.
absl::Status Time(const Kernel& kernel, const Kernel* previous,
                  const KernelBuffers& buffers, const Work& work,
                  const MachineModel& machine, const MeasureSettings& settings,
                  ChildChannel& channel, Measurement* measurement) {
  channel.Enter(ChildPhase::kLease);
  absl::StatusOr<TimingLease> lease =
      TimingLease::Acquire(settings.lease_path, settings.lease_timeout_seconds);
  if (!lease.ok()) return lease.status();
  channel.Enter(ChildPhase::kRun);
  measurement->lease_wait_seconds = lease->waited_seconds();
  const Stopwatch stopwatch;
  // With several threads libomp pins the others, and this one, too, in a kernel that
  // has a parallel loop: to the same CPU.
  const CpuPin pin(settings.timing_cpu);
  const std::string normal_path = SentinelPath(settings.lease_path, settings.threads);
  const bool watch_memory = LeavesOwnCaches(kernel.arguments(), machine);
  InterferenceMonitor monitor(ReadNormalSentinel(normal_path), settings.timing_cpu,
                              watch_memory);
  const double seconds =
      TimeWith(kernel, previous, buffers.pointers(), settings.timing_budget_seconds,
               &monitor, measurement);
  WriteNormalSentinel(normal_path, monitor.normal(), watch_memory);
  measurement->cpu_pressure = monitor.cpu_pressure();
  measurement->timing_seconds = stopwatch.seconds();
  const auto explain = [&](MachineModel limits) {
    limits.peak_flops *= settings.threads;
    limits.cache_bandwidth *= settings.threads;
    return ExplainImpossible(seconds, work.flops, work.bytes, limits);
  };
  std::string impossible = explain(machine);
  if (!impossible.empty()) {
    // The machine may have been slow when it was probed.
    MachineModel now = machine;
    now.peak_flops =
        std::max(now.peak_flops, PeakFlopsNow(std::min(seconds, kMaxProbeRun)));
    impossible = explain(now);
  }
  if (impossible.empty()) {
    measurement->seconds = seconds;
  } else {
    Fail(measurement, Outcome::kImpossibleTime, impossible);
  }
  return absl::OkStatus();
}

absl::Status PrepareThreads(const MeasureSettings& settings) {
  if (settings.threads <= 1) return absl::OkStatus();
  absl::StatusOr<std::vector<int>> cpus =
      TimingCpus(settings.timing_cpu, settings.threads);
  if (!cpus.ok()) return cpus.status();
  return LoadOpenMp(*cpus);
}

}  // namespace

absl::StatusOr<Measurement> MeasureInChild(const Reference& reference,
                                           const Candidate& candidate, const Work& work,
                                           const MachineModel& machine,
                                           const MeasureSettings& settings,
                                           ChildChannel& channel) {
  absl::Status prepared = PrepareThreads(settings);
  if (!prepared.ok()) return prepared;
  Measurement measurement;
  const std::unique_ptr<Kernel> previous =
      Previous(candidate, reference, channel, &measurement.message);
  const std::unique_ptr<Kernel> kernel =
      Compile(candidate.compile, reference, &measurement);
  if (kernel == nullptr) return measurement;
  channel.Enter(ChildPhase::kRun);
  const KernelBuffers buffers(reference.arguments());
  Check(reference, *kernel, buffers, &measurement);
  if (measurement.outcome != Outcome::kOk) return measurement;
  absl::Status timed = Time(*kernel, previous.get(), buffers, work, machine, settings,
                            channel, &measurement);
  if (!timed.ok()) return timed;
  return measurement;
}

}  // namespace weft
