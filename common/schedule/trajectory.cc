#include "common/schedule/trajectory.h"

namespace weft {

const char* OutcomeName(Outcome outcome) {
  switch (outcome) {
    case Outcome::kOk:
      return "ok";
    case Outcome::kTransformFailed:
      return "transform_failed";
    case Outcome::kCompileFailed:
      return "compile_failed";
    case Outcome::kWrongResult:
      return "wrong_result";
    case Outcome::kCrashed:
      return "crashed";
    case Outcome::kTimedOut:
      return "timed_out";
    case Outcome::kOutOfMemory:
      return "out_of_memory";
    case Outcome::kImpossibleTime:
      return "impossible_time";
    case Outcome::kWorkerLost:
      return "worker_lost";
  }
  return "unknown";
}

const char* InterferenceName(Interference interference) {
  switch (interference) {
    case Interference::kPreempted:
      return "preempted";
    case Interference::kSlowCompute:
      return "slow_compute";
    case Interference::kSlowMemory:
      return "slow_memory";
    case Interference::kLowFrequency:
      return "low_frequency";
  }
  return "unknown";
}

void KeepSamples(const Measurement& replaced, Measurement* measurement) {
  std::vector<double>& kept = measurement->earlier_samples;
  kept.insert(kept.end(), replaced.earlier_samples.begin(),
              replaced.earlier_samples.end());
  kept.insert(kept.end(), replaced.samples.begin(), replaced.samples.end());
}

}  // namespace weft
