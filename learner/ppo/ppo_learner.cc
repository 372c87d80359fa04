#include "learner/ppo/ppo_learner.h"

#include <ATen/Context.h>
#include <torch/cuda.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/policy/network.h"
#include "common/time/stopwatch.h"
#include "learner/ppo/adaptive_coefficients.h"
#include "learner/ppo/advantages.h"
#include "learner/ppo/experience.h"
#include "learner/ppo/learner_state.h"
#include "learner/ppo/ppo_update.h"
#include "learner/ppo/schedules.h"
#include "learner/ppo/sealed_state.h"
#include "learner/ppo/thrown_error.h"
#include "learner/ppo/value_unit.h"

namespace weft {
namespace {

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
    state_.counters.random.seed(seed ^ 0x9e3779b97f4a7c15);
  }

  absl::StatusOr<UpdateStats> Update(const std::vector<Trajectory>& episodes) override {
    if (!lost_.ok()) return lost_;
    return OrThrownError([&] { return UpdateOrRollBack(episodes); });
  }

  absl::StatusOr<Serializer> CopyWeights() const override {
    if (!lost_.ok()) return lost_;
    return OrThrownError([&]() -> absl::StatusOr<Serializer> {
      const auto copy = std::make_shared<const WeightsSnapshot>(*state_.network);
      return [copy] {
        return OrThrownError(
            [&]() -> absl::StatusOr<std::string> { return copy->Serialize(); });
      };
    });
  }

  absl::StatusOr<Serializer> CopyState() const override {
    if (!lost_.ok()) return lost_;
    return OrThrownError([&]() -> absl::StatusOr<Serializer> {
      const auto copy = std::make_shared<const LearnerSnapshot>(state_);
      return [copy] {
        return OrThrownError(
            [&]() -> absl::StatusOr<std::string> { return Seal(copy->Serialize()); });
      };
    });
  }

  absl::Status RestoreState(const std::string& bytes) override {
    return OrThrownError([&] { return Restore(bytes); });
  }

  uint64_t version() const override { return 1 + state_.counters.updates; }
  const std::string& device() const override { return device_name_; }
  int64_t parameter_count() const override {
    int64_t count = 0;
    for (const torch::Tensor& parameter : state_.network->parameters()) {
      count += parameter.numel();
    }
    return count;
  }

 private:
  absl::StatusOr<UpdateStats> UpdateOrRollBack(
      const std::vector<Trajectory>& episodes) {
    const Stopwatch stopwatch;
    RunningMoments rewards = state_.counters.rewards;
    for (const Trajectory& episode : episodes) rewards.Add(episode.total_reward());
    const bool scales = options_.reward_normalization == "running";
    absl::StatusOr<Experience> experience = GatherExperience(
        episodes, version(),
        scales ? std::max(rewards.standard_deviation(), kSmallestSpread) : 1);
    if (!experience.ok()) return experience.status();
    LearnerSnapshot before(state_);
    absl::StatusOr<UpdateStats> stats =
        OrThrownError([&] { return Train(&*experience); });
    if (!stats.ok()) {
      RollBackTo(&before);
      if (!lost_.ok()) return lost_;
      return absl::Status(stats.status().code(),
                          absl::StrCat("update ", state_.counters.updates + 1, ": ",
                                       std::string(stats.status().message()),
                                       "; the parameters are as before the update"));
    }
    state_.counters.rewards = rewards;
    ++state_.counters.updates;
    stats->seconds = stopwatch.seconds();
    return stats;
  }

  void RollBackTo(LearnerSnapshot* before) {
    try {
      before->RestoreTo(&state_);
    } catch (const std::exception& error) {
      lost_ = absl::InternalError(
          absl::StrCat("the parameters are lost, they could not be put back after a "
                       "failed update: ",
                       std::string(ThrownError(error).message())));
    }
  }

  absl::Status Restore(const std::string& bytes) {
    const absl::StatusOr<std::string> payload = Unseal(bytes);
    if (!payload.ok()) return payload.status();
    absl::StatusOr<LearnerState> state =
        LoadState(*payload, state_.network->options(), options_.learning_rate, device_);
    if (!state.ok()) return state.status();
    state_ = *std::move(state);
    lost_ = absl::OkStatus();
    return absl::OkStatus();
  }

