// Between the plain data of common/schedule and its messages in schedule.proto.
//
// ToProto trusts its input. FromProto does not: bytes come from a network or from a
// worker that a schedule may have corrupted, so it checks every bound that code behind
// it relies on and fails with INVALID_ARGUMENT naming the field, what it found and what
// is allowed. All functions are pure and thread-safe.
#ifndef WEFT_COMMON_WIRE_SCHEDULE_PROTO_H_
#define WEFT_COMMON_WIRE_SCHEDULE_PROTO_H_

#include "absl/status/statusor.h"
#include "common/schedule/action.h"
#include "common/schedule/action_mask.h"
#include "common/schedule/observation.h"
#include "common/schedule/trajectory.h"
#include "weft/v1/schedule.pb.h"

namespace weft {

// Bytes of Measurement::message that travel; ToProto cuts off what is longer, and
// replaces bytes beyond ASCII, which a compiler's output may hold and protobuf refuses,
// by '?'.
inline constexpr int kMaxMessageBytes = 4096;
inline constexpr int kMaxSamples = 64;
inline constexpr int kMaxEarlierSamples = 320;

v1::Action ToProto(const Action& action);
// Sizes are in kSizeTable and `order` is a permutation; whether the action is legal in
// a state is the mask's business (CheckLegal).
absl::StatusOr<Action> FromProto(const v1::Action& proto);

v1::ActionMask ToProto(const ActionMask& mask);
// Checks the guarantees of SizeMask for every (kind, mode) that is legal, so that
// LegalSizes and CheckLegal neither overflow nor come to an empty set.
absl::StatusOr<ActionMask> FromProto(const v1::ActionMask& proto);

v1::Observation ToProto(const Observation& observation);
// 1 to kMaxTokens tokens: a global one, one for each loop of the mask, then others.
// None at all is fine when the mask is empty.
absl::StatusOr<Observation> FromProto(const v1::Observation& proto);

// Samples beyond kMaxSamples, and earlier ones beyond kMaxEarlierSamples, do not
// travel.
v1::Measurement ToProto(const Measurement& measurement);
// Times are finite and not negative; `seconds` is positive exactly when the outcome is
// OK.
absl::StatusOr<Measurement> FromProto(const v1::Measurement& proto);

}  // namespace weft

#endif  // WEFT_COMMON_WIRE_SCHEDULE_PROTO_H_
