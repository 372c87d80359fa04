#include "benchmarks/learner/bare_training.h"

#include <torch/cuda.h>
#include <torch/optim/adam.h>
#include <torch/types.h>

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "common/policy/decision_batch.h"
#include "common/policy/network.h"
#include "common/policy/replay.h"
#include "common/time/stopwatch.h"
#include "learner/ppo/length_buckets.h"

namespace weft {
namespace {

void Synchronize(torch::Device device) {
  if (device.is_cuda()) torch::cuda::synchronize();
}

// Decisions of about the same length; everything is on the device.
struct Batch {
  DecisionTensors decisions;
  torch::Tensor acting_log_probabilities, advantages, returns;  // [B]
};
using Minibatch = std::vector<Batch>;

// Arithmetic of a forward pass: each weight matrix is applied to every token, to every
// loop or to every decision, by the part of the network that it belongs to.
double ForwardFlops(const PolicyNetwork& network, const Batch& batch) {
  const auto decisions = static_cast<double>(batch.decisions.features.size(0));
  const auto length = static_cast<double>(batch.decisions.features.size(1));
  const double tokens = decisions * length;
  const double encoded = ComputesPadding(network.options())
                             ? tokens
                             : batch.decisions.layout.lengths.sum().item<double>();
  const double loops = decisions * static_cast<double>(batch.decisions.loops);
  double flops = 0;
  for (const auto& item : network.named_parameters()) {
    const std::string& name = item.key();
    if (item.value().dim() < 2 || absl::StrContains(name, "embedding")) continue;
    const bool per_token = absl::StrContains(name, "token.");
    const bool per_loop =
        absl::StartsWith(name, "size_") || absl::StartsWith(name, "order_");
    flops += 2 * static_cast<double>(item.value().numel()) *
             (absl::StrContains(name, "encoder.") ? encoded
              : per_token                         ? tokens
              : per_loop                          ? loops
                                                  : decisions);
  }
  const PolicyOptions& options = network.options();
  if (AttentionHeads(options) > 0) {  // Scores, and the values that they weight.
    flops += 4 * tokens * length * options.width * options.layers;
  }
  return flops;
}

class TorchBareTraining : public BareTraining {
 public:
  TorchBareTraining(std::shared_ptr<PolicyNetwork> network, torch::Device device)
      : device_(device), network_(std::move(network)) {
    network_->to(device_);
    optimizer_ = std::make_unique<torch::optim::Adam>(network_->parameters(),
                                                      torch::optim::AdamOptions(1e-5));
  }

  absl::Status Prepare(const std::vector<Trajectory>& episodes, int minibatch_steps) {
    std::vector<const Observation*> observations;
    std::vector<ActionParts> actions;
    std::vector<float> log_probabilities;
    for (const Trajectory& episode : episodes) {
      for (const Step& step : episode.steps) {
        absl::StatusOr<ActionParts> parts =
            Decompose(step.observation.mask, step.action);
        if (!parts.ok()) return parts.status();
        observations.push_back(&step.observation);
        actions.push_back(*std::move(parts));
        log_probabilities.push_back(step.log_probability);
      }
    }
    const size_t size = static_cast<size_t>(minibatch_steps);
    for (size_t begin = 0; begin < observations.size();) {
      const size_t left = observations.size() - begin;
      const size_t count = left < 2 * size ? left : size;
      AddMinibatch(observations, actions, log_probabilities, begin, count);
      begin += count;
    }
    return absl::OkStatus();
  }

  double Epoch() override {
    Synchronize(device_);
    const Stopwatch stopwatch;
    for (const Minibatch& minibatch : minibatches_) TakeStep(minibatch);
    Synchronize(device_);
    return stopwatch.seconds();
  }

  double flops() const override {
    double flops = 0;
    for (const Minibatch& minibatch : minibatches_) {
      for (const Batch& batch : minibatch) flops += 3 * ForwardFlops(*network_, batch);
    }
    return flops;
  }
  int minibatches() const override { return static_cast<int>(minibatches_.size()); }
  int64_t parameters() const override {
    int64_t count = 0;
    for (const torch::Tensor& parameter : network_->parameters()) {
      count += parameter.numel();
    }
    return count;
  }

