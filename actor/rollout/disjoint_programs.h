// Validation programs must be new to a policy that was trained.
#ifndef WEFT_ACTOR_ROLLOUT_DISJOINT_PROGRAMS_H_
#define WEFT_ACTOR_ROLLOUT_DISJOINT_PROGRAMS_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace weft {

// How a program appears to a policy before any action (AppearanceOf).
using Appearance =
    std::function<absl::StatusOr<std::string>(const std::string& program)>;

// INVALID_ARGUMENT naming both when a validation program appears as a training program
// does: the same kind of operation over loops of the same extents, with the same
// operands and neighbours, whatever their files say. A policy could not tell them
// apart, so its score would be one on its training set.
absl::Status CheckDisjoint(const std::vector<std::string>& training,
                           const std::vector<std::string>& validation,
                           const Appearance& appearance);

}  // namespace weft

#endif  // WEFT_ACTOR_ROLLOUT_DISJOINT_PROGRAMS_H_
