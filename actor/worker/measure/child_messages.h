// What the children of a measurement return to their parent, as text.
#ifndef WEFT_ACTOR_WORKER_MEASURE_CHILD_MESSAGES_H_
#define WEFT_ACTOR_WORKER_MEASURE_CHILD_MESSAGES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "actor/worker/lowering/callable.h"
#include "common/schedule/trajectory.h"

namespace weft {

// JSON. Decode gives back what was encoded, errors included; INTERNAL for text that no
// child of ours can have written. Doubles must be finite.
std::string EncodeArguments(
    const absl::StatusOr<std::vector<KernelArgument>>& arguments);
absl::StatusOr<std::vector<KernelArgument>> DecodeArguments(const std::string& text);

std::string EncodeMeasurement(const absl::StatusOr<Measurement>& measurement);
absl::StatusOr<Measurement> DecodeMeasurement(const std::string& text);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_MEASURE_CHILD_MESSAGES_H_