 private:
  void AddMinibatch(const std::vector<const Observation*>& observations,
                    const std::vector<ActionParts>& actions,
                    const std::vector<float>& log_probabilities, size_t begin,
                    size_t count) {
    std::vector<int> lengths;
    for (size_t i = begin; i < begin + count; ++i) {
      lengths.push_back(observations[i]->num_tokens());
    }
    const bool split = device_.is_cpu() && ComputesPadding(network_->options());
    Minibatch minibatch;
    for (const std::vector<int>& group :
         BucketByLength(lengths, split ? kBucketOverheadTokens : -1)) {
      std::vector<const Observation*> members;
      std::vector<const ActionParts*> parts;
      std::vector<float> acting;
      for (int position : group) {
        const size_t i = begin + static_cast<size_t>(position);
        members.push_back(observations[i]);
        parts.push_back(&actions[i]);
        acting.push_back(log_probabilities[i]);
      }
      const auto rows = static_cast<int64_t>(members.size());
      minibatch.push_back(
          {ToDevice(MakeDecisionTensors(BatchTokens(members), BatchParts(parts)),
                    device_),
           torch::tensor(acting).to(device_), torch::linspace(-1, 1, rows).to(device_),
           torch::linspace(-2, 2, rows).to(device_)});
    }
    minibatches_.push_back(std::move(minibatch));
  }

  void TakeStep(const Minibatch& minibatch) {
    optimizer_->zero_grad();
    for (const Batch& batch : minibatch) {
      const Replay replay = ReplayDecisions(*network_, batch.decisions);
      const torch::Tensor ratio =
          (replay.log_probability - batch.acting_log_probabilities).exp();
      const torch::Tensor policy = -torch::minimum(
          ratio * batch.advantages, ratio.clamp(0.8, 1.2) * batch.advantages);
      const torch::Tensor value = (replay.value - batch.returns).square();
      (policy + 0.5 * value - 0.01 * replay.entropy).mean().backward();
    }
    optimizer_->step();
  }

  const torch::Device device_;
  std::shared_ptr<PolicyNetwork> network_;
  std::unique_ptr<torch::optim::Adam> optimizer_;
  std::vector<Minibatch> minibatches_;
};

torch::Device DeviceOf(const std::string& name) {
  return torch::Device(name == "cuda" ? torch::kCUDA : torch::kCPU);
}

}  // namespace

absl::StatusOr<std::unique_ptr<BareTraining>> BareTraining::Create(
    const PolicyOptions& policy, const std::string& device, int minibatch_steps,
    const std::vector<Trajectory>& episodes) {
  absl::StatusOr<std::shared_ptr<PolicyNetwork>> network =
      PolicyNetwork::CreateToLoad(policy);
  if (!network.ok()) return network.status();
  auto training =
      std::make_unique<TorchBareTraining>(*std::move(network), DeviceOf(device));
  const absl::Status prepared = training->Prepare(episodes, minibatch_steps);
  if (!prepared.ok()) return prepared;
  return training;
}

double MeasureMatmulPeak(const std::string& device) {
  const int64_t size = device == "cuda" ? 8192 : 1024;
  const torch::Device where = DeviceOf(device);
  const torch::NoGradGuard no_grad;
  const torch::Tensor a = torch::rand({size, size}).to(where);
  const torch::Tensor b = torch::rand({size, size}).to(where);
  double best = 0;
  for (int i = 0; i < 10; ++i) {
    Synchronize(where);
    const Stopwatch stopwatch;
    const torch::Tensor c = torch::mm(a, b);
    Synchronize(where);
    const auto edge = static_cast<double>(size);
    best = std::max(best, 2 * edge * edge * edge / stopwatch.seconds());
  }
  return best;
}

bool HasCudaDevice() { return torch::cuda::is_available(); }

absl::StatusOr<int64_t> CountParameters(const PolicyOptions& policy) {
  const absl::StatusOr<std::shared_ptr<PolicyNetwork>> network =
      PolicyNetwork::CreateToLoad(policy);
  if (!network.ok()) return network.status();
  int64_t count = 0;
  for (const torch::Tensor& parameter : (*network)->parameters()) {
    count += parameter.numel();
  }
  return count;
}

}  // namespace weft
