// One row of the schedule store.
#ifndef WEFT_COMMON_STORE_MEASUREMENT_RECORD_H_
#define WEFT_COMMON_STORE_MEASUREMENT_RECORD_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "common/schedule/trajectory.h"
#include "common/store/measurement_key.h"

namespace weft {

// What a measurement was allowed. The wait for the timing lease is no part of any.
struct MeasureLimits {
  double compile_seconds = 0;
  double run_seconds = 0;  // Check and timing together.
  uint64_t memory_bytes = 0;
};

struct MeasurementRecord {
  MeasurementKey key;
  std::string program;          // Name in its suite, for a person; at most 128 bytes.
  bool baseline = false;        // The task as it came, without a schedule.
  Measurement measurement;      // With all raw samples.
  MeasureLimits limits;         // That it ran under.
  std::string schedule;         // The actions, for a person; at most 4096 bytes.
  std::string schedule_module;  // Transform text; at most 1 MiB; empty unless OK.
};

// Whether the record says something about the schedule at all. One that lost its worker
// does not, and a transform that refused was never measured. A baseline that timed out
// may have met a busy machine, and would exclude its program for good.
bool IsStorable(const MeasurementRecord& record);

// A time of the task as it came of which no sample was free of interference.
bool IsDisturbedBaseline(const MeasurementRecord& record);

// Whether the record tells what a measurement under `limits` would find.
//   - A timeout is a censored sample: it only says that the schedule needs more than
//     its limits. It answers for limits of at most four times those, because limits are
//     many times what a good schedule takes and move a little with the best that is
//     known. Running out of memory answers for no more memory.
//   - A time of which no sample was free of interference is an upper bound. Of a
//     schedule it answers, too: a machine that is always busy would else never be done,
//     and interference makes no schedule look better than it is. It does make every
//     schedule of a disturbed baseline look better, so that one does not answer.
bool CanAnswer(const MeasurementRecord& record, const MeasureLimits& limits);

// INVALID_ARGUMENT when a part is beyond its bound or the outcome is not storable.
absl::Status Validate(const MeasurementRecord& record);

}  // namespace weft

#endif  // WEFT_COMMON_STORE_MEASUREMENT_RECORD_H_