  absl::StatusOr<UpdateStats> Train(Experience* experience) {
    const Stopwatch stopwatch;
    if (options_.off_policy_correction == "none") {
      experience->stale.clear();
    } else if (options_.precision == "bf16") {  // The actor's float32 is another mu.
      experience->stale.resize(experience->size());
      std::iota(experience->stale.begin(), experience->stale.end(), 0);
    }
    ReplayStaleDecisions(*state_.network, device_, options_, experience);
    const double proximal_seconds = stopwatch.seconds();
    const absl::Status estimated = EstimateTargets(options_, experience);
    if (!estimated.ok()) return estimated;
    const double learning_rate = SetLearningRate();
    const double explained = ExplainedVariance(experience->values, experience->returns);
    AdaptValueUnit(options_, state_.counters.updates == 0, *state_.network, experience);
    LossSettings settings;
    settings.entropy_coefficient = EntropyCoefficient();
    settings.kl_coefficient = KlCoefficient();
    settings.value_scale = state_.network->value_scale();

    absl::StatusOr<UpdateStats> stats =
        TrainEpochs(*experience, options_, settings, device_, &state_);
    if (!stats.ok()) return stats;
    stats->proximal_seconds = proximal_seconds;
    stats->learning_rate = learning_rate;
    stats->entropy_coefficient = settings.entropy_coefficient;
    stats->kl_coefficient = settings.kl_coefficient;
    stats->explained_variance = explained;
    Describe(*experience, &*stats);
    Adapt(*stats);
    return stats;
  }

  void Describe(const Experience& experience, UpdateStats* stats) const {
    const double largest = MomentsOf(experience.largest_entropies).mean;
    stats->entropy_share = largest > 0 ? stats->entropy / largest : 1;
    stats->entropy_collapsed = stats->entropy_share < options_.entropy_alarm;
    stats->mean_importance =
        std::accumulate(experience.weights.begin(), experience.weights.end(), 0.0) /
        experience.size();
    stats->mean_reward = experience.mean_reward;
    stats->mean_staleness = experience.mean_staleness;
    stats->decisions = experience.size();
    stats->replayed = static_cast<int>(experience.stale.size());
  }

  double ScheduledEntropyCoefficient() const {
    return LinearDecay(options_.entropy_coefficient, options_.final_entropy_coefficient,
                       state_.counters.updates, total_updates_);
  }

  // Of this update: the schedule's, unless the last one's entropy asks for more.
  double EntropyCoefficient() const {
    const double scheduled = ScheduledEntropyCoefficient();
    return options_.target_entropy > 0
               ? std::max(scheduled, state_.counters.entropy_coefficient)
               : scheduled;
  }

  double KlCoefficient() const {
    const double adapted = state_.counters.kl_coefficient;
    return options_.kl_coefficient > 0 && adapted > 0 ? adapted
                                                      : options_.kl_coefficient;
  }

  // What the next update works with.
  void Adapt(const UpdateStats& stats) {
    LearnerCounters& counters = state_.counters;
    counters.entropy_coefficient =
        NextEntropyCoefficient(stats.entropy_coefficient, ScheduledEntropyCoefficient(),
                               stats.entropy_share, options_.target_entropy);
    counters.kl_coefficient =
        NextKlCoefficient(stats.kl_coefficient, options_.kl_coefficient,
                          stats.approximate_kl, options_.target_kl);
  }

  double SetLearningRate() {
    const double learning_rate =
        LearningRate(options_, state_.counters.updates, total_updates_);
    for (torch::optim::OptimizerParamGroup& group : state_.optimizer->param_groups()) {
      static_cast<torch::optim::AdamOptions&>(group.options()).lr(learning_rate);
    }
    return learning_rate;
  }

  const PpoOptions options_;
  const torch::Device device_;
  const std::string device_name_;
  const int total_updates_;
  LearnerState state_;
  absl::Status lost_;  // Why the state is that of no update.
};

absl::StatusOr<std::unique_ptr<PpoLearner>> CreateOrThrow(const PolicyOptions& policy,
                                                          const PpoOptions& ppo,
                                                          const std::string& device,
                                                          int total_updates,
                                                          uint64_t seed) {
  const absl::Status valid = ValidatePpo(ppo);
  if (!valid.ok()) return valid;
  const absl::StatusOr<torch::Device> chosen = ChooseDevice(device);
  if (!chosen.ok()) return chosen.status();
  if (ppo.precision == "bf16" && !chosen->is_cuda()) {
    return absl::InvalidArgumentError(
        "ppo.precision: bf16 needs a CUDA device; on a CPU it is many times "
        "slower than float32");
  }
  // cuDNN would compute an LSTM and convolutions of float32 with 10 bits of mantissa:
  // a fresh decision is taken to have the probability that the actor's CPU gave it.
  if (chosen->is_cuda()) at::globalContext().setAllowTF32CuDNN(false);
  absl::StatusOr<std::shared_ptr<PolicyNetwork>> network =
      PolicyNetwork::Create(policy, seed);
  if (!network.ok()) return network.status();
  return std::make_unique<TorchPpoLearner>(ppo, *chosen, total_updates, seed,
                                           *std::move(network));
}

}  // namespace

absl::StatusOr<std::unique_ptr<PpoLearner>> PpoLearner::Create(
    const PolicyOptions& policy, const PpoOptions& ppo, const std::string& device,
    int total_updates, uint64_t seed) {
  return OrThrownError(
      [&] { return CreateOrThrow(policy, ppo, device, total_updates, seed); });
}

}  // namespace weft
