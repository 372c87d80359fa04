#include "learner/ppo/ppo_learner.h"

#include <torch/cuda.h>
#include <torch/nn/module.h>  // clip_grad.h does not include what it uses.
#include <torch/nn/utils/clip_grad.h>
#include <torch/optim/adam.h>

#include <chrono>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/policy/network.h"
#include "common/policy/network_archive.h"
#include "learner/ppo/advantages.h"
#include "learner/ppo/experience.h"
#include "learner/ppo/learner_state.h"
#include "learner/ppo/policy_loss.h"
#include "learner/ppo/schedules.h"
#include "learner/ppo/sealed_state.h"

namespace weft {
namespace {

// The learning rate ends at this part of where it began.
constexpr double kFinalLearningRate = 0.1;
// An update's epochs end when the policy has moved beyond this many target_kl.
constexpr double kKlSlack = 1.5;
// How much one update moves the unit in which the critic works.
constexpr double kValueUnitMomentum = 0.1;

absl::StatusOr<torch::Device> ChooseDevice(const std::string& name) {
  if (name == "cpu") return torch::Device(torch::kCPU);
  if (name != "cuda" && name != "auto") {
    return absl::InvalidArgumentError(
        absl::StrCat("learner.device: expected auto, cpu or cuda, got ", name));
  }
  if (torch::cuda::is_available()) return torch::Device(torch::kCUDA);
  if (name == "auto") return torch::Device(torch::kCPU);
  return absl::UnavailableError(
      "learner.device: cuda was asked for, but this LibTorch sees no CUDA device");
}

class TorchPpoLearner : public PpoLearner {
 public:
  TorchPpoLearner(const PpoOptions& options, torch::Device device, int total_updates,
                  uint64_t seed, std::shared_ptr<PolicyNetwork> network)
      : options_(options),
        device_(device),
        device_name_(device.is_cuda() ? "cuda" : "cpu"),
        total_updates_(total_updates) {
    state_.network = std::move(network);
    state_.network->to(device_);
    state_.optimizer = MakeOptimizer(*state_.network, options_.learning_rate);
    // Another stream than that of the initialization.
    state_.random.seed(seed ^ 0x9e3779b97f4a7c15);
  }

  absl::StatusOr<UpdateStats> Update(const std::vector<Trajectory>& episodes) override {
    const auto start = std::chrono::steady_clock::now();
    const absl::StatusOr<Experience> experience =
        GatherExperience(episodes, options_, version());
    if (!experience.ok()) return experience.status();
    const std::string before = SerializeState();
    absl::StatusOr<UpdateStats> stats = Train(*experience);
    if (!stats.ok()) {
      const absl::Status restored = RestoreState(before);
      if (restored.ok()) return stats.status();
      return absl::InternalError(absl::StrCat(
          stats.status().message(), "; and no way back: ", restored.message()));
    }
    ++state_.updates;
    stats->seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return stats;
  }

  std::string SerializeWeights() const override {
    return SerializeNetwork(*state_.network);
  }

  std::string SerializeState() const override { return Seal(SaveState(state_)); }

  absl::Status RestoreState(const std::string& bytes) override {
    const absl::StatusOr<std::string> payload = Unseal(bytes);
    if (!payload.ok()) return payload.status();
    absl::StatusOr<LearnerState> state =
        LoadState(*payload, state_.network->options(), options_.learning_rate, device_);
    if (!state.ok()) return state.status();
    state_ = *std::move(state);
    return absl::OkStatus();
  }

  uint64_t version() const override { return 1 + state_.updates; }
  const std::string& device() const override { return device_name_; }
  int64_t parameter_count() const override {
    int64_t count = 0;
    for (const torch::Tensor& parameter : state_.network->parameters()) {
      count += parameter.numel();
    }
    return count;
  }

 private:
  // What one epoch, or all of them, added up to.
  struct Sums {
    UpdateStats stats;
    int minibatches = 0;
    double epoch_kl = 0;
  };

  absl::StatusOr<UpdateStats> Train(const Experience& experience) {
    SetSchedules();
    AdaptValueUnit(experience.returns);
    Sums sums;
    for (int epoch = 0; epoch < options_.epochs; ++epoch) {
      const absl::Status trained = TrainEpoch(experience, &sums);
      if (!trained.ok()) return trained;
      ++sums.stats.epochs;
      if (sums.epoch_kl > kKlSlack * options_.target_kl) break;
    }
    UpdateStats stats = sums.stats;
    for (double* mean : {&stats.policy_loss, &stats.value_loss, &stats.entropy,
                         &stats.clip_fraction, &stats.gradient_norm}) {
      *mean /= sums.minibatches;
    }
    stats.approximate_kl = sums.epoch_kl;
    stats.explained_variance =
        ExplainedVariance(experience.acting_values, experience.returns);
    stats.mean_reward = experience.mean_reward;
    stats.mean_staleness = experience.mean_staleness;
    stats.decisions = experience.size();
    return stats;
  }

