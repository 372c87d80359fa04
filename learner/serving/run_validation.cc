#include "learner/serving/run_validation.h"

#include <utility>

#include "spdlog/spdlog.h"

namespace weft {

RunValidation::RunValidation(const TrainConfig& config, const RunValidationParts& parts)
    : options_(config.validation),
      failure_reward_(config.actor.failure_reward),
      parts_(parts) {}

void RunValidation::NoticeStart(const RunState& state) {
  if (options_.every_iterations == 0) return;
  const auto every = static_cast<uint64_t>(options_.every_iterations);
  const ValidationScore& last = state.last_validation;
  due_ = last.programs == 0 || last.iteration / every < state.iteration / every;
}

void RunValidation::Notice(const RunState& state) {
  if (options_.every_iterations == 0) return;
  const auto every = static_cast<uint64_t>(options_.every_iterations);
  if (state.iteration % every == 0) due_ = true;
}

void RunValidation::NoticeLast(const RunState& state) {
  if (options_.every_iterations == 0) return;
  due_ = state.last_validation.programs == 0 ||
         state.last_validation.iteration != state.iteration;
}

void RunValidation::Collect(RunState* state, absl::Time now) {
  if (const auto round = parts_.validator->TakeFinished(now)) Finish(*round, state);
}

void RunValidation::Tend(RunState* state, absl::Time now) {
  Collect(state, now);
  if (due_ && !parts_.validator->running()) Start(*state, now);
}

// The weights of this iteration, and no others; once more where they failed to be.
bool RunValidation::ArePublished() {
  const uint64_t version = parts_.ppo->version();
  parts_.publisher->Flush();
  if (parts_.weights->version() == version) return true;
  absl::StatusOr<PpoLearner::Serializer> copied = parts_.ppo->CopyWeights();
  if (!copied.ok()) return false;
  parts_.publisher->Publish(version, *std::move(copied));
  parts_.publisher->Flush();
  return parts_.weights->version() == version;
}

void RunValidation::Start(const RunState& state, absl::Time now) {
  if (!ArePublished()) {
    spdlog::warn("iteration {} is not validated: its weights are not published",
                 state.iteration);
    due_ = false;
    return;
  }
  parts_.weights->Keep();
  if (!parts_.validator->Start(state.iteration, parts_.weights->version(), now)) return;
  due_ = false;
  if (state.iteration == 0) return;
  parts_.checkpoints->Wait();
  // So that there is a checkpoint to keep should these weights be the best.
  if (!parts_.checkpoints->HasSaved(state)) {
    parts_.checkpoints->Save(state).IgnoreError();  // Counted and logged.
  }
  parts_.store->Hold(state.iteration);
}

void RunValidation::Finish(const ValidationRound& round, RunState* state) {
  const ValidationScore score = round.Score(failure_reward_);
  if (state->first_validation.programs == 0) state->first_validation = score;
  state->last_validation = score;
  parts_.results->AddLine(round.ToJson(failure_reward_));
  // Before a checkpoint says that the round is done: nobody would do it again. What
  // cannot be written now is tried again after the next iteration.
  parts_.results->Flush(*state).IgnoreError();
  unsaved_ = true;
  parts_.checkpoints->Wait();  // The store has one writer at a time.
  const bool best = (state->best_validation.programs == 0 ||
                     score.mean_reward > state->best_validation.mean_reward) &&
                    Keep(score);
  if (best) state->best_validation = score;
  parts_.store->Hold(0);
  // A best.weft that the state of a resumed run does not know of would give way to a
  // worse one.
  if (best && state->iteration > 0 && parts_.checkpoints->Save(*state).ok()) {
    unsaved_ = false;
  }
  parts_.metrics->FinishValidation(score, state->best_validation);
  parts_.progress->FinishValidation(score, state->best_validation);
  spdlog::info(
      "validation of iteration {}: reward {:.3f}, speed-up {:.2f}x, {} of {} programs "
      "failed, {:.1f} s{}",
      score.iteration, score.mean_reward, score.geomean_speedup, score.failures,
      score.programs, round.seconds, best ? ", the best so far" : "");
}

bool RunValidation::Keep(const ValidationScore& score) {
  // The weights before any update are in no checkpoint.
  if (score.iteration == 0) return true;
  const absl::Status kept = parts_.store->KeepAsBest(score.iteration);
  if (kept.ok()) return true;
  parts_.metrics->CountCheckpointFailure();
  spdlog::error("the best checkpoint is not kept: {}", kept.ToString());
  return false;
}

void RunValidation::Abandon() {
  due_ = false;
  parts_.validator->Abandon();
  parts_.checkpoints->Wait();
  parts_.store->Hold(0);
}

}  // namespace weft
