// encoder-comparison: the six encoders at equal budget on the cost-model environment.
//
// Every encoder trains on the same tasks with the same settings and several seeds;
// prints parameters, the time of a decision at batch 1 on one core, updates per second
// (acting and learning), and the score at the end: the geometric mean over the tasks of
// the best known time over that of the greedy policy, mean and spread over the seeds.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "actor/environment/cost_model/cost_model_environment.h"
#include "actor/search/best_known.h"
#include "benchmarks/learner/encoder_sizes.h"
#include "common/policy/torch_threads.h"
#include "common/time/stopwatch.h"
#include "learner/local/local_training.h"
#include "nlohmann/json.hpp"

namespace weft {
namespace {

struct Arguments {
  std::vector<std::string> encoders;
  std::vector<std::string> tasks = {
      "matmul_128x128x128", "matmul_64x256x128",          "conv_nhwc_14x14x32x32_k3",
      "sum_rows_256x512",   "depthwise_nhwc_14x14x64_k3", "relu_256x256",
      "transpose_256x256",  "maxpool_nhwc_28x28x32_k3"};
  std::string json;
  int seeds = 3;
  int updates = 150;
  int episodes = 32;
  int width = 128;
  int layers = 2;
  PpoOptions ppo;
};

struct Scores {
  std::string encoder;
  int64_t parameters = 0;
  double decision_seconds = 0;
  double updates_per_second = 0;
  std::vector<double> scores;  // One for each seed.

