#include "cli/train/train_stage.h"

#include <signal.h>

#include <cstdio>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "cli/train/supervisor.h"
#include "common/process/child_process.h"

namespace weft {
namespace {

constexpr absl::Duration kTick = absl::Milliseconds(500);
constexpr absl::Duration kStopGrace = absl::Seconds(30);

volatile sig_atomic_t interrupts = 0;

void CountInterrupt(int) { interrupts = interrupts + 1; }

// Until the learner has finished. CANCELLED when the user interrupts.
absl::Status Watch(Supervisor& supervisor, ProgressDisplay& display) {
  int learner_restarts = 0, actor_restarts = 0;
  std::string admin_address;
  while (interrupts == 0) {
    if (absl::Status status = supervisor.Tend(); !status.ok()) return status;
    if (supervisor.learner_admin_address() != admin_address) {
      admin_address = supervisor.learner_admin_address();
      display.Note("metrics: http://" + admin_address + "/metrics");
    }
    if (supervisor.learner_restarts() != learner_restarts) {
      learner_restarts = supervisor.learner_restarts();
      display.Note("the learner was killed; it goes on from its newest checkpoint");
    }
    if (supervisor.actor_restarts() != actor_restarts) {
      actor_restarts = supervisor.actor_restarts();
      display.Note("an actor was killed; it is started again");
    }
    const auto status = supervisor.LearnerStatus();
    if (status.ok()) {
      display.Show(*status);
      if (status->finished()) return absl::OkStatus();
    }
    absl::SleepFor(kTick);
  }
  return absl::CancelledError("interrupted");
}

// Ends the processes in an orderly way; CANCELLED when that succeeded.
absl::Status StopForUser(Supervisor& supervisor, const RunDirectory& run) {
  std::fprintf(stderr, "stopping with a checkpoint; press Ctrl-C again to kill\n");
  // The grace is waited out in slices, so that a second Ctrl-C is heard.
  const absl::Time deadline = absl::Now() + kStopGrace;
  absl::Status stopped;
  do {
    stopped = supervisor.Stop(absl::Milliseconds(200));
  } while (absl::IsDeadlineExceeded(stopped) && interrupts < 2 &&
           absl::Now() < deadline);
  if (absl::IsDeadlineExceeded(stopped)) {
    supervisor.Kill();
    return absl::CancelledError(absl::StrCat(
        "killed; ", absl::string_view(stopped.message()),
        "; what was stored goes on with: weft train --resume ", run.path()));
  }
  if (!stopped.ok()) return stopped;
  return absl::CancelledError(
      absl::StrCat("stopped; go on with: weft train --resume ", run.path()));
}

}  // namespace

void CatchInterrupts() {
  struct sigaction action{};
  action.sa_handler = CountInterrupt;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

int Interrupts() { return interrupts; }

absl::Status RunStage(const RunDirectory& run, const TrainStage& stage,
                      ProgressDisplay& display) {
  Supervisor supervisor(run, stage.config, stage.config_file, ExecutableFolder());
  if (absl::Status status = supervisor.Start(stage.resume); !status.ok()) return status;
  const absl::Status watched = Watch(supervisor, display);
  display.Finish();
  if (absl::IsCancelled(watched)) return StopForUser(supervisor, run);
  if (!watched.ok()) return watched;
  absl::Status stopped = supervisor.Stop(kStopGrace);
  if (!stopped.ok()) supervisor.Kill();
  return stopped;
}

}  // namespace weft
