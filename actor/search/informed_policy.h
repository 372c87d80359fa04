// A policy that knows what good schedules look like, but not this program.
#ifndef WEFT_ACTOR_SEARCH_INFORMED_POLICY_H_
#define WEFT_ACTOR_SEARCH_INFORMED_POLICY_H_

#include <random>

#include "common/policy/policy.h"
#include "common/schedule/features.h"

namespace weft {

struct InformedPolicyOptions {
  MachineModel machine;
  int threads = 1;
};

// Whether packing some operand whole moves it through a cache that it does not fit.
bool HasLargeOperand(const Observation& observation);

// Whether something besides one fill, which every contraction has, makes what the
// anchor reads or reads what it makes.
bool HasNeighbours(const Observation& observation);

// Draws actions by rules that hold for loop nests in general: fuse where that is
// offered, pack into panels that are promising register tiles (RankRegisterTiles),
// split one loop or a few into cache tiles of which larger ones are likelier,
// parallelize only for several threads, in order to fuse, or to pack a large operand
// piece by piece, move one loop of those whose order matters, and end with one of the
// most promising register tiles. All it sees is the mask and which operands fit the
// cache, so every anchor and every kind of action is served alike. Of search strategies
// it is the source of first schedules and of what completes a part of one.
//
// Thread-safe. Decision::log_probability is not filled in.
class InformedPolicy : public Policy {
 public:
  explicit InformedPolicy(const InformedPolicyOptions& options);

  Decision Decide(const Observation& observation, Selection selection,
                  std::mt19937_64& random) const override;
  uint64_t version() const override { return 0; }

  // A terminal action, the way Decide draws it. Requires a legal terminal kind.
  Action DecideTerminal(const ActionMask& mask, std::mt19937_64& random) const;

 private:
  double Weight(const Observation& observation, ActionKind kind) const;
  Action DrawSplit(const ActionMask& mask, ActionKind kind,
                   std::mt19937_64& random) const;

  const InformedPolicyOptions options_;
  const int64_t lanes_;
};

}  // namespace weft

#endif  // WEFT_ACTOR_SEARCH_INFORMED_POLICY_H_
