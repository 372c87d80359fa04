#include "common/policy/torch_policy.h"

#include <algorithm>
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

PolicyNetwork::Encoded EncodeAll(PolicyNetwork& network,
                                 const std::vector<const Observation*>& observations) {
  const TokenBatch batch = BatchTokens(observations);
  int64_t loops = 1;
  for (const Observation* observation : observations) {
    loops = std::max<int64_t>(loops, observation->mask.num_loops);
  }
  // The views end before the batch does.
  const auto view = [](const auto& values, torch::IntArrayRef shape,
                       torch::ScalarType type) {
    return torch::from_blob(const_cast<void*>(static_cast<const void*>(values.data())),
                            shape, type);
  };
  return network.Encode(
      view(batch.features, {batch.decisions, batch.tokens, kTokenWidth},
           torch::kFloat32),
      view(batch.token_kinds, {batch.decisions, batch.tokens}, torch::kInt64),
      LayOut(view(batch.lengths, {batch.decisions}, torch::kInt64), batch.tokens),
      loops);
}

// The logits of every decision of a batch. Those that few actions need are computed
// when the first one does, for all.
class Logits {
 public:
  Logits(PolicyNetwork& network, const std::vector<const Observation*>& observations)
      : network_(network),
        encoded_(EncodeAll(network, observations)),
        values_(network.Value(encoded_).contiguous()),
        kinds_(network.KindLogits(encoded_.pooled).contiguous()),
        sizes_(kNumSizeSlots) {}

  float Value(size_t row) const { return values_.data_ptr<float>()[row]; }
  const float* Kinds(size_t row) const { return Row(kinds_, row); }
  const float* Modes(size_t row) {
    if (!modes_.defined()) modes_ = network_.ModeLogits(encoded_.pooled).contiguous();
    return Row(modes_, row);
  }
  const float* Order(size_t row) {
    if (!order_.defined()) order_ = network_.OrderScores(encoded_).contiguous();
    return Row(order_, row);
  }
  // [L, kNumSizes]
  const float* Sizes(size_t row, int slot) {
    torch::Tensor& sizes = sizes_[static_cast<size_t>(slot)];
    if (!sizes.defined()) {
      const torch::Tensor slots = torch::full({kinds_.size(0)}, slot, torch::kInt64);
      sizes = network_.SizeLogits(encoded_, slots).contiguous();
    }
    return Row(sizes, row);
  }

 private:
  static const float* Row(const torch::Tensor& tensor, size_t row) {
    return tensor.data_ptr<float>() + static_cast<int64_t>(row) * tensor.stride(0);
  }

  PolicyNetwork& network_;
  const PolicyNetwork::Encoded encoded_;
  const torch::Tensor values_, kinds_;
  torch::Tensor modes_, order_;
  std::vector<torch::Tensor> sizes_;  // By slot.
};

Decision DecideRow(const ActionMask& mask, size_t row, Selection selection,
                   std::mt19937_64& random, Logits* logits) {
  Decision decision;
  decision.value = logits->Value(row);
  Chooser choose(selection, random, &decision);
  Action& action = decision.action;
  action.kind =
      static_cast<ActionKind>(choose(logits->Kinds(row), kNumActionKinds, mask.kinds));
  if (action.kind == ActionKind::kInterchange) {
    for (int depth = 0; depth < mask.num_loops; ++depth) {
      action.order.push_back(choose(logits->Order(row), mask.num_loops,
                                    LegalNextLoops(mask, action.order)));
    }
    return decision;
  }
  if (!TakesSizes(action.kind)) return decision;
  if (action.kind == ActionKind::kVectorize) {
    action.mode = static_cast<VectorizeMode>(
        choose(logits->Modes(row), kNumVectorizeModes, mask.modes));
  }
  const int slot =
      SizeSlot(action.kind, action.mode.value_or(VectorizeMode::kContract));
  const float* sizes = logits->Sizes(row, slot);
  for (int loop = 0; loop < mask.num_loops; ++loop, sizes += kNumSizes) {
    action.sizes.push_back(kSizeTable[choose(
        sizes, kNumSizes, LegalSizes(mask.sizes[slot], action.sizes))]);
  }
  return decision;
}

absl::StatusOr<Snapshot> LoadSnapshot(const PolicyOptions& options,
                                      const std::string& weights, uint64_t version) {
  absl::StatusOr<std::shared_ptr<PolicyNetwork>> network =
      LoadNetwork(weights, options);
  if (!network.ok()) return network.status();
  (*network)->eval();
  return Snapshot{*std::move(network), version};
}

class TorchPolicyOnCpu : public TorchPolicy {
 public:
  TorchPolicyOnCpu(const PolicyOptions& options, Snapshot snapshot)
      : options_(options), snapshot_(std::move(snapshot)) {}

  Decision Decide(const Observation& observation, Selection selection,
                  std::mt19937_64& random) const override {
    return std::move(DecideAll({&observation}, selection, random).front());
  }

  std::vector<Decision> DecideAll(const std::vector<const Observation*>& observations,
                                  Selection selection,
                                  std::mt19937_64& random) const override {
    const c10::InferenceMode inference;
    // Keeps the weights that this call began with.
    const Snapshot snapshot = Current();
    std::vector<Decision> decisions;
    if (observations.empty()) return decisions;
    Logits logits(*snapshot.network, observations);
    for (size_t row = 0; row < observations.size(); ++row) {
      decisions.push_back(
          DecideRow(observations[row]->mask, row, selection, random, &logits));
    }
    return decisions;
  }

  absl::Status LoadWeights(const std::string& weights, uint64_t version) override {
    absl::StatusOr<Snapshot> loaded = LoadSnapshot(options_, weights, version);
    if (!loaded.ok()) return loaded.status();
    absl::MutexLock lock(&mutex_);
    snapshot_ = *std::move(loaded);
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

absl::StatusOr<std::unique_ptr<TorchPolicy>> TorchPolicy::Load(
    const PolicyOptions& options, const std::string& weights, uint64_t version) {
  absl::StatusOr<Snapshot> loaded = LoadSnapshot(options, weights, version);
  if (!loaded.ok()) return loaded.status();
  return std::make_unique<TorchPolicyOnCpu>(options, *std::move(loaded));
}

}  // namespace weft
