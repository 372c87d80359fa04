// Proximal policy optimization (Schulman et al. 2017, arXiv:1707.06347) with
// generalized advantage estimation (Schulman et al. 2015, arXiv:1506.02438) over whole
// episodes.
//
// Episodes that older weights acted in are corrected by V-trace (learner/ppo/vtrace.h)
// and the decoupled objective of Hilton et al. 2021, arXiv:2110.00641: what is clipped
// is the ratio to the policy at the update's start, and a sample is weighted by the
// truncated ratio of that policy to the one that acted. It costs a forward pass over
// these episodes. An episode that the current version acted in needs none: the actor
// sent the same numbers, up to float rounding.
//
// This header has no LibTorch in it; the library needs LibTorch alone (no gRPC, no
// MLIR).
#ifndef WEFT_LEARNER_PPO_PPO_LEARNER_H_
#define WEFT_LEARNER_PPO_PPO_LEARNER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/config/options.h"
#include "common/schedule/trajectory.h"

namespace weft {

// Means over the decisions of one update and its epochs, unless said.
struct UpdateStats {
  double policy_loss = 0;
  double value_loss = 0;
  double entropy = 0;              // Nats per decision.
  double entropy_share = 1;        // Of the largest entropy that the masks allow.
  bool entropy_collapsed = false;  // The share is below ppo.entropy_alarm.
  double approximate_kl = 0;  // Mean of (r - 1) - ln r over the last epoch that ran.
  double clip_fraction = 0;
  double gradient_norm = 0;       // Before clipping; mean over the steps.
  double explained_variance = 0;  // Of returns by the values at the update's start.
  double mean_importance = 1;     // Truncated ratio to the acting policy.
  double mean_reward = 0;         // Per episode.
  double mean_staleness = 0;  // version() before the update minus the acting version.
  double learning_rate = 0;
  double entropy_coefficient = 0;
  double kl_coefficient = 0;
  int epochs = 0;  // Epochs that ran before the KL stop.
  int decisions = 0;
  int replayed = 0;  // Decisions whose probability was computed again: stale ones.

  double seconds = 0;           // All of it.
  double proximal_seconds = 0;  // To replay stale decisions.
  double torch_seconds = 0;     // Forward, backward and optimizer.
  double build_seconds = 0;     // To build tensors, on another thread meanwhile.
  double wait_seconds = 0;      // For tensors that were not built in time.
};

// Not thread-safe: one thread calls everything. Deterministic on CPU: the same seed,
// options and trajectories give the same parameters, bit for bit.
class PpoLearner {
 public:
  // `device` is auto, cpu or cuda. `total_updates` sets the length of the schedules of
  // learning rate and entropy coefficient. INVALID_ARGUMENT for an unknown encoder, an
  // option out of bounds or bf16 on a CPU; UNAVAILABLE for cuda where there is none.
  static absl::StatusOr<std::unique_ptr<PpoLearner>> Create(const PolicyOptions& policy,
                                                            const PpoOptions& ppo,
                                                            const std::string& device,
                                                            int total_updates,
                                                            uint64_t seed);
  virtual ~PpoLearner() = default;

  // One PPO update over complete episodes, each of at least one step. Raises version()
  // by one. INTERNAL, with parameters unchanged, when a loss or gradient is not finite
  // or LibTorch throws. When it throws again while the parameters are put back, they
  // are lost: everything but RestoreState is an error from then on.
  virtual absl::StatusOr<UpdateStats> Update(
      const std::vector<Trajectory>& episodes) = 0;

  // Makes bytes of what was copied; may be called on any thread, also while the learner
  // goes on and after its end. INTERNAL when LibTorch throws.
  using Serializer = std::function<absl::StatusOr<std::string>()>;

  // Copies, in a fraction of the time that the bytes take, the parameters alone: as
  // LibTorch archive bytes what actors load (TorchPolicy). INTERNAL when LibTorch
  // throws.
  virtual absl::StatusOr<Serializer> CopyWeights() const = 0;
  // Everything that an exact resume needs: parameters, optimizer, counters, RNG state.
  virtual absl::StatusOr<Serializer> CopyState() const = 0;

  absl::StatusOr<std::string> SerializeWeights() const { return Bytes(CopyWeights()); }
  absl::StatusOr<std::string> SerializeState() const { return Bytes(CopyState()); }

  // DATA_LOSS when the bytes are not such a state; the learner is then unchanged.
  virtual absl::Status RestoreState(const std::string& state) = 0;

  // Versions start at 1 and grow by one per update.
  virtual uint64_t version() const = 0;
  virtual const std::string& device() const = 0;  // cpu or cuda.
  virtual int64_t parameter_count() const = 0;

 private:
  static absl::StatusOr<std::string> Bytes(const absl::StatusOr<Serializer>& copied) {
    if (!copied.ok()) return copied.status();
    return (*copied)();
  }
};

}  // namespace weft

#endif  // WEFT_LEARNER_PPO_PPO_LEARNER_H_
