#include "learner/ppo/ppo_update.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/policy/replay.h"
#include "common/time/stopwatch.h"
#include "learner/ppo/length_buckets.h"
#include "learner/ppo/prefetcher.h"
#include "learner/ppo/schedules.h"

namespace weft {
namespace {

// An update's epochs end when the policy has moved beyond this many target_kl.
constexpr double kKlSlack = 1.5;
// Minibatches that may be built before they are needed.
constexpr int kBuiltAhead = 2;
// The minibatches of all epochs in order, and the random engine as each epoch leaves
// it.
struct Plan {
  std::vector<std::vector<int>> minibatches;
  std::vector<size_t> epoch_ends;  // Index of the minibatch after each.
  std::vector<std::mt19937_64> engines;
};

Plan MakePlan(const Experience& experience, const PpoOptions& options,
              std::mt19937_64 random) {
  Plan plan;
  for (int epoch = 0; epoch < options.epochs; ++epoch) {
    std::vector<std::vector<int>> minibatches =
        options.minibatch_unit == "episodes"
            ? EpisodeMinibatches(experience.episodes, options.minibatch_steps, random)
            : Minibatches(experience.size(), options.minibatch_steps, random);
    std::move(minibatches.begin(), minibatches.end(),
              std::back_inserter(plan.minibatches));
    plan.epoch_ends.push_back(plan.minibatches.size());
    plan.engines.push_back(random);
  }
  return plan;
}

// The tensors of one minibatch, in parts of about the same number of tokens.
using Parts = std::vector<MinibatchTensors>;

Parts BuildParts(const Experience& experience, const std::vector<int>& decisions,
                 int64_t bucket_overhead, bool pinned) {
  std::vector<int> lengths;
  for (int i : decisions) lengths.push_back(experience.observations[i]->num_tokens());
  Parts parts;
  for (const std::vector<int>& group : BucketByLength(lengths, bucket_overhead)) {
    std::vector<int> members;
    for (int position : group) members.push_back(decisions[position]);
    parts.push_back(MakeMinibatchTensors(MakeMinibatch(experience, members), pinned));
  }
  return parts;
}

DecisionTensors BuildDecisions(const Experience& experience,
                               const std::vector<int>& decisions, bool pinned) {
  std::vector<const Observation*> observations;
  std::vector<const ActionParts*> actions;
  for (int i : decisions) {
    observations.push_back(experience.observations[i]);
    actions.push_back(&experience.actions[i]);
  }
  return MakeDecisionTensors(BatchTokens(observations), BatchParts(actions), pinned);
}

// Scales the gradients so that their common norm is at most `max_norm`, and returns the
// norm that they had. Unlike LibTorch's it does not wait for the device.
torch::Tensor ClipGradients(const std::vector<torch::Tensor>& parameters,
                            double max_norm) {
  torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> norms;
  for (const torch::Tensor& parameter : parameters) {
    if (parameter.grad().defined()) norms.push_back(parameter.grad().norm());
  }
  const torch::Tensor norm = torch::stack(norms).norm();
  const torch::Tensor scale = (max_norm / (norm + 1e-6)).clamp_max(1.0);
  for (const torch::Tensor& parameter : parameters) {
    if (parameter.grad().defined()) parameter.grad().mul_(scale);
  }
  return norm;
}

// Runs the steps of one update and adds up what they report.
class Stepper {
 public:
  Stepper(const PpoOptions& options, const LossSettings& settings, torch::Device device,
          int decisions, LearnerState* state)
      : options_(options),
        settings_(settings),
        device_(device),
        decisions_(decisions),
        state_(*state),
        parameters_(state->network->parameters()) {
    BeginEpoch();
  }

  void Step(const Parts& parts) {
    for (const torch::Tensor& parameter : parameters_) {
      parameter.mutable_grad().reset();
    }
    int64_t size = 0;
    for (const MinibatchTensors& part : parts) size += part.size();
    const double share = static_cast<double>(size) / decisions_;
    for (const MinibatchTensors& part : parts) {
      const PolicyLoss loss = ComputeLoss(*state_.network, ToDevice(part, device_),
                                          options_, settings_, size);
      loss.total.backward();
      terms_ += share * loss.terms;
    }
    norm_ += ClipGradients(parameters_, options_.max_gradient_norm);
    state_.optimizer->step();
    ++steps_;
  }

  // Waits for the device. The mean divergence of the epoch, or INTERNAL.
  absl::StatusOr<double> EndEpoch(UpdateStats* stats) {
    const LossTerms terms = ReadTerms(terms_);
    const double norm = norm_.item<double>() / steps_;
    BeginEpoch();
    if (!std::isfinite(terms.policy + terms.value + terms.entropy +
                       terms.approximate_kl + norm)) {
      return absl::InternalError(
          absl::StrCat("a loss or a gradient is not finite: policy ", terms.policy,
                       ", value ", terms.value, ", entropy ", terms.entropy, ", KL ",
                       terms.approximate_kl, ", gradient's norm ", norm));
    }
    stats->policy_loss += terms.policy;
    stats->value_loss += terms.value;
    stats->entropy += terms.entropy;
    stats->clip_fraction += terms.clip_fraction;
    stats->gradient_norm += norm;
    stats->approximate_kl = terms.approximate_kl;
    ++stats->epochs;
    return terms.approximate_kl;
  }

