#include "actor/rollout/actor.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <random>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "actor/rollout/actor_metrics.h"
#include "actor/rollout/best_schedules.h"
#include "actor/rollout/credit_pool.h"
#include "actor/rollout/environments.h"
#include "actor/rollout/latest_policy.h"
#include "actor/rollout/outbox.h"
#include "actor/rollout/policy_of_version.h"
#include "actor/rollout/policy_source.h"
#include "actor/rollout/program_rotation.h"
#include "actor/rollout/slot_threads.h"
#include "actor/rollout/stream_client.h"
#include "actor/rollout/validation_desk.h"
#include "actor/rollout/weights_client.h"
#include "common/files/atomic_file.h"
#include "common/metrics/admin_server.h"
#include "common/rpc/channel.h"
#include "common/store/store_client.h"
#include "nlohmann/json.hpp"
#include "prometheus/registry.h"
#include "spdlog/spdlog.h"

namespace weft {
namespace {

constexpr absl::Duration kEpisodeGrace = absl::Seconds(10);
constexpr absl::Duration kFlushTimeout = absl::Seconds(5);
constexpr absl::Duration kPullInterval = absl::Milliseconds(200);
// A pull that is under way when the actor drains must end within kEpisodeGrace.
constexpr absl::Duration kPullTimeout = absl::Seconds(8);
// Trajectories that may wait for the learner: enough to go on while it writes a
// checkpoint, and at most a few MiB.
constexpr int kOutboxPerSlot = 4;
constexpr int kMinOutbox = 16;

std::string NewRunId() {
  std::random_device device;
  return absl::StrFormat("%08x%08x", device(), device());
}

// Readers see the whole file or none.
absl::Status WriteActorFile(const ActorSettings& settings, const std::string& address) {
  if (settings.run_directory.empty()) return absl::OkStatus();
  const std::string path =
      absl::StrCat(settings.run_directory, "/actor-", settings.actor_id, ".json");
  const nlohmann::json content = {{"admin_address", address}, {"pid", getpid()}};
  return WriteFileAtomically(path, content.dump() + "\n");
}

// The parts of a running actor, in the order in which they depend on each other.
class Actor {
 public:
  Actor(const TrainConfig& config, const ActorSettings& settings)
      : config_(config),
        settings_(settings),
        registry_(std::make_shared<prometheus::Registry>()),
        metrics_(*registry_),
        outbox_(std::max(kMinOutbox, kOutboxPerSlot * config.actor.episodes_in_flight)),
        channel_(CreateRpcChannel(settings.learner_address)),
        store_(channel_),
        weights_(channel_),
        policy_(PullPolicyFrom(&weights_, config.policy, &metrics_, kPullTimeout),
                kPullInterval),
        validated_policy_(
            PullPolicyExactly(&weights_, config.policy, &metrics_, kPullTimeout)) {}

  absl::Status Start();
  absl::Status RunUntilEnd();
  ActorEnd Finish();

 private:
  // Gives up at the connect timeout; CANCELLED when asked to stop before.
  absl::Status AwaitLearner();
  void ReportState();
  std::string StatusText() const;

