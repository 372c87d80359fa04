#include "learner/serving/run_checkpoints.h"

#include <chrono>
#include <utility>

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
  const uint64_t newest = writing_ ? writing_->iteration : iteration_saved_;
  return state.iteration >= newest + every;
}

bool RunCheckpoints::HasSaved(const RunState& state) const {
  return state.iteration > 0 && iteration_saved_ == state.iteration;
}

void RunCheckpoints::Begin(const RunState& state) {
  Wait();
  BeginCopied(state).IgnoreError();  // Counted and logged.
}

absl::StatusOr<std::string> RunCheckpoints::Save(const RunState& state) {
  Wait();
  if (absl::Status begun = BeginCopied(state); !begun.ok()) return begun;
  return Take();
}

void RunCheckpoints::Tend() {
  if (!writing_) return;
  if (writing_->result.wait_for(std::chrono::seconds(0)) == std::future_status::timeout)
    return;
  Take().IgnoreError();  // Counted and logged.
}

void RunCheckpoints::Wait() {
  if (writing_) Take().IgnoreError();  // Counted and logged.
}

absl::Status RunCheckpoints::BeginCopied(const RunState& state) {
  absl::StatusOr<Writer> writer = Copy(state);
  if (!writer.ok()) return Failed(state.iteration, writer.status());
  // Without a policy: where there is no thread to be had, Take writes it.
  writing_ =
      Writing{state.iteration, state.log_position, std::async(*std::move(writer))};
  return absl::OkStatus();
}

absl::StatusOr<std::string> RunCheckpoints::Take() {
  absl::StatusOr<Written> written = writing_->result.get();
  const Writing done = *std::exchange(writing_, std::nullopt);
  if (!written.ok()) return Failed(done.iteration, written.status());
  metrics_->ObserveCheckpoint(written->seconds);
  iteration_saved_ = done.iteration;
  TrimLog(done.log_position);
  return written->path;
}

absl::Status RunCheckpoints::Failed(uint64_t iteration, const absl::Status& status) {
  metrics_->CountCheckpointFailure();
  spdlog::error("no checkpoint of iteration {}: {}", iteration, status.ToString());
  return status;
}

absl::StatusOr<RunCheckpoints::Writer> RunCheckpoints::Copy(
    const RunState& state) const {
  const absl::Time start = absl::Now();
  absl::StatusOr<PpoLearner::Serializer> ppo = ppo_->CopyState();
  if (!ppo.ok()) return ppo.status();
  absl::StatusOr<PpoLearner::Serializer> weights = ppo_->CopyWeights();
  if (!weights.ok()) return weights.status();
  CheckpointSections sections;
  state.Save(&sections);
  sections["policy"] = nlohmann::json{
      {"encoder", config_.policy.encoder},
      {"width", config_.policy.width},
      {"layers", config_.policy.layers},
      {"critic", config_.policy.critic},
      {"weights_version",
       ppo_->version()}}.dump();
  sections["config"] = ToYaml(config_);
  return [this, start, iteration = state.iteration, sections = std::move(sections),
          ppo = *std::move(ppo),
          weights = *std::move(weights)]() mutable -> absl::StatusOr<Written> {
    for (const auto& [name, serializer] :
         {std::make_pair("ppo", &ppo), std::make_pair("weights", &weights)}) {
      absl::StatusOr<std::string> bytes = (*serializer)();
      if (!bytes.ok()) return bytes.status();
      *serializer = nullptr;  // The copy's memory is needed no more.
      sections[name] = *std::move(bytes);
    }
    // What the checkpoint builds on must be as durable as the checkpoint.
    if (absl::Status synced = log_->Sync(); !synced.ok()) return synced;
    absl::StatusOr<std::string> path = store_->Save(iteration, sections);
    if (!path.ok()) return path.status();
    return Written{*std::move(path), absl::ToDoubleSeconds(absl::Now() - start)};
  };
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