 private:
  void BeginEpoch() {
    terms_ = torch::zeros({5}, torch::TensorOptions(torch::kFloat32).device(device_));
    norm_ = torch::zeros({}, torch::TensorOptions(torch::kFloat32).device(device_));
    steps_ = 0;
  }

  const PpoOptions& options_;
  const LossSettings settings_;
  const torch::Device device_;
  const double decisions_;
  LearnerState& state_;
  const std::vector<torch::Tensor> parameters_;
  torch::Tensor terms_;  // Means over the decisions of the epoch.
  torch::Tensor norm_;   // Sum over its steps.
  int steps_ = 0;
};

// On a GPU a small batch takes as long as a large one, so that it is never worth it.
int64_t BucketOverhead(const PolicyNetwork& network, torch::Device device) {
  const bool split = device.is_cpu() && ComputesPadding(network.options());
  return split ? kBucketOverheadTokens : -1;
}

}  // namespace

void ReplayStaleDecisions(PolicyNetwork& network, torch::Device device,
                          const PpoOptions& options, Experience* experience) {
  torch::NoGradGuard no_grad;
  const Precision precision =
      options.precision == "bf16" ? Precision::kBf16 : Precision::kFloat32;
  std::vector<int> order = experience->stale;
  const auto length = [&](int i) { return experience->observations[i]->num_tokens(); };
  std::sort(order.begin(), order.end(), [&](int a, int b) {
    return std::make_pair(length(a), a) < std::make_pair(length(b), b);
  });
  if (order.empty()) return;
  const auto size = static_cast<size_t>(options.minibatch_steps);
  const size_t batches = (order.size() + size - 1) / size;
  Prefetcher<DecisionTensors> built(
      static_cast<int>(batches), kBuiltAhead, [&](int batch) {
        const size_t begin = static_cast<size_t>(batch) * size;
        const size_t end = std::min(begin + size, order.size());
        return BuildDecisions(*experience, {order.begin() + begin, order.begin() + end},
                              device.is_cuda());
      });
  // Read when all are under way: reading waits for the device.
  std::vector<torch::Tensor> log_probabilities, values;
  for (size_t batch = 0; batch < batches; ++batch) {
    const Replay replay =
        ReplayDecisions(network, ToDevice(built.Next(), device), precision);
    log_probabilities.push_back(replay.log_probability);
    values.push_back(replay.value);
  }
  const torch::Tensor all_log_probabilities =
      torch::cat(log_probabilities).to(torch::kCPU).contiguous();
  const torch::Tensor all_values = torch::cat(values).to(torch::kCPU).contiguous();
  for (size_t i = 0; i < order.size(); ++i) {
    experience->proximal_log_probabilities[order[i]] =
        all_log_probabilities.data_ptr<float>()[i];
    experience->values[order[i]] = all_values.data_ptr<float>()[i];
  }
}

absl::StatusOr<UpdateStats> TrainEpochs(const Experience& experience,
                                        const PpoOptions& options,
                                        const LossSettings& settings,
                                        torch::Device device, LearnerState* state) {
  const Stopwatch stopwatch;
  const Plan plan = MakePlan(experience, options, state->counters.random);
  const int64_t overhead = BucketOverhead(*state->network, device);
  Prefetcher<Parts> built(
      static_cast<int>(plan.minibatches.size()), kBuiltAhead, [&](int i) {
        return BuildParts(experience, plan.minibatches[i], overhead, device.is_cuda());
      });
  Stepper stepper(options, settings, device, experience.size(), state);
  UpdateStats stats;
  size_t minibatch = 0;
  for (int epoch = 0; epoch < options.epochs; ++epoch) {
    for (; minibatch < plan.epoch_ends[epoch]; ++minibatch) {
      const Stopwatch waiting;
      const Parts parts = built.Next();
      stats.wait_seconds += waiting.seconds();
      stepper.Step(parts);
    }
    const absl::StatusOr<double> kl = stepper.EndEpoch(&stats);
    if (!kl.ok()) return kl.status();
    state->counters.random = plan.engines[epoch];
    if (*kl > kKlSlack * options.target_kl) break;
  }
  for (double* sum : {&stats.policy_loss, &stats.value_loss, &stats.entropy,
                      &stats.clip_fraction, &stats.gradient_norm}) {
    *sum /= stats.epochs;
  }
  stats.build_seconds = built.seconds();
  stats.torch_seconds = stopwatch.seconds() - stats.wait_seconds;
  return stats;
}

}  // namespace weft
