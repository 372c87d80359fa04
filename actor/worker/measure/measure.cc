#include "actor/worker/measure/measure.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "actor/worker/measure/child_messages.h"
#include "actor/worker/measure/measure_in_child.h"

namespace weft {
namespace {

// The child gives up on the lease by itself, and says so better than a SIGKILL would.
constexpr double kLeaseSlackSeconds = 1;

// The measurement of a child that did not live to return one. UNAVAILABLE, or
// DEADLINE_EXCEEDED of the lease, when that says nothing about the schedule.
absl::StatusOr<Measurement> Obituary(const ChildResult& child) {
  Measurement measurement;
  switch (child.end) {
    case ChildEnd::kTimedOut:
      // It had given up by itself, and was too slow to say so: no fault of the
      // schedule.
      if (child.phase == ChildPhase::kLease) {
        return absl::DeadlineExceededError(
            absl::StrCat("the measuring process ", child.Describe()));
      }
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
    case ChildEnd::kKilled:
    case ChildEnd::kNotSetUp:
      return absl::UnavailableError(
          absl::StrCat("the measuring process ", child.Describe()));
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
  // CPU time is that of all threads.
  limits.threads = settings.threads;
  return limits;
}

absl::StatusOr<Measurement> Measure(const Reference& reference,
                                    const Candidate& candidate, const Work& work,
                                    const MachineModel& machine,
                                    const MeasureSettings& settings) {
  ChildLimits limits = LimitsOf(settings);
  if (candidate.compile_previous) {
    limits.compile_seconds *= 2;
    limits.run_seconds *= 2;
  }
  absl::StatusOr<ChildResult> child = RunLimited(limits, [&](ChildChannel& channel) {
    channel.Return(EncodeMeasurement(
        MeasureInChild(reference, candidate, work, machine, settings, channel)));
  });
  // No memory for a process, or no descriptors: the next attempt may have them.
  if (!child.ok()) return absl::UnavailableError(child.status().message());
  if (child->end != ChildEnd::kReturned) return Obituary(*child);
  return DecodeMeasurement(child->result);
}

}  // namespace weft
