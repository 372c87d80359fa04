#include "cli/train/supervisor.h"

#include <signal.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/rpc/channel.h"
#include "common/rpc/free_port.h"
#include "nlohmann/json.hpp"

namespace weft {
namespace {

// LibTorch alone takes half a second to load; a loaded machine many times that.
constexpr absl::Duration kLearnerStartTimeout = absl::Seconds(60);
constexpr int kMaxLearnerRestarts = 20;
// An actor that dies sooner than this has not done anything useful.
constexpr absl::Duration kQuickDeath = absl::Seconds(10);
constexpr int kMaxQuickDeaths = 5;
constexpr int kLogTailLines = 12;
// Less than this is no room for a checkpoint or a segment of the trajectory log.
constexpr uint64_t kFullDiskBytes = 64 << 10;

}  // namespace

Supervisor::Supervisor(RunDirectory run, TrainConfig config, std::string config_file,
                       std::string programs)
    : run_(std::move(run)),
      config_(std::move(config)),
      config_file_(std::move(config_file)),
      programs_(std::move(programs)) {}

absl::Status Supervisor::Start(bool resume) {
  learner_address_ = config_.learner.listen_address;
  // Chosen here and not by the learner, so that it is the same after a restart and
  // actors find the learner again.
  if (absl::EndsWith(learner_address_, ":0")) {
    const absl::StatusOr<int> port = FreePort();
    if (!port.ok()) return port.status();
    learner_address_ =
        absl::StrCat(learner_address_.substr(0, learner_address_.size() - 1), *port);
  }
  for (int i = 0; i < config_.actor.actors; ++i) {
    actors_.emplace_back();
    actors_.back().id = absl::StrCat("actor-", i);
  }
  return StartLearner(resume);
}

absl::Status Supervisor::StartLearner(bool resume) {
  admin_.reset();
  std::vector<std::string> argv = {programs_ + "/weft-learner",
                                   "--config",
                                   config_file_,
                                   "--run-dir",
                                   run_.path(),
                                   "--set",
                                   "learner.listen_address=" + learner_address_,
                                   "--parent-pid",
                                   absl::StrCat(getpid())};
  if (resume) argv.push_back("--resume");
  auto learner = ChildProcess::Start(argv, run_.log("learner"));
  if (!learner.ok()) return learner.status();
  learner_ = *std::move(learner);
  learner_start_deadline_ = absl::Now() + kLearnerStartTimeout;
  return absl::OkStatus();
}

bool Supervisor::FindLearner() {
  std::ifstream file(run_.learner_info());
  const auto info = nlohmann::json::parse(file, nullptr, /*allow_exceptions=*/false);
  // The file of a learner before this one has another process id.
  if (!info.is_object() || info.value("pid", 0) != learner_->pid()) return false;
  learner_admin_address_ = info.value("admin_address", "");
  admin_ = v1::AdminService::NewStub(CreateRpcChannel(info.value("grpc_address", "")));
  return true;
}

absl::Status Supervisor::StartActor(Actor* actor) {
  auto process = ChildProcess::Start(
      {programs_ + "/weft-actor", "--config", config_file_, "--learner",
       learner_address_, "--actor-id", actor->id, "--run-dir", run_.path(),
       "--parent-pid", absl::StrCat(getpid())},
      run_.log(actor->id));
  if (!process.ok()) return process.status();
  actor->process = *std::move(process);
  actor->started = absl::Now();
  return absl::OkStatus();
}

absl::Status Supervisor::Tend() {
  if (absl::Status status = TendLearner(); !status.ok()) return status;
  for (Actor& actor : actors_) {
    if (absl::Status status = TendActor(&actor); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Supervisor::TendLearner() {
  if (const auto status = learner_->Poll()) {
    if (status->signal == 0) return ExitError("learner", *status);
    if (++learner_restarts_ > kMaxLearnerRestarts) {
      return absl::AbortedError(absl::StrCat("the learner died ", learner_restarts_,
                                             " times, last of ", status->ToString()));
    }
    return StartLearner(/*resume=*/true);
  }
  if (serving() || FindLearner() || absl::Now() < learner_start_deadline_) {
    return absl::OkStatus();
  }
  return absl::DeadlineExceededError(
      absl::StrCat("the learner did not start serving within ",
                   absl::FormatDuration(kLearnerStartTimeout), "; its log ends:\n",
                   run_.LogTail("learner", kLogTailLines)));
}

absl::Status Supervisor::TendActor(Actor* actor) {
  if (!actor->process) {
    // An actor gives up on a learner that it never reached, so it starts after it.
    if (!serving() || finished_ || absl::Now() < actor->start_at)
      return absl::OkStatus();
    return StartActor(actor);
  }
  const auto status = actor->process->Poll();
  if (!status) return absl::OkStatus();
  if (status->signal == 0 && status->code != 0) return ExitError(actor->id, *status);
  // A clean exit is what the learner asks for when it has finished, which Tend may not
  // know yet, or what somebody's SIGTERM did: then the run needs the actor back.
  const bool quick = absl::Now() - actor->started < kQuickDeath;
  actor->quick_deaths = quick ? actor->quick_deaths + 1 : 1;
  if (actor->quick_deaths > kMaxQuickDeaths) return ExitError(actor->id, *status);
  actor->process.reset();
  actor->start_at = absl::Now() + absl::Seconds(1 << (actor->quick_deaths - 1));
  if (!status->ok()) ++actor_restarts_;
  return absl::OkStatus();
}

absl::Status Supervisor::ExitError(const std::string& process,
                                   const ExitStatus& status) const {
  std::string text = absl::StrCat(process, " ended with ", status.ToString());
  // Its log is on the same disk, so the reason may have found no room there.
  struct statvfs disk{};
  if (statvfs(run_.path().c_str(), &disk) == 0 &&
      static_cast<uint64_t>(disk.f_bavail) * disk.f_frsize < kFullDiskBytes) {
    absl::StrAppend(&text, "; ", run_.path(), ": No space left on device");
  }
  return absl::AbortedError(absl::StrCat(text, "; its log (", run_.log(process),
                                         ") ends:\n",
                                         run_.LogTail(process, kLogTailLines)));
}

absl::StatusOr<v1::GetStatusResponse> Supervisor::LearnerStatus() {
  if (!serving()) return absl::UnavailableError("the learner is starting");
  grpc::ClientContext context;
  SetDeadline(&context, absl::Seconds(2));
  v1::GetStatusResponse response;
  const grpc::Status status = admin_->GetStatus(&context, {}, &response);
  if (!status.ok()) return absl::UnavailableError(status.error_message());
  finished_ = response.finished();
  return response;
}

absl::Status Supervisor::Stop(absl::Duration grace) {
  const absl::Time deadline = absl::Now() + grace;
  const auto wait = [&](ChildProcess* process) {
    return process->Wait(std::max(deadline - absl::Now(), absl::ZeroDuration()));
  };
  const auto late = [](const std::string& name) {
    return absl::DeadlineExceededError(absl::StrCat(name, " still runs"));
  };
  // Each is asked once: a second signal would mean that it should not take its time.
  if (!std::exchange(actors_asked_to_stop_, true)) {
    for (Actor& actor : actors_) {
      if (actor.process) actor.process->Signal(SIGTERM);
    }
  }
  for (Actor& actor : actors_) {
    if (actor.process && !wait(actor.process.get())) return late(actor.id);
  }
  // The learner outlives its actors, to acknowledge what they still send.
  if (!learner_) return absl::OkStatus();
  if (!std::exchange(learner_asked_to_stop_, true)) learner_->Signal(SIGTERM);
  const auto status = wait(learner_.get());
  if (!status) return late("the learner");
  return status->ok() ? absl::OkStatus() : ExitError("learner", *status);
}

void Supervisor::Kill() {
  for (Actor& actor : actors_) actor.process.reset();
  learner_.reset();
}

}  // namespace weft
