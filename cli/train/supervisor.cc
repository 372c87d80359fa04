#include "cli/train/supervisor.h"

#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/rpc/channel.h"
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

// A port that is free now. Chosen here and not by the learner, so that it is the same
// after a restart and actors find the learner again.
absl::StatusOr<int> FreePort() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof(address);
  const bool ok = fd >= 0 &&
                  bind(fd, reinterpret_cast<sockaddr*>(&address), length) == 0 &&
                  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) == 0;
  if (fd >= 0) close(fd);
  if (!ok) return absl::UnavailableError("cannot find a free TCP port on 127.0.0.1");
  return ntohs(address.sin_port);
}

}  // namespace

Supervisor::Supervisor(RunDirectory run, TrainConfig config, std::string programs)
    : run_(std::move(run)),
      config_(std::move(config)),
      programs_(std::move(programs)) {}

absl::Status Supervisor::Start(bool resume) {
  learner_address_ = config_.learner.listen_address;
  if (absl::EndsWith(learner_address_, ":0")) {
    const absl::StatusOr<int> port = FreePort();
    if (!port.ok()) return port.status();
    learner_address_ =
        absl::StrCat(learner_address_.substr(0, learner_address_.size() - 1), *port);
  }
  if (absl::Status status = StartLearner(resume); !status.ok()) return status;
  for (int i = 0; i < config_.actor.actors; ++i) {
    actors_.emplace_back();
    actors_.back().id = absl::StrCat("actor-", i);
    if (absl::Status status = StartActor(&actors_.back()); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Supervisor::StartLearner(bool resume) {
  unlink(run_.learner_info().c_str());
  std::vector<std::string> argv = {programs_ + "/weft-learner",
                                   "--config",
                                   run_.config(),
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
  const absl::Time deadline = absl::Now() + kLearnerStartTimeout;
  while (absl::Now() < deadline) {
    if (const auto status = learner_->Poll()) return ExitError("learner", *status);
    std::ifstream file(run_.learner_info());
    const auto info = nlohmann::json::parse(file, nullptr, /*allow_exceptions=*/false);
    if (info.is_object() && info.value("pid", 0) == learner_->pid()) {
      learner_admin_address_ = info.value("admin_address", "");
      admin_ =
          v1::AdminService::NewStub(CreateRpcChannel(info.value("grpc_address", "")));
      return absl::OkStatus();
    }
    absl::SleepFor(absl::Milliseconds(50));
  }
  return absl::DeadlineExceededError(
      absl::StrCat("the learner did not start serving within ",
                   absl::FormatDuration(kLearnerStartTimeout), "; its log ends:\n",
                   run_.LogTail("learner", kLogTailLines)));
}

absl::Status Supervisor::StartActor(Actor* actor) {
  auto process = ChildProcess::Start(
      {programs_ + "/weft-actor", "--config", run_.config(), "--learner",
       learner_address_, "--actor-id", actor->id, "--run-dir", run_.path(),
       "--parent-pid", absl::StrCat(getpid())},
      run_.log(actor->id));
  if (!process.ok()) return process.status();
  actor->process = *std::move(process);
  actor->started = absl::Now();
  actor->restart_at = absl::InfiniteFuture();
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
  const auto status = learner_->Poll();
  if (!status) return absl::OkStatus();
  if (status->signal == 0) return ExitError("learner", *status);
  if (++learner_restarts_ > kMaxLearnerRestarts) {
    return absl::AbortedError(absl::StrCat("the learner died ", learner_restarts_,
                                           " times, last of ", status->ToString()));
  }
  return StartLearner(/*resume=*/true);
}

absl::Status Supervisor::TendActor(Actor* actor) {
  if (absl::Now() >= actor->restart_at) return StartActor(actor);
  if (!actor->process) return absl::OkStatus();
  const auto status = actor->process->Poll();
  if (!status) return absl::OkStatus();
  if (status->signal == 0) {
    // The learner drains actors when it has finished: a clean exit is no fault.
    if (status->code != 0) return ExitError(actor->id, *status);
    actor->process.reset();
    return absl::OkStatus();
  }
  const bool quick = absl::Now() - actor->started < kQuickDeath;
  actor->quick_deaths = quick ? actor->quick_deaths + 1 : 1;
  if (actor->quick_deaths > kMaxQuickDeaths) return ExitError(actor->id, *status);
  actor->process.reset();
  actor->restart_at = absl::Now() + absl::Seconds(1 << (actor->quick_deaths - 1)) / 2;
  ++actor_restarts_;
  return absl::OkStatus();
}

absl::Status Supervisor::ExitError(const std::string& process,
                                   const ExitStatus& status) const {
  return absl::AbortedError(absl::StrCat(process, " ended with ", status.ToString(),
                                         "; its log (", run_.log(process), ") ends:\n",
                                         run_.LogTail(process, kLogTailLines)));
}

absl::StatusOr<v1::GetStatusResponse> Supervisor::LearnerStatus() {
  grpc::ClientContext context;
  SetDeadline(&context, absl::Seconds(2));
  v1::GetStatusResponse response;
  const grpc::Status status = admin_->GetStatus(&context, {}, &response);
  if (!status.ok()) return absl::UnavailableError(status.error_message());
  return response;
}

absl::Status Supervisor::Stop(absl::Duration grace, bool kill) {
  const absl::Time deadline = absl::Now() + grace;
  std::string late;
  const auto end = [&](ChildProcess* process, const std::string& name) {
    if (process->Wait(std::max(deadline - absl::Now(), absl::ZeroDuration()))) return;
    absl::StrAppend(&late, late.empty() ? "" : ", ", name);
    if (!kill) return;
    process->Signal(SIGKILL);
    process->Wait(absl::Seconds(10));
  };
  for (Actor& actor : actors_) {
    if (actor.process) actor.process->Signal(SIGTERM);
  }
  for (Actor& actor : actors_) {
    if (actor.process) end(actor.process.get(), actor.id);
  }
  // The learner outlives its actors, to acknowledge what they still send.
  if (learner_ && (late.empty() || kill)) {
    learner_->Signal(SIGTERM);
    end(learner_.get(), "learner");
  }
  if (late.empty()) return absl::OkStatus();
  return absl::DeadlineExceededError(absl::StrCat("not ended within ",
                                                  absl::FormatDuration(grace),
                                                  kill ? " and killed: " : ": ", late));
}

void Supervisor::Kill() {
  for (Actor& actor : actors_) {
    if (actor.process) actor.process->Signal(SIGKILL);
  }
  if (learner_) learner_->Signal(SIGKILL);
}

}  // namespace weft
