#include "learner/serving/learner.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "learner/serving/run_checkpoints.h"
#include "learner/serving/suite_programs.h"
#include "spdlog/spdlog.h"

namespace weft {
namespace {

// The longest that a power loss can reach back into the trajectory log.
constexpr absl::Duration kHeartbeat = absl::Seconds(1);
// For calls under way when the learner ends; streams were told to drain before.
constexpr absl::Duration kShutdownGrace = absl::Seconds(2);

}  // namespace

absl::StatusOr<std::unique_ptr<Learner>> Learner::Create(
    const TrainConfig& config, const std::string& run_dir, bool resume,
    std::unique_ptr<PpoLearner> ppo, absl::Duration storage_deadline) {
  absl::StatusOr<RunFolder> folder = RunFolder::Open(run_dir);
  if (!folder.ok()) return folder.status();
  if (!resume && folder->HasEarlierRun()) {
    return absl::FailedPreconditionError(absl::StrCat(
        run_dir,
        " holds an earlier run: pass --resume to continue it, or choose another "
        "--run-dir"));
  }
  absl::StatusOr<CheckpointStore> checkpoints =
      CheckpointStore::Open(folder->checkpoints(), config.learner.keep_checkpoints);
  if (!checkpoints.ok()) return checkpoints.status();
  std::unique_ptr<Learner> learner(new Learner(config, *std::move(folder),
                                               *std::move(checkpoints), std::move(ppo),
                                               storage_deadline));
  RunState state;
  if (resume) {
    absl::StatusOr<RunState> restored = learner->Restore();
    if (!restored.ok()) return restored.status();
    state = *std::move(restored);
  }
  const bool moved = state.EnterEnvironment(config.environment);
  AddSuitePrograms(config, &state);
  if (absl::Status status = learner->OpenLog(resume, moved, &state); !status.ok())
    return status;
  if (absl::Status status = learner->OpenStore(); !status.ok()) return status;
  absl::Status status = learner->StartServing(std::move(state));
  if (!status.ok()) return status;
  return learner;
}

Learner::Learner(const TrainConfig& config, RunFolder folder,
                 CheckpointStore checkpoints, std::unique_ptr<PpoLearner> ppo,
                 absl::Duration storage_deadline)
    : config_(config),
      folder_(std::move(folder)),
      checkpoints_(std::move(checkpoints)),
      ppo_(std::move(ppo)),
      registry_(std::make_shared<prometheus::Registry>()),
      metrics_(registry_),
      progress_(static_cast<uint64_t>(config.learner.iterations)),
      validator_(absl::Seconds(config.validation.task_timeout_seconds),
                 config.actor.failure_reward),
      queue_(config.learner.queue_capacity, config.learner.max_outstanding_episodes),
      storage_(storage_deadline) {}

Learner::~Learner() {
  if (admin_server_ != nullptr) admin_server_->SetReady(false, "stopping");
  heartbeat_.reset();
  if (store_ != nullptr) store_->Close();
  if (server_ != nullptr) server_->Shutdown(kShutdownGrace);
}

absl::StatusOr<RunState> Learner::Restore() {
  absl::StatusOr<Checkpoint> checkpoint = checkpoints_.LoadNewestValid();
  if (absl::IsNotFound(checkpoint.status())) {
    spdlog::warn("nothing to resume but the trajectory log: {}",
                 checkpoint.status().ToString());
    absl::StatusOr<std::string> environment = folder_.ReadEnvironment();
    if (!environment.ok()) return environment.status();
    RunState state;
    state.environment = *std::move(environment);
    return state;
  }
  if (!checkpoint.ok()) return checkpoint.status();
  absl::StatusOr<RunState> state = RunState::Load(checkpoint->sections);
  if (!state.ok()) return state.status();
  absl::Status restored = ppo_->RestoreState(checkpoint->sections["ppo"]);
  if (!restored.ok()) {
    return absl::Status(restored.code(), absl::StrCat(checkpoint->path, ": ",
                                                      std::string(restored.message())));
  }
  for (const auto& [program, record] : state->programs) {
    absl::Status written = folder_.WriteBest(program, record);
    if (!written.ok()) return written;
  }
  spdlog::info("resuming from {}: {} iterations, {} episodes, log position {}",
               checkpoint->path, state->iteration, state->episodes,
               state->log_position);
  return state;
}

// Episodes of another environment that wait in the log would be learned from as if they
// were of this one. They are dropped, and a checkpoint says so before any new episode
// is stored, so that a resume after a kill does not drop those.
absl::Status Learner::LeaveEpisodesBehind(RunState* state) {
  const uint64_t waiting = log_->last_position() - state->log_position;
  state->dropped[kDropOtherEnvironment] += waiting;
  metrics_.CountDropped(kDropOtherEnvironment, static_cast<double>(waiting));
  state->log_position = log_->last_position();
  checkpoints_.ForgetBest();
  spdlog::info(
      "the environment is now {}: the weights go on, the results begin anew, {} "
      "episodes that were not trained on are dropped",
      config_.environment, waiting);
  return RunCheckpoints(config_, ppo_.get(), log_.get(), &checkpoints_, &metrics_,
                        *state)
      .Save(*state)
      .status();
}

absl::Status Learner::OpenLog(bool resume, bool moved, RunState* state) {
  absl::Status cut = folder_.CutMetricsAfter(*state);
  if (!cut.ok()) return cut;
  TrajectoryLogOptions options;
  options.folder = folder_.trajectories();
  options.used_positions = state->log_position;
  absl::StatusOr<std::unique_ptr<TrajectoryLog>> log = TrajectoryLog::Open(options);
  if (!log.ok()) return log.status();
  log_ = *std::move(log);
  if (moved) {
    if (absl::Status left = LeaveEpisodesBehind(state); !left.ok()) return left;
  }
  // After the checkpoint that says that the others were left behind.
  absl::Status entered = folder_.WriteEnvironment(config_.environment);
  if (!entered.ok()) return entered;
  progress_.Resume(*state);
  metrics_.SetValidation(state->last_validation, state->best_validation);
  CreditOptions credits;
  credits.max_outstanding = config_.learner.max_outstanding_episodes;
  // Actors may hold episodes that the learner before this one had granted.
  credits.first_contact_allowance = resume ? credits.max_outstanding : 0;
  ingest_ = std::make_unique<Ingest>(log_.get(), &queue_, credits, Observer());
  absl::Status requeued = ingest_->Requeue(state->log_position);
  if (requeued.ok() && queue_.depth() > 0) {
    spdlog::info("queued {} stored trajectories again", queue_.depth());
  }
  return requeued;
}

absl::Status Learner::OpenStore() {
  SqliteStoreOptions options;
  options.path =
      config_.learner.store_path.empty() ? folder_.store() : config_.learner.store_path;
  absl::StatusOr<std::unique_ptr<SqliteStore>> rows = SqliteStore::Open(options);
  if (!rows.ok()) return rows.status();
  const FlightOptions flights;
  store_ = std::make_unique<SharedStore>(*std::move(rows), flights);
  StoreObserver observer;
  observer.hit = [this] { metrics_.CountStoreHit(); };
  observer.recorded = [this] { metrics_.CountStoreRecord(); };
  observer.failed = [this](const absl::Status& status) {
    metrics_.CountStoreFailure();
    spdlog::error("the schedule store cannot be used: {}", status.ToString());
  };
  store_service_ =
      std::make_unique<StoreService>(store_.get(), flights.lease, std::move(observer));
  return absl::OkStatus();
}

absl::Status Learner::StartServing(RunState state) {
  absl::StatusOr<std::string> weights = ppo_->SerializeWeights();
  if (!weights.ok()) return weights.status();
  weights_.Publish(ppo_->version(), *std::move(weights));
  trajectory_service_ = std::make_unique<TrajectoryService>(ingest_.get(), &weights_,
                                                            &validator_, Observer());
  TrainerParts parts;
  parts.ppo = ppo_.get();
  parts.log = log_.get();
  parts.queue = &queue_;
  parts.ingest = ingest_.get();
  parts.weights = &weights_;
  parts.validator = &validator_;
  parts.checkpoints = &checkpoints_;
  parts.folder = &folder_;
  parts.progress = &progress_;
  parts.metrics = &metrics_;
  parts.actors = trajectory_service_.get();
  trainer_ = std::make_unique<Trainer>(config_, parts, std::move(state));
  weights_service_ = std::make_unique<WeightsService>(
      &weights_, [this](size_t bytes) { metrics_.CountWeightsSent(bytes); });
  admin_service_ = std::make_unique<AdminService>(trainer_.get());
  absl::StatusOr<std::unique_ptr<AdminServer>> admin =
      AdminServer::Start(config_.learner.admin_address, registry_);
  if (!admin.ok()) return admin.status();
  admin_server_ = *std::move(admin);
  absl::StatusOr<std::unique_ptr<RpcServer>> server =
      RpcServer::Start(config_.learner.listen_address,
                       {trajectory_service_.get(), weights_service_.get(),
                        store_service_.get(), admin_service_.get()});
  if (!server.ok()) return server.status();
  server_ = *std::move(server);
  Beat();
  heartbeat_.emplace(kHeartbeat, [this] { Beat(); });
  spdlog::info("serving on {}, metrics on http://{}/metrics", grpc_address(),
               admin_address());
  return folder_.WriteAddresses(grpc_address(), admin_address());
}

IngestObserver Learner::Observer() {
  IngestObserver observer;
  observer.stored = [this](const Trajectory& trajectory) {
    metrics_.CountEpisode(trajectory);
    progress_.CountEpisode(trajectory);
    storage_.Works();
  };
  observer.dropped = [this](const char* reason) { metrics_.CountDropped(reason); };
  observer.refused = [this](const char* reason) { metrics_.CountRefused(reason); };
  observer.duplicate = [this] { metrics_.CountDuplicate(); };
  observer.storage_failed = [this](const absl::Status& status) {
    metrics_.CountLogFailure();
    storage_.Failed(status, absl::Now());
  };
  return observer;
}

void Learner::Beat() {
  absl::Status synced = log_->Sync();
  if (!synced.ok()) {
    metrics_.CountLogFailure();
    spdlog::error("the trajectory log is not safe from a power loss: {}",
                  synced.ToString());
  }
  progress_.SampleRates(absl::Now());
  trajectory_service_->EndSilentStreams();
  trajectory_service_->PumpCredits();
  store_->Tick();
  LearnerMetrics::Levels levels;
  levels.queue_depth = queue_.depth();
  levels.queue_capacity = queue_.capacity();
  levels.credits_outstanding = ingest_->outstanding_credits();
  levels.connected_actors = ingest_->connected_streams();
  levels.weights_version = weights_.version();
  levels.store_claims = store_->flights().flights();
  levels.store_expired_claims = store_->flights().expired();
  metrics_.SetLevels(levels);
  CheckStorage();
  admin_server_->SetStatusText(trainer_->GetStatus().DebugString());
}

void Learner::CheckStorage() {
  const absl::Status problem = storage_.problem();
  admin_server_->SetReady(problem.ok(), problem.ok() ? "" : problem.ToString());
  if (storage_.IsPastDeadline(absl::Now())) trainer_->Fail(problem);
}

}  // namespace weft