  absl::Status TrainEpoch(const Experience& experience, Sums* sums) {
    const std::vector<std::vector<int>> minibatches =
        Minibatches(experience.size(), options_.minibatch_steps, state_.random);
    sums->epoch_kl = 0;
    for (const std::vector<int>& decisions : minibatches) {
      const absl::StatusOr<double> kl =
          Step(MakeMinibatch(experience, decisions), &sums->stats);
      if (!kl.ok()) return kl.status();
      sums->epoch_kl += *kl / static_cast<double>(minibatches.size());
      ++sums->minibatches;
    }
    return absl::OkStatus();
  }

  // One gradient step; the divergence that it found before the step.
  absl::StatusOr<double> Step(const Minibatch& batch, UpdateStats* stats) {
    const PolicyLoss loss =
        ComputeLoss(*state_.network, batch, options_, entropy_coefficient_);
    const auto total = loss.total.item<double>();
    if (!std::isfinite(total)) {
      return absl::InternalError(
          absl::StrCat("update ", state_.updates + 1, ": the loss is ", total,
                       " (policy ", loss.policy, ", value ", loss.value, ", entropy ",
                       loss.entropy, "); the parameters are as before the update"));
    }
    state_.optimizer->zero_grad();
    loss.total.backward();
    const double norm = torch::nn::utils::clip_grad_norm_(state_.network->parameters(),
                                                          options_.max_gradient_norm);
    if (!std::isfinite(norm)) {
      return absl::InternalError(
          absl::StrCat("update ", state_.updates + 1, ": the gradient's norm is ", norm,
                       "; the parameters are as before the update"));
    }
    state_.optimizer->step();
    stats->policy_loss += loss.policy;
    stats->value_loss += loss.value;
    stats->entropy += loss.entropy;
    stats->clip_fraction += loss.clip_fraction;
    stats->gradient_norm += norm;
    return loss.approximate_kl;
  }

  void SetSchedules() {
    const double learning_rate =
        LinearDecay(options_.learning_rate, options_.learning_rate * kFinalLearningRate,
                    state_.updates, total_updates_);
    for (torch::optim::OptimizerParamGroup& group : state_.optimizer->param_groups()) {
      static_cast<torch::optim::AdamOptions&>(group.options()).lr(learning_rate);
    }
    entropy_coefficient_ =
        LinearDecay(options_.entropy_coefficient, options_.final_entropy_coefficient,
                    state_.updates, total_updates_);
  }

  // The critic predicts returns in units of their spread around their mean, so that its
  // learning does not depend on whether rewards are near 0 or near the failure penalty.
  void AdaptValueUnit(const std::vector<double>& returns) {
    const Moments moments = MomentsOf(returns);
    const double spread = std::max(moments.standard_deviation, 0.1);
    const double old = state_.updates == 0 ? 0 : 1 - kValueUnitMomentum;
    PolicyNetwork& network = *state_.network;
    network.SetValueUnit(old * network.value_shift() + (1 - old) * moments.mean,
                         old * network.value_scale() + (1 - old) * spread);
  }

  const PpoOptions options_;
  const torch::Device device_;
  const std::string device_name_;
  const int total_updates_;
  LearnerState state_;
  double entropy_coefficient_ = 0;  // Of the running update.
};

}  // namespace

absl::StatusOr<std::unique_ptr<PpoLearner>> PpoLearner::Create(
    const PolicyOptions& policy, const PpoOptions& ppo, const std::string& device,
    int total_updates, uint64_t seed) {
  const absl::Status valid = ValidatePpo(ppo);
  if (!valid.ok()) return valid;
  const absl::StatusOr<torch::Device> chosen = ChooseDevice(device);
  if (!chosen.ok()) return chosen.status();
  absl::StatusOr<std::shared_ptr<PolicyNetwork>> network =
      PolicyNetwork::Create(policy, seed);
  if (!network.ok()) return network.status();
  return std::make_unique<TorchPpoLearner>(ppo, *chosen, total_updates, seed,
                                           *std::move(network));
}

}  // namespace weft
