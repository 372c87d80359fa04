// weft-learner: trains a policy from the episodes that actors send. See Usage.

#include <signal.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/config/train_config.h"
#include "common/policy/blas_check.h"
#include "common/policy/torch_threads.h"
#include "common/process/child_process.h"
#include "learner/ppo/ppo_learner.h"
#include "learner/serving/learner.h"
#include "learner/serving/periodic_task.h"
#include "spdlog/sinks/stdout_sinks.h"
#include "spdlog/spdlog.h"

namespace weft {
namespace {

constexpr char kUsage[] =
    R"(usage: weft-learner --config FILE --run-dir DIR [--resume] [--set KEY=VALUE ...]

Trains a policy from the episodes that actors send, and serves weights to them.

  --config FILE   the run's YAML
  --run-dir DIR   where checkpoints, metrics and results go; DIR/learner.json tells the
                  addresses as soon as it serves
  --resume        continue the run in DIR; without it, DIR must not hold one
  --set KEY=VALUE overrides a key of the config, such as learner.iterations=20; may be
                  given more than once
  --parent-pid N  end in an orderly way when process N, the parent, ends
  --help          this text

SIGTERM and SIGINT stop it in an orderly way: actors drain, a checkpoint is written, exit
status 0. A second signal ends it at once; --resume loses nothing even then.
)";

struct Flags {
  std::string config;
  std::string run_dir;
  std::vector<std::string> overrides;
  pid_t parent_pid = 0;  // 0: none.
  bool resume = false;
  bool help = false;
};

absl::StatusOr<Flags> ParseFlags(int argc, char** argv) {
  Flags flags;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    std::string* value = nullptr;
    std::string parent_pid;
    if (name == "--help" || name == "-h") {
      flags.help = true;
    } else if (name == "--resume") {
      flags.resume = true;
    } else if (name == "--config") {
      value = &flags.config;
    } else if (name == "--run-dir") {
      value = &flags.run_dir;
    } else if (name == "--parent-pid") {
      value = &parent_pid;
    } else if (name == "--set") {
      value = &flags.overrides.emplace_back();
    } else {
      return absl::InvalidArgumentError(absl::StrCat("unknown argument ", name));
    }
    if (value == nullptr) continue;
    if (++i == argc) {
      return absl::InvalidArgumentError(absl::StrCat(name, " needs a value"));
    }
    *value = argv[i];
    if (value == &parent_pid && !absl::SimpleAtoi(parent_pid, &flags.parent_pid)) {
      return absl::InvalidArgumentError(
          absl::StrCat("--parent-pid ", parent_pid, " is not a number"));
    }
  }
  if (!flags.help && (flags.config.empty() || flags.run_dir.empty())) {
    return absl::InvalidArgumentError("--config and --run-dir are required");
  }
  return flags;
}

volatile sig_atomic_t received_signal = 0;

void InstallSignalHandlers() {
  struct sigaction action = {};
  action.sa_handler = [](int number) { received_signal = number; };
  action.sa_flags = static_cast<int>(SA_RESETHAND);  // The second one kills.
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGINT, &action, nullptr);
  // A file size limit shall be an error of the write, like a full disk.
  signal(SIGXFSZ, SIG_IGN);
  signal(SIGPIPE, SIG_IGN);
}

absl::Status RunLearner(const Flags& flags) {
  absl::StatusOr<TrainConfig> config = LoadTrainConfig(flags.config, flags.overrides);
  if (!config.ok()) return config.status();
  SetTorchThreads(config->learner.threads);
  if (absl::Status status = CheckBlas(); !status.ok()) return status;
  // A run that is slow is still a run.
  if (const std::string advice = SlowBlasAdvice(); !advice.empty()) {
    spdlog::warn("{}", advice);
  }
  absl::StatusOr<std::unique_ptr<PpoLearner>> ppo =
      PpoLearner::Create(config->policy, config->ppo, config->learner.device,
                         config->learner.iterations, config->seed);
  if (!ppo.ok()) return ppo.status();
  spdlog::info("policy {} with {} parameters on {}", config->policy.encoder,
               (*ppo)->parameter_count(), (*ppo)->device());
  absl::StatusOr<std::unique_ptr<Learner>> learner =
      Learner::Create(*config, flags.run_dir, flags.resume, *std::move(ppo));
  if (!learner.ok()) return learner.status();
  const PeriodicTask watch_signals(absl::Milliseconds(100), [&learner] {
    if (received_signal == 0) return;
    (*learner)->RequestStop(absl::StrCat("the learner received signal ",
                                         static_cast<int>(received_signal)));
  });
  return (*learner)->Run();
}

int Main(int argc, char** argv) {
  spdlog::set_default_logger(spdlog::stderr_logger_mt("learner"));
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%e %^%l%$ learner: %v");
  absl::StatusOr<Flags> flags = ParseFlags(argc, argv);
  if (!flags.ok()) {
    fprintf(stderr, "weft-learner: %s\n\n%s",
            std::string(flags.status().message()).c_str(), kUsage);
    return 2;
  }
  if (flags->help) {
    fputs(kUsage, stdout);
    return 0;
  }
  InstallSignalHandlers();
  if (flags->parent_pid != 0) DieWithParent(flags->parent_pid);
  absl::Status status = RunLearner(*flags);
  if (!status.ok()) {
    spdlog::error("{}", status.ToString());
    return 1;
  }
  return 0;
}

}  // namespace
}  // namespace weft

int main(int argc, char** argv) { return weft::Main(argc, argv); }
