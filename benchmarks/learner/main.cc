// learner-bench: how fast each encoder learns and acts, and what the learner adds.
//
// For every encoder and size, on the CPU and on a GPU where there is one: the time of a
// gradient step with nothing around it, tokens and decisions per second, the share of
// the machine's matmul peak (measured in this run), the time of a decision at batch 1
// on one core, and the time of PpoLearner::Update over that of the bare steps.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "benchmarks/learner/bare_training.h"
#include "benchmarks/learner/encoder_sizes.h"
#include "benchmarks/learner/workload.h"
#include "common/policy/torch_policy.h"
#include "common/policy/torch_threads.h"
#include "learner/ppo/ppo_learner.h"
#include "nlohmann/json.hpp"

namespace weft {
namespace {

// Of an update, as in a run with default settings.
constexpr int kEpochs = 4;

struct Arguments {
  std::vector<std::string> encoders;
  std::vector<std::string> sizes = {"research"};
  std::vector<std::string> devices;
  std::string json;
  int decisions = 512;
  int minibatch_steps = 128;
  int repetitions = 5;
  int threads = 1;
};

struct Row {
  std::string encoder, size, device;
  int64_t parameters = 0;
  double step_seconds = 0;
  double tokens_per_second = 0;
  double decisions_per_second = 0;
  double peak_share = 0;
  double inference_seconds = 0;  // One decision, one core, median; CPU rows alone.
  double update_seconds = 0;     // PpoLearner::Update.
  double bare_seconds = 0;       // The same gradient steps with nothing around them.
  double overhead() const { return update_seconds / bare_seconds - 1; }
};

double Median(std::vector<double> values) {
  std::nth_element(values.begin(),
                   values.begin() + static_cast<long>(values.size() / 2), values.end());
  return values[values.size() / 2];
}

absl::StatusOr<double> InferenceSeconds(const PolicyOptions& policy,
                                        const std::vector<Trajectory>& episodes) {
  constexpr int kDecisions = 200;
  const absl::StatusOr<std::unique_ptr<TorchPolicy>> acting =
      TorchPolicy::Create(policy);
  if (!acting.ok()) return acting.status();
  std::mt19937_64 random(1);
  std::vector<double> seconds;
  for (int i = 0; i < kDecisions; ++i) {
    const auto& steps = episodes[static_cast<size_t>(i) % episodes.size()].steps;
    const auto start = std::chrono::steady_clock::now();
    (*acting)->Decide(steps[static_cast<size_t>(i) % steps.size()].observation,
                      Selection::kSample, random);
    seconds.push_back(
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
            .count());
  }
  return Median(seconds);
}

// Times updates and bare steps in turn, so that what else the machine does meets both.
absl::Status TimeSteps(const Arguments& arguments, const EncoderSize& size,
                       const std::vector<Trajectory>& episodes, double peak, Row* row) {
  PpoOptions ppo;
  ppo.epochs = kEpochs;
  ppo.target_kl = 100;  // Never ends an update early.
  ppo.learning_rate = 1e-5;
  ppo.minibatch_steps = arguments.minibatch_steps;
  const absl::StatusOr<std::unique_ptr<PpoLearner>> learner =
      PpoLearner::Create(size.policy, ppo, row->device, 100, 1);
  if (!learner.ok()) return learner.status();
  const absl::StatusOr<std::unique_ptr<BareTraining>> bare = BareTraining::Create(
      size.policy, row->device, arguments.minibatch_steps, episodes);
  if (!bare.ok()) return bare.status();
  std::vector<double> updates, epochs;
  std::vector<Trajectory> fresh = episodes;
  for (int i = 0; i <= arguments.repetitions; ++i) {
    // Stale episodes would cost a forward pass more.
    for (Trajectory& episode : fresh) episode.weights_version = (*learner)->version();
    const absl::StatusOr<UpdateStats> stats = (*learner)->Update(fresh);
    if (!stats.ok()) return stats.status();
    if (stats->epochs != kEpochs) {
      return absl::InternalError("an update ended before its last epoch");
    }
    double seconds = 0;
    for (int epoch = 0; epoch < kEpochs; ++epoch) seconds += (*bare)->Epoch();
    if (i == 0) continue;  // The first one allocates.
    updates.push_back(stats->seconds);
    epochs.push_back(seconds);
  }
  row->parameters = (*bare)->parameters();
  row->update_seconds = Median(updates);
  row->bare_seconds = Median(epochs);
  const double epoch_seconds = row->bare_seconds / kEpochs;
  row->step_seconds = epoch_seconds / (*bare)->minibatches();
  row->tokens_per_second = static_cast<double>(CountTokens(episodes)) / epoch_seconds;
  row->decisions_per_second = CountDecisions(episodes) / epoch_seconds;
  row->peak_share = (*bare)->flops() / epoch_seconds / peak;
  return absl::OkStatus();
}

nlohmann::json ToJson(const Row& row) {
  return {{"encoder", row.encoder},
          {"size", row.size},
          {"device", row.device},
          {"parameters", row.parameters},
          {"step_ms", row.step_seconds * 1e3},
          {"tokens_per_second", row.tokens_per_second},
          {"decisions_per_second", row.decisions_per_second},
          {"peak_share", row.peak_share},
          {"inference_ms", row.inference_seconds * 1e3},
          {"update_ms", row.update_seconds * 1e3},
          {"bare_ms", row.bare_seconds * 1e3},
          {"overhead", row.overhead()}};
}

bool Chosen(const std::vector<std::string>& names, const std::string& name) {
  return names.empty() || std::find(names.begin(), names.end(), name) != names.end();
}

void PrintHeader() {
  std::printf("%-11s %-9s %-5s %12s %9s %10s %12s %6s %10s %10s %9s\n", "encoder",
              "size", "on", "parameters", "step ms", "tokens/s", "decisions/s", "peak",
              "decide ms", "update ms", "overhead");
}

void Print(const Row& row) {
  const std::string inference =
      row.device == "cpu" ? absl::StrCat(row.inference_seconds * 1e3) : "-";
  std::printf(
      "%-11s %-9s %-5s %12lld %9.1f %10.0f %12.0f %5.0f%% %10.6s %10.1f %+8.0f%%\n",
      row.encoder.c_str(), row.size.c_str(), row.device.c_str(),
      static_cast<long long>(row.parameters), row.step_seconds * 1e3,
      row.tokens_per_second, row.decisions_per_second, row.peak_share * 100,
      inference.c_str(), row.update_seconds * 1e3, row.overhead() * 100);
  std::fflush(stdout);
}

absl::Status Run(const Arguments& arguments) {
  const absl::StatusOr<std::vector<Trajectory>> episodes =
      RandomEpisodes(arguments.decisions, 1);
  if (!episodes.ok()) return episodes.status();
  nlohmann::json rows = nlohmann::json::array();
  nlohmann::json peaks;
  for (const std::string& device : arguments.devices) {
    SetTorchThreads(arguments.threads);
    const double peak = MeasureMatmulPeak(device);
    peaks[device] = peak / 1e9;
    std::printf(
        "%s: matmul peak %.0f GFLOP/s, %d thread%s; %d decisions of %lld tokens\n",
        device.c_str(), peak / 1e9, arguments.threads,
        arguments.threads == 1 ? "" : "s", CountDecisions(*episodes),
        static_cast<long long>(CountTokens(*episodes)));
    PrintHeader();
    for (const EncoderSize& size : EncoderSizes()) {
      if (!Chosen(arguments.encoders, size.policy.encoder) ||
          !Chosen(arguments.sizes, size.size)) {
        continue;
      }
      Row row;
      row.encoder = size.policy.encoder;
      row.size = size.size;
      row.device = device;
      SetTorchThreads(arguments.threads);
      const absl::Status timed = TimeSteps(arguments, size, *episodes, peak, &row);
      if (!timed.ok()) return timed;
      if (device == "cpu") {
        SetTorchThreads(1);
        const absl::StatusOr<double> inference =
            InferenceSeconds(size.policy, *episodes);
        if (!inference.ok()) return inference.status();
        row.inference_seconds = *inference;
      }
      Print(row);
      rows.push_back(ToJson(row));
    }
  }
  if (arguments.json.empty()) return absl::OkStatus();
  std::ofstream out(arguments.json, std::ios::trunc);
  out << nlohmann::json{{"matmul_gflops", peaks},
                        {"threads", arguments.threads},
                        {"decisions", CountDecisions(*episodes)},
                        {"tokens", CountTokens(*episodes)},
                        {"minibatch_steps", arguments.minibatch_steps},
                        {"rows", rows}}
             .dump(2)
      << "\n";
  return out.flush() ? absl::OkStatus()
                     : absl::UnavailableError("cannot write " + arguments.json);
}

int BenchMain(int argc, char** argv) {
  Arguments arguments;
  arguments.devices = {"cpu"};
  if (HasCudaDevice()) arguments.devices.push_back("cuda");
  CLI::App app(
      "Step time, throughput and inference time of every encoder, and the learner's "
      "overhead over bare gradient steps.",
      "learner-bench");
  app.add_option("--encoder", arguments.encoders, "Only these (default: all six)");
  app.add_option("--size", arguments.sizes, "research, paper or both")
      ->check(CLI::IsMember({"research", "paper"}))
      ->capture_default_str();
  app.add_option("--device", arguments.devices, "cpu, cuda or both")
      ->check(CLI::IsMember({"cpu", "cuda"}))
      ->capture_default_str();
  app.add_option("--decisions", arguments.decisions, "Of one update")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  app.add_option("--minibatch", arguments.minibatch_steps, "Decisions per step")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  app.add_option("--repetitions", arguments.repetitions, "Updates of each")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  app.add_option("--threads", arguments.threads, "Of LibTorch and BLAS when training")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  app.add_option("--json", arguments.json, "Also write the rows to this file");
  CLI11_PARSE(app, argc, argv);
  const absl::Status status = Run(arguments);
  if (status.ok()) return 0;
  std::fprintf(stderr, "learner-bench: %s\n", status.ToString().c_str());
  return 1;
}

}  // namespace
}  // namespace weft

int main(int argc, char** argv) { return weft::BenchMain(argc, argv); }
