#include "learner/serving/trainer.h"

#include <utility>

#include "absl/strings/str_format.h"
#include "spdlog/spdlog.h"

namespace weft {
namespace {

// How long a wait lasts before it looks at requests again.
constexpr absl::Duration kSlice = absl::Milliseconds(100);
constexpr absl::Duration kSayWhatIsWaitedFor = absl::Seconds(30);
constexpr absl::Duration kDrainDeadline = absl::Seconds(10);
constexpr int kMaxFailedUpdates = 3;
constexpr int kSilentTimeouts = 2;

}  // namespace

Trainer::Trainer(const TrainConfig& config, const TrainerParts& parts, RunState state)
    : config_(config),
      parts_(parts),
      state_(std::move(state)),
      checkpoints_(config, parts.ppo, parts.log, parts.checkpoints, parts.metrics,
                   state_),
      results_(parts.folder, parts.metrics),
      publisher_(parts.weights,
                 [this](uint64_t version, const absl::Status& status) {
                   AfterPublishing(version, status);
                 }),
      validation_(config, {parts.validator, parts.ppo, parts.weights, &publisher_,
                           parts.checkpoints, &checkpoints_, &results_, parts.progress,
                           parts.metrics}),
      entropy_(config.ppo.entropy_alarm) {}

Trainer::~Trainer() = default;

absl::Status Trainer::Run() {
  validation_.NoticeStart(state_);
  absl::Status status = absl::OkStatus();
  const auto target = static_cast<uint64_t>(config_.learner.iterations);
  while (status.ok() && state_.iteration < target) {
    absl::StatusOr<std::vector<QueuedTrajectory>> batch = WaitForEpisodes();
    if (!batch.ok()) break;
    status = TrainOn(*std::move(batch));
  }
  if (status.ok()) status = stop_.failure();
  const bool done = state_.iteration >= target;
  if (status.ok() && done) ValidateLast();
  absl::Status concluded = Conclude(done ? "training is finished" : stop_.reason());
  if (status.ok()) status = std::move(concluded);
  if (status.ok() && done) {
    parts_.progress->SetFinished();
    ServeUntilStopped();
    status = stop_.failure();
  }
  checkpoint_requests_.Close();
  return status;
}

absl::StatusOr<std::vector<QueuedTrajectory>> Trainer::WaitForEpisodes() {
  parts_.progress->SetPhase("collecting");
  absl::Time say = absl::Now() + kSayWhatIsWaitedFor;
  while (!stop_.stopping()) {
    AnswerCheckpointRequests();
    checkpoints_.Tend();
    TendValidation();
    absl::StatusOr<std::vector<QueuedTrajectory>> batch =
        parts_.queue->Pop(config_.learner.episodes_per_iteration, absl::Now() + kSlice);
    if (batch.ok()) {
      // Who starts an episode on a credit asks for weights: where new ones are on their
      // way, AfterPublishing sends the credits.
      if (publisher_.idle()) parts_.actors->PumpCredits();
      return batch;
    }
    if (absl::Now() >= say) {
      spdlog::info("waiting for episodes: {}; {} actors connected, {} credits out",
                   std::string(batch.status().message()),
                   parts_.ingest->connected_streams(),
                   parts_.ingest->outstanding_credits());
      say += kSayWhatIsWaitedFor;
    }
  }
  return absl::CancelledError(stop_.reason());
}

absl::Status Trainer::TrainOn(std::vector<QueuedTrajectory> batch) {
  parts_.progress->SetPhase("updating");
  const absl::Time start = absl::Now();
  std::vector<Trajectory> episodes;
  for (QueuedTrajectory& entry : batch) {
    for (const auto& [reason, count] : entry.drops_before) CountDrop(reason, count);
    episodes.push_back(std::move(entry.trajectory));
  }
  IterationRecord record = IterationRecord::Of(episodes);
  absl::StatusOr<UpdateStats> stats = parts_.ppo->Update(episodes);
  parts_.metrics->ObserveUpdate(absl::ToDoubleSeconds(absl::Now() - start));
  if (stats.ok()) {
    failed_updates_ = 0;
    record.update = *stats;
    PublishWeights();
  } else {
    ++failed_updates_;
    parts_.metrics->CountUpdateFailure();
    parts_.metrics->CountDropped(kDropUpdateFailed,
                                 static_cast<double>(episodes.size()));
    CountDrop(kDropUpdateFailed, episodes.size());
    record.update_failed = true;
    spdlog::error("the update of iteration {} failed, its {} episodes are dropped: {}",
                  state_.iteration + 1, episodes.size(), stats.status().ToString());
  }
  for (const Trajectory& episode : episodes) {
    if (stats.ok()) state_.CountEpisode(episode);
    // What was measured is true whatever PPO made of it.
    if (state_.RecordSchedule(episode)) results_.AddBest(episode.program);
  }
  state_.log_position = batch.back().position;
  ++state_.iteration;
  FinishIteration(std::move(record), start);
  SaveCheckpointIfDue();
  validation_.Notice(state_);
  if (failed_updates_ >= kMaxFailedUpdates) return stats.status();
  return absl::OkStatus();
}

void Trainer::PublishWeights() {
  absl::StatusOr<PpoLearner::Serializer> copied = parts_.ppo->CopyWeights();
  if (!copied.ok()) return AfterPublishing(parts_.ppo->version(), copied.status());
  publisher_.Publish(parts_.ppo->version(), *std::move(copied));
}

void Trainer::AfterPublishing(uint64_t version, const absl::Status& status) {
  if (!status.ok()) {
    parts_.metrics->CountWeightsFailure();
    spdlog::error("weights of version {} are not published, actors go on with {}: {}",
                  version, parts_.weights->version(), status.ToString());
  }
  parts_.actors->PumpCredits();
}

void Trainer::CountDrop(const std::string& reason, uint64_t count) {
  state_.dropped[reason] += count;
}

void Trainer::FinishIteration(IterationRecord record, absl::Time start) {
  const double elapsed = parts_.progress->elapsed_seconds(absl::Now());
  record.iteration = state_.iteration;
  record.environment = config_.environment;
  record.weights_version = parts_.ppo->version();
  record.seconds = elapsed - state_.elapsed_seconds;
  record.elapsed_seconds = elapsed;
  record.best_geomean_speedup = state_.BestGeomeanSpeedup();
  state_.elapsed_seconds = elapsed;
  parts_.progress->FinishIteration(record);
  parts_.metrics->FinishIteration(record);
  results_.AddLine(record.ToJson());
  results_.Flush(state_).IgnoreError();  // Tried again after the next iteration.
  const std::string update =
      record.update_failed
          ? "no update"
          : absl::StrFormat("entropy %.2f, KL %.4f, update %.2f s",
                            record.update.entropy, record.update.approximate_kl,
                            absl::ToDoubleSeconds(absl::Now() - start));
  spdlog::info(
      "iteration {}/{}: reward {:.3f}, speed-up {:.2f}x (best {:.2f}x), {} of {} "
      "measured, {}",
      record.iteration, config_.learner.iterations, record.mean_reward,
      record.mean_speedup, record.best_geomean_speedup, record.measurements,
      record.episodes, update);
  if (!record.update_failed) entropy_.Look(record.iteration, record.update);
}

void Trainer::SaveCheckpointIfDue() {
  checkpoints_.Tend();
  // One that fails is tried again after the next iteration.
  if (checkpoints_.IsDue(state_)) checkpoints_.Begin(state_);
}

void Trainer::TendValidation() {
  validation_.Tend(&state_, absl::Now());
  parts_.actors->PumpValidation();
}

void Trainer::ValidateLast() {
  validation_.NoticeLast(state_);
  if (!validation_.waiting()) return;
  parts_.progress->SetPhase("validating");
  parts_.ingest->StopGranting();
  // Nothing comes from anywhere for as long as the slowest task may take, and more.
  const absl::Duration patience =
      kSilentTimeouts * absl::Seconds(config_.validation.task_timeout_seconds);
  absl::Time deadline = absl::Now() + patience;
  uint64_t settled = parts_.validator->settled();
  while (validation_.waiting() && !stop_.stopping()) {
    if (settled != parts_.validator->settled()) {
      settled = parts_.validator->settled();
      deadline = absl::Now() + patience;
    }
    if (absl::Now() >= deadline) {
      spdlog::warn("no actor has validated anything for {}; the last round is given up",
                   absl::FormatDuration(patience));
      break;
    }
    AnswerCheckpointRequests();
    TendValidation();
    absl::SleepFor(kSlice);
  }
  validation_.Abandon();
}

void Trainer::AnswerCheckpointRequests() {
  checkpoint_requests_.Answer([this]() -> absl::StatusOr<v1::CheckpointResponse> {
    absl::StatusOr<std::string> path = checkpoints_.Save(state_);
    if (!path.ok()) return path.status();
    v1::CheckpointResponse response;
    response.set_path(*path);
    response.set_iteration(state_.iteration);
    return response;
  });
}

absl::Status Trainer::Conclude(const std::string& reason) {
  spdlog::info("draining actors: {}", reason);
  parts_.progress->SetPhase("draining");
  validation_.Collect(&state_, absl::Now());
  parts_.actors->Drain(reason);
  if (stop_.stopping()) WaitForActorsToDrain();
  parts_.progress->SetPhase("checkpointing");
  publisher_.Flush();
  checkpoints_.Wait();
  absl::Status status = absl::OkStatus();
  if (!checkpoints_.HasSaved(state_) || validation_.unsaved())
    status = checkpoints_.Save(state_).status();
  status.Update(results_.Flush(state_));
  status.Update(parts_.folder->WriteSummary(state_));
  return status;
}

// What arrives meanwhile is stored in the log and trained on after a resume.
void Trainer::WaitForActorsToDrain() {
  const absl::Time deadline = absl::Now() + kDrainDeadline;
  while (parts_.ingest->connected_streams() > 0) {
    if (absl::Now() >= deadline) {
      spdlog::warn("{} actors are still connected after {}; not waiting any longer",
                   parts_.ingest->connected_streams(),
                   absl::FormatDuration(kDrainDeadline));
      return;
    }
    AnswerCheckpointRequests();
    absl::SleepFor(kSlice);
  }
}

void Trainer::ServeUntilStopped() {
  spdlog::info("finished after {} iterations; serving the status until told to stop",
               state_.iteration);
  while (!stop_.stopping()) {
    AnswerCheckpointRequests();
    absl::SleepFor(kSlice);
  }
}

v1::GetStatusResponse Trainer::GetStatus() {
  v1::GetStatusResponse status = parts_.progress->Snapshot(absl::Now());
  status.set_weights_version(parts_.weights->version());
  status.set_connected_actors(
      static_cast<uint32_t>(parts_.ingest->connected_streams()));
  status.set_queued_trajectories(static_cast<uint32_t>(parts_.queue->depth()));
  return status;
}

void Trainer::RequestCheckpoint(CheckpointDone done) {
  checkpoint_requests_.Add(std::move(done));
}

void Trainer::RequestShutdown(const std::string& reason) { stop_.Stop(reason); }

void Trainer::Fail(const absl::Status& status) { stop_.Fail(status); }

}  // namespace weft
