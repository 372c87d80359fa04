// Decisions as flat arrays: what a network reads, and how an action was chosen.
//
// No LibTorch here: the arrays become tensors in common/policy/replay.cc. Everything is
// row-major, and every decision is padded to the largest of its batch.
#ifndef WEFT_COMMON_POLICY_DECISION_BATCH_H_
#define WEFT_COMMON_POLICY_DECISION_BATCH_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "common/schedule/action_mask.h"
#include "common/schedule/observation.h"

namespace weft {

// One choice among at most 32 options.
struct Part {
  uint32_t legal = 0;  // Bit i: option i could have been chosen.
  int chosen = 0;
};

// The choices that make up an action, in the order in which they are made.
struct ActionParts {
  Part kind;
  std::optional<Part> mode;  // Only vectorize.
  int slot = 0;              // SizeSlot; 0 for actions without sizes.
  std::vector<Part> sizes;   // Per loop, indices in kSizeTable.
  std::vector<Part> order;   // Per depth, loops.
};

// INVALID_ARGUMENT, naming the part, when the mask forbids the action.
absl::StatusOr<ActionParts> Decompose(const ActionMask& mask, const Action& action);

// B observations padded to T tokens.
struct TokenBatch {
  int64_t decisions = 0;             // B
  int64_t tokens = 0;                // T
  std::vector<float> features;       // [B, T, kTokenWidth]; 0 beyond a length.
  std::vector<int64_t> token_kinds;  // [B, T]; 0 beyond a length.
  std::vector<int64_t> lengths;      // [B]
};

// Requires observations with at least one token.
TokenBatch BatchTokens(const std::vector<const Observation*>& observations);

// R choices among O options. A row that no action used has every option legal and
// weight 0, so that it counts for nothing and still has a distribution.
struct ChoiceBatch {
  int64_t options = 0;          // O
  std::vector<uint8_t> legal;   // [R, O], 0 or 1.
  std::vector<int64_t> chosen;  // [R]
  std::vector<float> used;      // [R], 0 or 1.
};

// B actions padded to L loops.
struct PartBatch {
  int64_t decisions = 0;       // B
  int64_t loops = 0;           // L >= 1
  std::vector<int64_t> slots;  // [B]
  ChoiceBatch kind;            // R = B
  ChoiceBatch mode;            // R = B
  ChoiceBatch sizes;           // R = B * L
  ChoiceBatch order;           // R = B * L, O = L
};

PartBatch BatchParts(const std::vector<const ActionParts*>& actions);

}  // namespace weft

#endif  // WEFT_COMMON_POLICY_DECISION_BATCH_H_
