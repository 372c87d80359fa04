// weft-actor: plays episodes on this machine and sends them to a learner.
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/time/time.h"
#include "actor/rollout/actor.h"
#include "common/config/train_config.h"
#include "common/policy/blas_check.h"
#include "common/policy/torch_threads.h"
#include "common/process/child_process.h"
#include "common/process/stop_signals.h"
#include "spdlog/sinks/stdout_color_sinks.h"
#include "spdlog/spdlog.h"

ABSL_FLAG(std::string, config, "", "YAML file of the training run");
ABSL_FLAG(std::string, learner, "", "HOST:PORT of the learner's gRPC server");
ABSL_FLAG(std::string, actor_id, "actor-0",
          "stable name of this actor: 1 to 128 letters, digits, '_', '-', '.'");
ABSL_FLAG(std::string, run_dir, "",
          "folder to write actor-ID.json into once the actor is ready");
ABSL_FLAG(std::string, worker, "", "weft-worker to run (default: the one beside this)");
ABSL_FLAG(int, parent_pid, 0,
          "end in an orderly way when this process, the parent, ends");
ABSL_FLAG(absl::Duration, connect_timeout, absl::Seconds(30),
          "how long to wait for the learner at the start");

namespace {

constexpr char kUsage[] =
    "weft-actor --config FILE --learner HOST:PORT [--actor-id ID] [--run-dir DIR]\n"
    "           [--worker PATH] [--connect-timeout 30s] [--parent-pid N]\n\n"
    "Plays episodes on this machine with the learner's newest policy and sends them "
    "to\n"
    "the learner. SIGTERM and SIGINT end it in an orderly way. Exit status: 0 when it "
    "was\n"
    "stopped or drained, else not 0, with the reason on stderr.";

// --actor-id is --actor_id to absl's flags.
void UnderscoreFlags(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    if (argv[i][0] != '-' || argv[i][1] != '-') continue;
    for (char* c = argv[i] + 2; *c != '\0' && *c != '='; ++c) {
      if (*c == '-') *c = '_';
    }
  }
}

int Usage(const std::string& problem) {
  std::fprintf(stderr, "weft-actor: %s\n\nusage: %s\n", problem.c_str(), kUsage);
  return 2;
}

bool IsActorId(const std::string& id) {
  if (id.empty() || id.size() > 128 || id[0] == '.') return false;
  for (char c : id) {
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '_' && c != '-' &&
        c != '.') {
      return false;
    }
  }
  return true;
}

std::string WorkerBesideThis() {
  std::error_code error;
  const std::filesystem::path self =
      std::filesystem::read_symlink("/proc/self/exe", error);
  return (error ? std::filesystem::path(".") : self.parent_path()) / "weft-worker";
}

}  // namespace

int main(int argc, char** argv) {
  weft::CatchStopSignals(weft::SecondSignal::kIsNoted);
  signal(SIGPIPE, SIG_IGN);
  for (int i = 1; i < argc; ++i) {
    if (std::string(argv[i]) != "--help") continue;
    std::printf("%s\n", kUsage);
    return 0;
  }
  UnderscoreFlags(argc, argv);
  absl::SetProgramUsageMessage(kUsage);
  if (absl::ParseCommandLine(argc, argv).size() > 1)
    return Usage("unexpected argument");
  if (absl::GetFlag(FLAGS_config).empty()) return Usage("--config is missing");
  if (absl::GetFlag(FLAGS_learner).empty()) return Usage("--learner is missing");
  if (!IsActorId(absl::GetFlag(FLAGS_actor_id)))
    return Usage("--actor-id is malformed");
  spdlog::set_default_logger(spdlog::stderr_color_mt("actor"));
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%e %^%l%$ " + absl::GetFlag(FLAGS_actor_id) +
                      ": %v");
  if (const int parent = absl::GetFlag(FLAGS_parent_pid); parent != 0) {
    weft::DieWithParent(parent);
  }

  const absl::StatusOr<weft::TrainConfig> config =
      weft::LoadTrainConfig(absl::GetFlag(FLAGS_config));
  if (!config.ok()) {
    std::fprintf(stderr, "weft-actor: %s\n",
                 std::string(config.status().message()).c_str());
    return 1;
  }
  // Episodes in flight are the parallelism; one decision is too small to be split.
  weft::SetTorchThreads(1);
  if (const absl::Status status = weft::CheckBlas(); !status.ok()) {
    spdlog::error("{}", status.ToString());
    return 1;
  }

  weft::ActorSettings settings;
  settings.learner_address = absl::GetFlag(FLAGS_learner);
  settings.actor_id = absl::GetFlag(FLAGS_actor_id);
  settings.run_directory = absl::GetFlag(FLAGS_run_dir);
  settings.worker_path = absl::GetFlag(FLAGS_worker).empty()
                             ? WorkerBesideThis()
                             : absl::GetFlag(FLAGS_worker);
  settings.connect_timeout = absl::GetFlag(FLAGS_connect_timeout);
  settings.stop_requested = [] {
    return weft::WaitForStopRequest(absl::Milliseconds(200));
  };
  const absl::StatusOr<weft::ActorEnd> end = weft::RunActor(*config, settings);
  if (!end.ok()) {
    spdlog::error("{}", end.status().ToString());
    spdlog::shutdown();
    // Episodes that were abandoned may still run on their threads.
    _exit(1);
  }
  spdlog::info("stopped");
  spdlog::shutdown();
  if (*end == weft::ActorEnd::kAbandoned) _exit(0);
  return 0;
}
