// What picks actions. No LibTorch in this header, so that environments, rollouts and
// their tests need none.
#ifndef WEFT_COMMON_POLICY_POLICY_H_
#define WEFT_COMMON_POLICY_POLICY_H_

#include <cstdint>
#include <random>
#include <vector>

#include "common/schedule/observation.h"

namespace weft {

struct Decision {
  Action action;
  float log_probability = 0;  // Natural log, of the joint action.
  float value = 0;    // The critic's estimate of the return; 0 if there is none.
  float entropy = 0;  // Nats, summed over the parts that the action used.
};

enum class Selection {
  kSample,  // From the distribution.
  kGreedy,  // The most probable choice of every part.
};

// Thread-safe: Decide may be called from many threads at once, each with its own
// `random`.
class Policy {
 public:
  virtual ~Policy() = default;

  // Requires at least one legal kind in the observation's mask.
  virtual Decision Decide(const Observation& observation, Selection selection,
                          std::mt19937_64& random) const = 0;

  // The same for several observations, one after the other as far as `random` is
  // concerned. A network reads them all at once.
  virtual std::vector<Decision> DecideAll(
      const std::vector<const Observation*>& observations, Selection selection,
      std::mt19937_64& random) const;

  // Version of the weights that act; 0 before any were loaded.
  virtual uint64_t version() const = 0;
};

// Uniform over the legal choices of every part. A baseline, and an explorer of the
// environment in its tests. kGreedy samples, too.
class RandomPolicy : public Policy {
 public:
  Decision Decide(const Observation& observation, Selection selection,
                  std::mt19937_64& random) const override;
  uint64_t version() const override { return 0; }
};

}  // namespace weft

#endif  // WEFT_COMMON_POLICY_POLICY_H_