  double mean() const {
    double sum = 0;
    for (double score : scores) sum += score;
    return sum / static_cast<double>(scores.size());
  }
  // Of the sample.
  double standard_deviation() const {
    double squares = 0;
    for (double score : scores) squares += (score - mean()) * (score - mean());
    return scores.size() < 2
               ? 0
               : std::sqrt(squares / (static_cast<double>(scores.size()) - 1));
  }
};

// Mean reward of the best known schedules.
absl::StatusOr<double> BestKnownReward(const std::vector<std::string>& tasks) {
  const CostModelOptions environment;
  BestKnownOptions options;
  options.informed = {environment.machine, environment.threads};
  double total = 0;
  for (const std::string& task : tasks) {
    const absl::StatusOr<Trial> best = FindBestKnown(
        task, [&] { return std::make_unique<CostModelEnvironment>(environment); },
        options);
    if (!best.ok()) return best.status();
    total += best->result.reward;
  }
  return total / static_cast<double>(tasks.size());
}

// Trains one network; adds what it found to `scores`.
absl::Status Train(const Arguments& arguments, uint64_t seed, double best_reward,
                   Scores* scores) {
  CostModelEnvironment environment((CostModelOptions()));
  LocalTrainingOptions options;
  options.policy = {scores->encoder, arguments.width, arguments.layers};
  options.ppo = arguments.ppo;
  options.total_updates = arguments.updates;
  options.seed = seed;
  const auto training = LocalTraining::Create(options, {&environment}, arguments.tasks);
  if (!training.ok()) return training.status();
  const Stopwatch stopwatch;
  for (int i = 0; i < arguments.updates; ++i) {
    const absl::StatusOr<UpdateStats> stats = (*training)->Iterate(arguments.episodes);
    if (!stats.ok()) return stats.status();
  }
  const double updates_per_second = arguments.updates / stopwatch.seconds();
  const absl::StatusOr<double> reward = (*training)->MeanReward(Selection::kGreedy, 1);
  if (!reward.ok()) return reward.status();
  scores->scores.push_back(std::exp(*reward - best_reward));
  scores->updates_per_second += updates_per_second / arguments.seeds;
  scores->parameters = (*training)->learner().parameter_count();
  return absl::OkStatus();
}

absl::StatusOr<double> DecisionSeconds(const Scores& scores,
                                       const Arguments& arguments) {
  const auto policy =
      TorchPolicy::Create({scores.encoder, arguments.width, arguments.layers});
  if (!policy.ok()) return policy.status();
  CostModelEnvironment environment((CostModelOptions()));
  std::mt19937_64 random(1);
  std::vector<double> seconds;
  for (int i = 0; i < 200; ++i) {
    const auto observation = environment.Reset(
        arguments.tasks[static_cast<size_t>(i) % arguments.tasks.size()]);
    if (!observation.ok()) return observation.status();
    const Stopwatch stopwatch;
    (*policy)->Decide(*observation, Selection::kSample, random);
    seconds.push_back(stopwatch.seconds());
  }
  std::sort(seconds.begin(), seconds.end());
  return seconds[seconds.size() / 2];
}

nlohmann::json ToJson(const Scores& row) {
  return {{"encoder", row.encoder},
          {"parameters", row.parameters},
          {"decision_ms", row.decision_seconds * 1e3},
          {"updates_per_second", row.updates_per_second},
          {"scores", row.scores},
          {"mean", row.mean()},
          {"standard_deviation", row.standard_deviation()}};
}

absl::Status Run(const Arguments& arguments) {
  SetTorchThreads(1);
  const absl::StatusOr<double> best_reward = BestKnownReward(arguments.tasks);
  if (!best_reward.ok()) return best_reward.status();
  CostModelEnvironment environment((CostModelOptions()));
  std::mt19937_64 random(1);
  const absl::StatusOr<double> random_reward = MeanReward(
      environment, RandomPolicy(), arguments.tasks, Selection::kSample, 100, random);
  if (!random_reward.ok()) return random_reward.status();
  std::printf(
      "%zu tasks, %d updates of %d episodes, width %d, %d layers, %d seeds; "
      "the random policy scores %.3f\n",
      arguments.tasks.size(), arguments.updates, arguments.episodes, arguments.width,
      arguments.layers, arguments.seeds, std::exp(*random_reward - *best_reward));
  std::printf("%-11s %11s %10s %10s %7s %7s   %s\n", "encoder", "parameters",
              "decide ms", "updates/s", "score", "+/-", "each seed");
  nlohmann::json rows = nlohmann::json::array();
  for (const std::string& encoder : arguments.encoders) {
    Scores scores;
    scores.encoder = encoder;
    for (int seed = 1; seed <= arguments.seeds; ++seed) {
      const absl::Status trained =
          Train(arguments, static_cast<uint64_t>(seed), *best_reward, &scores);
      if (!trained.ok()) return trained;
    }
    const absl::StatusOr<double> seconds = DecisionSeconds(scores, arguments);
    if (!seconds.ok()) return seconds.status();
    scores.decision_seconds = *seconds;
    std::string each;
    for (double score : scores.scores) absl::StrAppend(&each, score, " ");
    std::printf("%-11s %11lld %10.2f %10.2f %7.3f %7.3f   %s\n", encoder.c_str(),
                static_cast<long long>(scores.parameters),
                scores.decision_seconds * 1e3, scores.updates_per_second, scores.mean(),
                scores.standard_deviation(), each.c_str());
    std::fflush(stdout);
    rows.push_back(ToJson(scores));
  }
  if (arguments.json.empty()) return absl::OkStatus();
  std::ofstream out(arguments.json, std::ios::trunc);
  out << nlohmann::json{{"tasks", arguments.tasks},
                        {"updates", arguments.updates},
                        {"episodes", arguments.episodes},
                        {"random", std::exp(*random_reward - *best_reward)},
                        {"rows", rows}}
             .dump(2)
      << "\n";
  return out.flush() ? absl::OkStatus()
                     : absl::UnavailableError("cannot write " + arguments.json);
}

int ComparisonMain(int argc, char** argv) {
  Arguments arguments;
  for (const EncoderSize& size : EncoderSizes()) {
    if (size.size == "research") arguments.encoders.push_back(size.policy.encoder);
  }
  arguments.ppo.entropy_coefficient = 0.05;
  CLI::App app("Compares the encoders at equal budget on the cost-model environment.",
               "encoder-comparison");
  app.add_option("--encoder", arguments.encoders, "Only these")->capture_default_str();
  app.add_option("--task", arguments.tasks, "Tasks to learn")->capture_default_str();
  app.add_option("--seeds", arguments.seeds)
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("--updates", arguments.updates)
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  app.add_option("--episodes", arguments.episodes, "Of each update")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  app.add_option("--width", arguments.width)->capture_default_str();
  app.add_option("--layers", arguments.layers)->capture_default_str();
  app.add_option("--learning-rate", arguments.ppo.learning_rate)->capture_default_str();
  app.add_option("--json", arguments.json, "Also write the rows to this file");
  CLI11_PARSE(app, argc, argv);
  const absl::Status status = Run(arguments);
  if (status.ok()) return 0;
  std::fprintf(stderr, "encoder-comparison: %s\n", status.ToString().c_str());
  return 1;
}

}  // namespace
}  // namespace weft

int main(int argc, char** argv) { return weft::ComparisonMain(argc, argv); }
