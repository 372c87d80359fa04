#include "learner/ppo/learner_state.h"

#include <torch/serialize/input-archive.h>
#include <torch/serialize/output-archive.h>

#include <exception>
#include <sstream>
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

absl::Status Read(torch::serialize::InputArchive& archive, torch::Device device,
                  double learning_rate, LearnerState* state) {
  c10::IValue weights;
  c10::IValue updates;
  c10::IValue random;
  archive.read("weights", weights);
  archive.read("updates", updates);
  archive.read("random", random);
  const absl::Status loaded =
      DeserializeNetwork(weights.toStringRef(), state->network.get());
  if (!loaded.ok()) return loaded;
  state->network->to(device);
  state->updates = static_cast<uint64_t>(updates.toInt());
  std::istringstream engine(random.toStringRef());
  if (!(engine >> state->random)) {
    return absl::DataLossError("learner state: the random engine is damaged");
  }
  state->optimizer = MakeOptimizer(*state->network, learning_rate);
  torch::serialize::InputArchive optimizer;
  archive.read("optimizer", optimizer);
  state->optimizer->load(optimizer);
  return absl::OkStatus();
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
  archive.write("updates", c10::IValue(static_cast<int64_t>(state.updates)));
  archive.write("random", c10::IValue(EngineText(state.random)));
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

}  // namespace weft