  const TrainConfig& config_;
  const ActorSettings& settings_;
  const std::string run_id_ = NewRunId();
  std::shared_ptr<prometheus::Registry> registry_;
  ActorMetrics metrics_;
  std::unique_ptr<AdminServer> admin_;
  CreditPool credits_;
  Outbox outbox_;
  std::shared_ptr<grpc::Channel> channel_;
  StoreClient store_;
  Environments environments_;
  WeightsClient weights_;
  LatestPolicy policy_;
  PolicyOfVersion validated_policy_;
  ValidationDesk validation_;
  BestSchedules best_;
  std::unique_ptr<ProgramRotation> programs_;
  std::unique_ptr<StreamClient> stream_;
  std::unique_ptr<SlotThreads> slots_;
  bool was_ready_ = false;
};

absl::Status Actor::Start() {
  absl::StatusOr<std::unique_ptr<AdminServer>> admin =
      AdminServer::Start(config_.actor.admin_address, registry_);
  if (!admin.ok()) return admin.status();
  admin_ = *std::move(admin);
  admin_->SetReady(false, "loading the suite");
  EnvironmentHooks hooks;
  hooks.store = &store_;
  hooks.on_worker_lost = [this](WorkerLoss loss) { metrics_.RecordWorkerLoss(loss); };
  hooks.on_store_event = [this](StoreEvent event) { metrics_.RecordStoreEvent(event); };
  absl::StatusOr<Environments> environments =
      PrepareEnvironments(config_, settings_.worker_path, std::move(hooks));
  if (!environments.ok()) return environments.status();
  environments_ = *std::move(environments);
  programs_ = std::make_unique<ProgramRotation>(
      environments_.programs, MixSeed(config_.seed, {settings_.actor_id, "programs"}));
  metrics_.outbox_capacity.Set(static_cast<double>(outbox_.capacity()));

  StreamClientOptions options;
  options.learner_address = settings_.learner_address;
  options.actor_id = settings_.actor_id;
  options.actor_run_id = run_id_;
  options.cpu = environments_.cpu;
  options.max_in_flight = config_.actor.episodes_in_flight;
  options.validation_programs = environments_.validation_programs;
  options.validation = &validation_;
  options.on_reconnect = [this] { metrics_.reconnects.Increment(); };
  options.on_connect = [this](uint64_t newest) {
    policy_.ForgetNewerThan(newest);
    validated_policy_.Forget();
  };
  options.on_drain = [this](const std::string&) { credits_.Drain(); };
  stream_ = std::make_unique<StreamClient>(channel_, options, &outbox_, &credits_);
  admin_->SetReady(false, "waiting for the learner");
  spdlog::info("actor {} run {}: {} programs, {} episodes in flight, learner {}",
               settings_.actor_id, run_id_, environments_.programs.size(),
               config_.actor.episodes_in_flight, settings_.learner_address);
  return AwaitLearner();
}

absl::Status Actor::AwaitLearner() {
  const absl::Time deadline = absl::Now() + settings_.connect_timeout;
  absl::Status connected = stream_->WaitUntilConnected(absl::ZeroDuration());
  while (!connected.ok() && absl::Now() < deadline) {
    if (settings_.stop_requested()) return absl::CancelledError("asked to stop");
    connected = stream_->WaitUntilConnected(absl::ZeroDuration());
  }
  if (connected.ok()) return connected;
  return absl::UnavailableError(
      absl::StrCat(absl::string_view(connected.message()), " within ",
                   absl::FormatDuration(settings_.connect_timeout)));
}

std::string Actor::StatusText() const {
  std::string text =
      absl::StrCat("actor ", settings_.actor_id, " run ", run_id_, "\nlearner ",
                   settings_.learner_address,
                   stream_->connected() ? ": connected" : ": waiting for it", ", ",
                   stream_->reconnects(), " reconnects\nweights version ",
                   policy_.version(), "\ncredits ", credits_.available(), "\noutbox ",
                   outbox_.depth(), " of ", outbox_.capacity(), "\nslots running ",
                   slots_->running(), "\nprograms ", programs_->remaining(), "\n");
  for (const auto& [program, reason] : programs_->excluded()) {
    absl::StrAppend(&text, "excluded ", program, ": ", reason, "\n");
  }
  return text;
}

void Actor::ReportState() {
  metrics_.outbox_depth.Set(static_cast<double>(outbox_.depth()));
  metrics_.credits.Set(credits_.available());
  metrics_.weights_version.Set(static_cast<double>(policy_.version()));
  admin_->SetStatusText(StatusText());
  const bool connected = stream_->connected();
  const bool ready = connected && policy_.version() > 0;
  if (ready == was_ready_) return;
  was_ready_ = ready;
  admin_->SetReady(ready, ready       ? ""
                          : connected ? "waiting for weights"
                                      : "waiting for the learner");
}

absl::Status Actor::RunUntilEnd() {
  SlotContext context;
  context.credits = &credits_;
  context.outbox = &outbox_;
  context.policy = &policy_;
  context.programs = programs_.get();
  context.best = &best_;
  context.metrics = &metrics_;
  context.validation = &validation_;
  context.validated_policy = &validated_policy_;
  slots_ = std::make_unique<SlotThreads>(context, environments_.make,
                                         config_.actor.episodes_in_flight);
  bool announced = false;
  while (!credits_.draining() && slots_->status().ok()) {
    if (settings_.stop_requested()) {
      spdlog::info("asked to stop");
      return absl::OkStatus();
    }
    // Not a slot's business alone: an actor without credit is ready when it has
    // weights.
    if (policy_.version() == 0) (void)policy_.Get(absl::ZeroDuration());
    ReportState();
    if (was_ready_ && !announced) {
      announced = true;
      if (absl::Status status = WriteActorFile(settings_, admin_->address());
          !status.ok()) {
        return status;
      }
      spdlog::info("ready; admin server at http://{}", admin_->address());
    }
  }
  return slots_->status();
}

ActorEnd Actor::Finish() {
  credits_.Drain();
  if (admin_ != nullptr) admin_->SetReady(false, "draining");
  const bool ended = slots_ == nullptr || slots_->WaitUntilEnded(kEpisodeGrace);
  if (!ended) spdlog::warn("abandoning {} episodes in flight", slots_->running());
  if (stream_ != nullptr) stream_->Stop(kFlushTimeout);
  if (outbox_.depth() > 0) {
    spdlog::warn("{} trajectories were not acknowledged", outbox_.depth());
  }
  return ended ? ActorEnd::kOrderly : ActorEnd::kAbandoned;
}

}  // namespace

absl::StatusOr<ActorEnd> RunActor(const TrainConfig& config,
                                  const ActorSettings& settings) {
  auto actor = std::make_unique<Actor>(config, settings);
  absl::Status status = actor->Start();
  if (status.ok()) status = actor->RunUntilEnd();
  const ActorEnd end = actor->Finish();
  // Abandoned slots still use everything in it.
  if (end == ActorEnd::kAbandoned) (void)actor.release();
  if (!status.ok() && !absl::IsCancelled(status)) return status;
  return end;
}

}  // namespace weft
