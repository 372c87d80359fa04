#include "learner/ppo/learner_state.h"

#include <torch/serialize/input-archive.h>
#include <torch/serialize/output-archive.h>

#include <exception>
#include <sstream>
#include <type_traits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/policy/network_archive.h"

namespace weft {
namespace {

std::string EngineText(const std::mt19937_64& random) {
  std::ostringstream text;
  text << random;
  return std::move(text).str();
}

void WriteCounters(const LearnerCounters& counters,
                   torch::serialize::OutputArchive* archive) {
  archive->write("updates", c10::IValue(static_cast<int64_t>(counters.updates)));
  archive->write("random", c10::IValue(EngineText(counters.random)));
  archive->write("entropy_coefficient", c10::IValue(counters.entropy_coefficient));
  archive->write("kl_coefficient", c10::IValue(counters.kl_coefficient));
  archive->write("reward_count", c10::IValue(counters.rewards.count));
  archive->write("reward_mean", c10::IValue(counters.rewards.mean));
  archive->write("reward_squares", c10::IValue(counters.rewards.squares));
}

absl::Status ReadCounters(torch::serialize::InputArchive& archive,
                          LearnerCounters* counters) {
  c10::IValue value;
  archive.read("updates", value);
  counters->updates = static_cast<uint64_t>(value.toInt());
  archive.read("random", value);
  std::istringstream engine(value.toStringRef());
  if (!(engine >> counters->random)) {
    return absl::DataLossError("learner state: the random engine is damaged");
  }
  // Older states have none of what follows; then they are as at the start.
  if (archive.try_read("reward_count", value)) {
    counters->rewards.count = value.toInt();
  }
  const std::pair<const char*, double*> numbers[] = {
      {"entropy_coefficient", &counters->entropy_coefficient},
      {"kl_coefficient", &counters->kl_coefficient},
      {"reward_mean", &counters->rewards.mean},
      {"reward_squares", &counters->rewards.squares}};
  for (const auto& [name, number] : numbers) {
    if (archive.try_read(name, value)) *number = value.toDouble();
  }
  return absl::OkStatus();
}

absl::Status Read(torch::serialize::InputArchive& archive, torch::Device device,
                  double learning_rate, LearnerState* state) {
  c10::IValue weights;
  archive.read("weights", weights);
  const absl::Status loaded =
      DeserializeNetwork(weights.toStringRef(), state->network.get());
  if (!loaded.ok()) return loaded;
  state->network->to(device);
  const absl::Status counted = ReadCounters(archive, &state->counters);
  if (!counted.ok()) return counted;
  state->optimizer = MakeOptimizer(*state->network, learning_rate);
  torch::serialize::InputArchive optimizer;
  archive.read("optimizer", optimizer);
  state->optimizer->load(optimizer);
  return absl::OkStatus();
}

std::vector<torch::Tensor> Tensors(const PolicyNetwork& network) {
  std::vector<torch::Tensor> tensors = network.parameters();
  for (const torch::Tensor& buffer : network.buffers()) tensors.push_back(buffer);
  return tensors;
}

using AdamState =
    std::decay_t<decltype(std::declval<const torch::optim::Adam&>().state())>;

// What LibTorch's optimizers call a parameter: text up to 2.0, an address from there
// on.
template <typename Key = AdamState::key_type>
Key AdamKey(const torch::Tensor& parameter) {
  if constexpr (std::is_same_v<Key, std::string>) {
    std::ostringstream address;
    address << parameter.unsafeGetTensorImpl();
    return address.str();
  } else {
    return parameter.unsafeGetTensorImpl();
  }
}

std::unique_ptr<torch::optim::AdamParamState> CopyEntry(
    const torch::optim::OptimizerParamState& entry, torch::Device device) {
  auto copy = std::make_unique<torch::optim::AdamParamState>(
      static_cast<const torch::optim::AdamParamState&>(entry));
  for (torch::Tensor* moment : {&copy->exp_avg(), &copy->exp_avg_sq()}) {
    *moment = moment->to(device, moment->scalar_type(), /*non_blocking=*/false,
                         /*copy=*/true);
  }
  return copy;
}

}  // namespace

std::unique_ptr<torch::optim::Adam> MakeOptimizer(const PolicyNetwork& network,
                                                  double learning_rate) {
  return std::make_unique<torch::optim::Adam>(
      network.parameters(), torch::optim::AdamOptions(learning_rate).eps(1e-5));
}

std::string SaveState(const LearnerState& state) {
  torch::serialize::OutputArchive archive;
  archive.write("weights", c10::IValue(SerializeNetwork(*state.network)));
  WriteCounters(state.counters, &archive);
  torch::serialize::OutputArchive optimizer(archive.compilation_unit());
  state.optimizer->save(optimizer);
  archive.write("optimizer", optimizer);
  std::ostringstream out;
  archive.save_to(out);
  return std::move(out).str();
}

absl::StatusOr<LearnerState> LoadState(const std::string& bytes,
                                       const PolicyOptions& options,
                                       double learning_rate, torch::Device device) {
  absl::StatusOr<std::shared_ptr<PolicyNetwork>> network =
      PolicyNetwork::CreateToLoad(options);
  if (!network.ok()) return network.status();
  LearnerState state;
  state.network = *std::move(network);
  try {
    torch::serialize::InputArchive archive;
    archive.load_from(bytes.data(), bytes.size(), device);
    const absl::Status read = Read(archive, device, learning_rate, &state);
    if (!read.ok()) return read;
  } catch (const std::exception& error) {
    const std::string text = error.what();
    return absl::DataLossError(
        absl::StrCat("learner state: ", text.substr(0, text.find('\n'))));
  }
  return state;
}

WeightsSnapshot::WeightsSnapshot(const PolicyNetwork& network)
    : options_(network.options()) {
  torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> flat;
  for (const torch::Tensor& tensor : Tensors(network)) flat.push_back(tensor.flatten());
  // In one piece: each copy off a device waits for what was queued there before it.
  values_ = torch::cat(flat);
}

std::string WeightsSnapshot::Serialize() const {
  torch::NoGradGuard no_grad;
  const torch::Tensor values = values_.to(torch::kCPU);
  // The options of an existing network are valid.
  const std::shared_ptr<PolicyNetwork> network = *PolicyNetwork::CreateToLoad(options_);
  int64_t begin = 0;
  for (const torch::Tensor& tensor : Tensors(*network)) {
    tensor.copy_(values.narrow(0, begin, tensor.numel()).view(tensor.sizes()));
    begin += tensor.numel();
  }
  return SerializeNetwork(*network);
}

LearnerSnapshot::LearnerSnapshot(const LearnerState& state)
    : options_(state.network->options()),
      learning_rate_(state.optimizer->param_groups().front().options().get_lr()),
      counters_(state.counters) {
  torch::NoGradGuard no_grad;
  for (const torch::Tensor& tensor : Tensors(*state.network)) {
    tensors_.push_back(tensor.clone());
  }
  const auto& adam = state.optimizer->state();
  size_t copied = 0;
  for (const torch::Tensor& parameter : state.network->parameters()) {
    const auto entry = adam.find(AdamKey(parameter));
    // A parameter that had no gradient yet has none.
    adam_.push_back(
        entry == adam.end() ? nullptr : CopyEntry(*entry->second, parameter.device()));
    copied += adam_.back() != nullptr ? 1 : 0;
  }
  TORCH_CHECK(copied == adam.size(), "Adam has moments of ", adam.size(),
              " parameters, of which ", copied, " were found");
}

void LearnerSnapshot::RestoreTo(LearnerState* state) {
  torch::NoGradGuard no_grad;
  const std::vector<torch::Tensor> tensors = Tensors(*state->network);
  for (size_t i = 0; i < tensors.size(); ++i) tensors[i].copy_(tensors_[i]);
  state->optimizer->state().clear();
  for (size_t i = 0; i < adam_.size(); ++i) {
    if (adam_[i] == nullptr) continue;
    state->optimizer->state()[AdamKey(tensors[i])] = std::move(adam_[i]);
  }
  state->counters = counters_;
}

std::string LearnerSnapshot::Serialize() const {
  torch::NoGradGuard no_grad;
  LearnerState state;
  state.network = *PolicyNetwork::CreateToLoad(options_);
  state.optimizer = MakeOptimizer(*state.network, learning_rate_);
  state.counters = counters_;
  const std::vector<torch::Tensor> tensors = Tensors(*state.network);
  for (size_t i = 0; i < tensors.size(); ++i) tensors[i].copy_(tensors_[i]);
  for (size_t i = 0; i < adam_.size(); ++i) {
    if (adam_[i] == nullptr) continue;
    state.optimizer->state()[AdamKey(tensors[i])] =
        CopyEntry(*adam_[i], torch::Device(torch::kCPU));
  }
  return SaveState(state);
}

}  // namespace weft
