#include "cli/evaluate/checkpoint_policy.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cli/checkpoint/checkpoint_summary.h"
#include "common/config/train_config.h"
#include "common/policy/torch_policy.h"
#include "learner/checkpoint/run_state.h"
#include "nlohmann/json.hpp"

namespace weft {
namespace {

absl::Status Annotate(const absl::Status& status, const std::string& path) {
  return absl::Status(status.code(), absl::StrCat(path, ": ", status.message()));
}

// The best by validation of a run that has one.
std::string BestOf(const std::string& path) {
  std::error_code error;
  const std::string best = path + "/checkpoints/best.weft";
  return std::filesystem::exists(best, error) ? best : path;
}

absl::StatusOr<PolicyOptions> OptionsOf(const std::string& text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) return absl::DataLossError("the section policy is no object");
  PolicyOptions options;
  options.encoder = json.value("encoder", options.encoder);
  options.width = json.value("width", options.width);
  options.layers = json.value("layers", options.layers);
  options.critic = json.value("critic", options.critic);
  return options;
}

}  // namespace

absl::StatusOr<CheckpointPolicy> LoadCheckpointPolicy(const std::string& path) {
  absl::StatusOr<Checkpoint> checkpoint = OpenCheckpoint(BestOf(path));
  if (!checkpoint.ok()) return checkpoint.status();
  const absl::StatusOr<RunState> state = RunState::Load(checkpoint->sections);
  if (!state.ok()) return Annotate(state.status(), checkpoint->path);
  const absl::StatusOr<PolicyOptions> options =
      OptionsOf(checkpoint->sections["policy"]);
  if (!options.ok()) return Annotate(options.status(), checkpoint->path);
  const absl::StatusOr<TrainConfig> config =
      ParseTrainConfig(checkpoint->sections["config"], checkpoint->path);
  if (!config.ok()) return config.status();
  absl::StatusOr<std::unique_ptr<TorchPolicy>> policy = TorchPolicy::Create(*options);
  if (!policy.ok()) return Annotate(policy.status(), checkpoint->path);
  const absl::Status loaded =
      (*policy)->LoadWeights(checkpoint->sections["weights"], state->iteration + 1);
  if (!loaded.ok()) return Annotate(loaded, checkpoint->path);
  return CheckpointPolicy{*std::move(policy), checkpoint->path, options->encoder,
                          state->iteration, *config};
}

}  // namespace weft
