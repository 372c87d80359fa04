// Validation programs must be new to a policy that was trained.
#ifndef WEFT_ACTOR_ROLLOUT_DISJOINT_PROGRAMS_H_
#define WEFT_ACTOR_ROLLOUT_DISJOINT_PROGRAMS_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace weft {

// How a program appears to a policy before any action (ProgramAppearance).
using Appearance =
    std::function<absl::StatusOr<std::string>(const std::string& program)>;

// A program, and a known one that appears as it does: the same kind of operation over
// loops of the same extents, with the same operands and neighbours, whatever their
// files say. A policy could not tell them apart.
struct KnownProgram {
  std::string program;
  std::string known;
};

// Those of `programs` that are known, in order, each with the first of `known` that it
// appears as.
absl::StatusOr<std::vector<KnownProgram>> FindKnown(
    const std::vector<std::string>& known, const std::vector<std::string>& programs,
    const Appearance& appearance);

// INVALID_ARGUMENT naming both when a validation program appears as a training program
// does: its score would be one on the training set.
absl::Status CheckDisjoint(const std::vector<std::string>& training,
                           const std::vector<std::string>& validation,
                           const Appearance& appearance);

}  // namespace weft

#endif  // WEFT_ACTOR_ROLLOUT_DISJOINT_PROGRAMS_H_
