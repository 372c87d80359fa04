#include "learner/serving/run_checkpoints.h"

#include "absl/time/clock.h"
#include "common/config/train_config.h"
#include "nlohmann/json.hpp"
#include "spdlog/spdlog.h"

namespace weft {

RunCheckpoints::RunCheckpoints(const TrainConfig& config, const PpoLearner* ppo,
                               TrajectoryLog* log, CheckpointStore* store,
                               LearnerMetrics* metrics, const RunState& resumed)
    : config_(config), ppo_(ppo), log_(log), store_(store), metrics_(metrics) {
  if (resumed.iteration == 0) return;
  iteration_saved_ = resumed.iteration;
  saved_positions_.push_back(resumed.log_position);
}

bool RunCheckpoints::IsDue(const RunState& state) const {
  const auto every = static_cast<uint64_t>(config_.learner.checkpoint_every_iterations);
  return state.iteration >= iteration_saved_ + every;
}

bool RunCheckpoints::HasSaved(const RunState& state) const {
  return state.iteration > 0 && iteration_saved_ == state.iteration;
}

absl::StatusOr<std::string> RunCheckpoints::Save(const RunState& state) {
  const absl::Time start = absl::Now();
  absl::StatusOr<std::string> path = Write(state);
  if (!path.ok()) {
    metrics_->CountCheckpointFailure();
    spdlog::error("no checkpoint of iteration {}: {}", state.iteration,
                  path.status().ToString());
    return path;
  }
  metrics_->ObserveCheckpoint(absl::ToDoubleSeconds(absl::Now() - start));
  iteration_saved_ = state.iteration;
  TrimLog(state.log_position);
  return path;
}

absl::StatusOr<std::string> RunCheckpoints::Write(const RunState& state) {
  CheckpointSections sections;
  state.Save(&sections);
  sections["ppo"] = ppo_->SerializeState();
  sections["weights"] = ppo_->SerializeWeights();
  sections["policy"] = nlohmann::json{
      {"encoder", config_.policy.encoder},
      {"width", config_.policy.width},
      {"layers", config_.policy.layers},
      {"critic", config_.policy.critic},
      {"weights_version",
       ppo_->version()}}.dump();
  sections["config"] = ToYaml(config_);
  // What the checkpoint builds on must be as durable as the checkpoint.
  if (absl::Status synced = log_->Sync(); !synced.ok()) return synced;
  return store_->Save(state.iteration, sections);
}

// The oldest checkpoint that is kept must still find what came after it in the log.
void RunCheckpoints::TrimLog(uint64_t position) {
  if (saved_positions_.empty() || saved_positions_.back() != position) {
    saved_positions_.push_back(position);
  }
  const auto keep = static_cast<size_t>(config_.learner.keep_checkpoints);
  while (saved_positions_.size() > keep) saved_positions_.pop_front();
  if (saved_positions_.size() < keep) return;
  absl::Status trimmed = log_->Trim(saved_positions_.front());
  if (!trimmed.ok()) spdlog::warn("{}", trimmed.ToString());
}

}  // namespace weft
