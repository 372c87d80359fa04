// What the policy sees of a state: a sequence of tokens, and the mask of legal actions.
//
// Tokens come in this order: one global token, one per loop of the anchor (in the
// anchor's own loop order, so that token 1 + i is loop i), one per operand, one per
// neighbouring operation, one per action taken. Every token has kTokenWidth features;
// what each means depends on the token's kind and is listed in
// common/schedule/features.h.
#ifndef WEFT_COMMON_SCHEDULE_OBSERVATION_H_
#define WEFT_COMMON_SCHEDULE_OBSERVATION_H_

#include <cstdint>
#include <vector>

#include "common/schedule/action_mask.h"

namespace weft {

enum class TokenKind : uint8_t {
  kGlobal = 0,
  kLoop = 1,
  kOperand = 2,
  kNeighbour = 3,
  kHistory = 4,
};
inline constexpr int kNumTokenKinds = 5;

// Features per token. Unused trailing features are 0.
inline constexpr int kTokenWidth = 64;
// Bound on tokens: 1 + kMaxLoops + 8 operands + 8 neighbours + kMaxActions, rounded up.
inline constexpr int kMaxTokens = 48;

struct Observation {
  std::vector<TokenKind> kinds;  // One per token; kinds[0] is kGlobal.
  std::vector<float>
      features;  // Row-major, kinds.size() x kTokenWidth; finite, about [-4, 4].
  ActionMask mask;

  int num_tokens() const { return static_cast<int>(kinds.size()); }
  // Index of the token of loop i.
  static int LoopToken(int loop) { return 1 + loop; }
};

}  // namespace weft

#endif  // WEFT_COMMON_SCHEDULE_OBSERVATION_H_
