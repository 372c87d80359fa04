// learner-soak: millions of synthetic steps, looking for what only shows in long runs.
//
// Trains in the cost-model environment, with noise and failures around it, until so
// many actions were taken. It fails on the first update that is not finite, on the
// first whose entropy collapsed without an alarm, and when memory grows in the second
// half of the run.

#include <unistd.h>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"
#include "absl/strings/str_format.h"
#include "actor/environment/cost_model/cost_model_environment.h"
#include "actor/environment/cost_model/tasks.h"
#include "actor/environment/noisy_environment.h"
#include "common/policy/torch_threads.h"
#include "common/time/stopwatch.h"
#include "learner/local/local_training.h"

namespace weft {
namespace {

// The first updates allocate what all others use.
constexpr size_t kReportsToJudgeMemory = 6;

struct Arguments {
  uint64_t steps = 10'000'000;
  int episodes = 256;
  int side_by_side = 64;
  int report_every = 100;  // Updates.
  double seconds = 0;      // 0: no limit.
  double max_growth_mebibytes = 16;
  PolicyOptions policy;
  PpoOptions ppo;
  uint64_t seed = 1;
};

double ResidentMebibytes() {
  std::ifstream file("/proc/self/statm");
  double total = 0, resident = 0;
  file >> total >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1 << 20);
}

bool IsFinite(const UpdateStats& stats) {
  for (double value : {stats.policy_loss, stats.value_loss, stats.entropy,
                       stats.approximate_kl, stats.gradient_norm, stats.mean_reward}) {
    if (!std::isfinite(value)) return false;
  }
  return true;
}

// Whether the actions that were played tell of a collapse that the learner does not.
// They are a sample, taken before the update, so half of the alarm is far enough.
bool IsUnseenCollapse(double surprisal, const UpdateStats& stats,
                      const PpoOptions& ppo) {
  if (stats.entropy_collapsed || stats.entropy_share <= 0) return false;
  const double largest = stats.entropy / stats.entropy_share;
  return surprisal < 0.5 * ppo.entropy_alarm * largest;
}

absl::Status Run(const Arguments& arguments) {
  SetTorchThreads(1);
  NoiseOptions noise;
  noise.seed = arguments.seed;
  noise.time_noise = 0.05;
  noise.transform_failures = 0.005;
  noise.measurement_failures = 0.01;
  std::vector<std::unique_ptr<NoisyEnvironment>> owned;
  std::vector<Environment*> environments;
  for (int i = 0; i < arguments.side_by_side; ++i) {
    ++noise.seed;
    owned.push_back(std::make_unique<NoisyEnvironment>(
        noise, std::make_unique<CostModelEnvironment>(CostModelOptions())));
    environments.push_back(owned.back().get());
  }
  LocalTrainingOptions options;
  options.policy = arguments.policy;
  options.ppo = arguments.ppo;
  options.seed = arguments.seed;
  // A decision takes about a third of an episode.
  options.total_updates =
      static_cast<int>(arguments.steps / (3 * arguments.episodes)) + 1;
  const auto training =
      LocalTraining::Create(options, environments, CostModelTaskNames());
  if (!training.ok()) return training.status();

  const Stopwatch stopwatch;
  std::vector<double> resident;  // After each report.
  double lowest_entropy = 1;     // Shares of the largest.
  uint64_t updates = 0;
  uint64_t alarms = 0;
  while ((*training)->steps() < arguments.steps &&
         (arguments.seconds == 0 || stopwatch.seconds() < arguments.seconds)) {
    const absl::StatusOr<UpdateStats> stats = (*training)->Iterate(arguments.episodes);
    if (!stats.ok()) return stats.status();
    if (!IsFinite(*stats)) {
      return absl::InternalError(
          absl::StrFormat("update %d is not finite", updates + 1));
    }
    lowest_entropy = std::min(lowest_entropy, stats->entropy_share);
    alarms += stats->entropy_collapsed ? 1 : 0;
    if (IsUnseenCollapse((*training)->surprisal(), *stats, arguments.ppo)) {
      return absl::InternalError(absl::StrFormat(
          "the actions of update %d were so probable (%.4f nats) that its entropy has "
          "collapsed, and no alarm says so",
          updates + 1, (*training)->surprisal()));
    }
    if (++updates % static_cast<uint64_t>(arguments.report_every) != 0) continue;
    resident.push_back(ResidentMebibytes());
    std::printf(
        "%10llu steps %8llu updates %7.0f s  reward %7.3f  entropy %5.3f  "
        "kl %.4f  %7.1f MiB\n",
        static_cast<unsigned long long>((*training)->steps()),
        static_cast<unsigned long long>(updates), stopwatch.seconds(),
        stats->mean_reward, stats->entropy_share, stats->approximate_kl,
        resident.back());
    std::fflush(stdout);
  }
  const bool judged = resident.size() >= kReportsToJudgeMemory;
  const double growth = judged ? resident.back() - resident[resident.size() / 2] : 0;
  std::printf(
      "%llu steps in %llu updates and %.0f s; lowest entropy share %.4f, %llu alarms; "
      "memory %s\n",
      static_cast<unsigned long long>((*training)->steps()),
      static_cast<unsigned long long>(updates), stopwatch.seconds(), lowest_entropy,
      static_cast<unsigned long long>(alarms),
      judged ? absl::StrFormat("%+.1f MiB in the second half", growth).c_str()
             : "not judged: too short a run for its --report-every");
  if (growth <= arguments.max_growth_mebibytes) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrFormat("memory grew by %.1f MiB in the second half of the run, at most "
                      "%.1f are allowed",
                      growth, arguments.max_growth_mebibytes));
}

int SoakMain(int argc, char** argv) {
  Arguments arguments;
  arguments.policy = {"lstm", 32, 1};
  CLI::App app("Trains for millions of synthetic steps and checks that nothing breaks.",
               "learner-soak");
  app.add_option("--steps", arguments.steps, "Actions to take")->capture_default_str();
  app.add_option("--seconds", arguments.seconds, "End after this time; 0: do not")
      ->capture_default_str();
  app.add_option("--episodes", arguments.episodes, "Of each update")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  app.add_option("--side-by-side", arguments.side_by_side,
                 "Episodes that the policy decides about at once")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  app.add_option("--epochs", arguments.ppo.epochs)->capture_default_str();
  app.add_option("--minibatch", arguments.ppo.minibatch_steps)->capture_default_str();
  app.add_option("--report-every", arguments.report_every, "Updates between lines")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  app.add_option("--encoder", arguments.policy.encoder)->capture_default_str();
  app.add_option("--width", arguments.policy.width)->capture_default_str();
  app.add_option("--layers", arguments.policy.layers)->capture_default_str();
  app.add_option("--max-growth", arguments.max_growth_mebibytes,
                 "MiB that memory may grow by in the second half")
      ->capture_default_str();
  app.add_option("--seed", arguments.seed)->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  const absl::Status status = Run(arguments);
  if (status.ok()) return 0;
  std::fprintf(stderr, "learner-soak: %s\n", status.ToString().c_str());
  return 1;
}

}  // namespace
}  // namespace weft

int main(int argc, char** argv) { return weft::SoakMain(argc, argv); }
