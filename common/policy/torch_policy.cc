#include "common/policy/torch_policy.h"

#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/policy/choice.h"
#include "common/policy/decision_batch.h"
#include "common/policy/network.h"
#include "common/policy/network_archive.h"

namespace weft {
namespace {

// Weights that do not change any more.
struct Snapshot {
  std::shared_ptr<PolicyNetwork> network;
  uint64_t version = 0;
};

// Adds the parts of one action to a decision as they are chosen.
class Chooser {
 public:
  Chooser(Selection selection, std::mt19937_64& random, Decision* decision)
      : selection_(selection), random_(random), decision_(decision) {}

  int operator()(const float* logits, int count, uint32_t legal) {
    const Choice choice = Choose(logits, count, legal, selection_, random_);
    decision_->log_probability += choice.log_probability;
    decision_->entropy += choice.entropy;
    return choice.index;
  }

 private:
  const Selection selection_;
  std::mt19937_64& random_;
  Decision* const decision_;
};

PolicyNetwork::Encoded EncodeOne(PolicyNetwork& network,
                                 const Observation& observation) {
  const TokenBatch batch = BatchTokens({&observation});
  // The views end before the batch does.
  const auto view = [](const auto& values, torch::IntArrayRef shape,
                       torch::ScalarType type) {
    return torch::from_blob(const_cast<void*>(static_cast<const void*>(values.data())),
                            shape, type);
  };
  return network.Encode(
      view(batch.features, {1, batch.tokens, kTokenWidth}, torch::kFloat32),
      view(batch.token_kinds, {1, batch.tokens}, torch::kInt64),
      view(batch.lengths, {1}, torch::kInt64), observation.mask.num_loops);
}

void ChooseOrder(PolicyNetwork& network, const PolicyNetwork::Encoded& encoded,
                 int num_loops, Chooser& choose, Action* action) {
  const torch::Tensor scores = network.OrderScores(encoded).contiguous();
  for (int depth = 0; depth < num_loops; ++depth) {
    action->order.push_back(choose(scores.data_ptr<float>(), num_loops,
                                   LegalNextLoops(num_loops, action->order)));
  }
}

void ChooseSizes(PolicyNetwork& network, const PolicyNetwork::Encoded& encoded,
                 const ActionMask& mask, Chooser& choose, Action* action) {
  const int slot =
      SizeSlot(action->kind, action->mode.value_or(VectorizeMode::kContract));
  const torch::Tensor logits =
      network.SizeLogits(encoded, torch::full({1}, slot, torch::kInt64)).contiguous();
  const float* row = logits.data_ptr<float>();
  for (int loop = 0; loop < mask.num_loops; ++loop, row += kNumSizes) {
    action->sizes.push_back(kSizeTable[choose(
        row, kNumSizes, LegalSizes(mask.sizes[slot], action->sizes))]);
  }
}

class TorchPolicyOnCpu : public TorchPolicy {
 public:
  TorchPolicyOnCpu(const PolicyOptions& options, Snapshot snapshot)
      : options_(options), snapshot_(std::move(snapshot)) {}

  Decision Decide(const Observation& observation, Selection selection,
                  std::mt19937_64& random) const override {
    const c10::InferenceMode inference;
    const Snapshot snapshot =
        Current();  // Keeps the weights that this call began with.
    PolicyNetwork& network = *snapshot.network;
    const ActionMask& mask = observation.mask;
    const PolicyNetwork::Encoded encoded = EncodeOne(network, observation);
    Decision decision;
    decision.value = network.Value(encoded.pooled).item<float>();
    Chooser choose(selection, random, &decision);
    Action& action = decision.action;
    const torch::Tensor kinds = network.KindLogits(encoded.pooled).contiguous();
    action.kind = static_cast<ActionKind>(
        choose(kinds.data_ptr<float>(), kNumActionKinds, mask.kinds));
    if (action.kind == ActionKind::kInterchange) {
      ChooseOrder(network, encoded, mask.num_loops, choose, &action);
      return decision;
    }
    if (!TakesSizes(action.kind)) return decision;
    if (action.kind == ActionKind::kVectorize) {
      const torch::Tensor modes = network.ModeLogits(encoded.pooled).contiguous();
      action.mode = static_cast<VectorizeMode>(
          choose(modes.data_ptr<float>(), kNumVectorizeModes, mask.modes));
    }
    ChooseSizes(network, encoded, mask, choose, &action);
    return decision;
  }

  absl::Status LoadWeights(const std::string& weights, uint64_t version) override {
    absl::StatusOr<std::shared_ptr<PolicyNetwork>> network =
        PolicyNetwork::CreateToLoad(options_);
    if (!network.ok()) return network.status();
    const absl::Status loaded = DeserializeNetwork(weights, network->get());
    if (!loaded.ok()) return loaded;
    (*network)->eval();
    absl::MutexLock lock(&mutex_);
    snapshot_ = {*std::move(network), version};
    return absl::OkStatus();
  }

  uint64_t version() const override { return Current().version; }

 private:
  Snapshot Current() const {
    absl::MutexLock lock(&mutex_);
    return snapshot_;
  }

  const PolicyOptions options_;
  mutable absl::Mutex mutex_;
  Snapshot snapshot_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

absl::StatusOr<std::unique_ptr<TorchPolicy>> TorchPolicy::Create(
    const PolicyOptions& options) {
  absl::StatusOr<std::shared_ptr<PolicyNetwork>> network =
      PolicyNetwork::Create(options, /*seed=*/0);
  if (!network.ok()) return network.status();
  (*network)->eval();
  return std::make_unique<TorchPolicyOnCpu>(options, Snapshot{*std::move(network), 0});
}

}  // namespace weft
