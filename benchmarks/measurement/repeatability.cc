// How well a measured time repeats beside a neighbour that compiles half of the time.
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"
#include "absl/strings/str_format.h"
#include "actor/worker/server/worker_session.h"
#include "common/time/stopwatch.h"

namespace weft {
namespace {

struct Options {
  std::string program = "datasets/suites/quickstart/matmul_128x128x128.mlir";
  std::vector<int64_t> register_tile = {8, 32, 1};
  int measurements = 30;
  double minutes = 10;
  double period_seconds = 20;  // Of the neighbour; it compiles in the first half.
  MeasureSettings settings;
};

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path);
  if (!file) return absl::NotFoundError("cannot read " + path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// The program with one vectorize action, or as it is without a register tile.
absl::Status Prepare(const Options& options, WorkerSession* session) {
  absl::StatusOr<std::string> source = ReadFile(options.program);
  if (!source.ok()) return source.status();
  auto loaded = session->LoadProgram(options.program, *source);
  if (!loaded.ok()) return loaded.status();
  absl::Status reset = session->Reset().status();
  if (!reset.ok()) return reset;
  Action action;
  if (!options.register_tile.empty()) {
    action = {
        ActionKind::kVectorize, options.register_tile, {}, VectorizeMode::kContract};
  }
  return session->Step(action).status();
}

// Another worker that compiles all the time of the first half of every period, with as
// little timing as there can be, and under a lease of its own: it is a neighbour that
// knows nothing of us.
[[noreturn]] void Neighbour(Options options) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  options.settings.lease_path += ".neighbour";
  options.settings.timing_budget_seconds = 1e-3;
  WorkerSession session;
  if (!session
           .ProbeMachine(options.settings.lease_path,
                         options.settings.lease_timeout_seconds, -1)
           .ok())
    _exit(1);
  if (!Prepare(options, &session).ok()) _exit(1);
  const Stopwatch clock;
  while (true) {
    if (std::fmod(clock.seconds(), options.period_seconds) <
        options.period_seconds / 2) {
      if (!session.MeasureSchedule(options.settings).ok()) _exit(1);
    } else {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
}

// 0 for fewer than two.
double VariationOf(const std::vector<double>& values) {
  if (values.size() < 2) return 0;
  double sum = 0;
  for (double value : values) sum += value;
  const double mean = sum / static_cast<double>(values.size());
  double squares = 0;
  for (double value : values) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / static_cast<double>(values.size() - 1)) / mean;
}

// Of the samples of one measurement.
double Quantile(std::vector<double> samples, double share) {
  std::sort(samples.begin(), samples.end());
  return samples[static_cast<size_t>(share * static_cast<double>(samples.size() - 1))];
}

void PrintLine(int number, const Measurement& measurement) {
  std::cout << absl::StrFormat("%3d  %9.3f us  %2d samples, %3d rejected (", number,
                               measurement.seconds * 1e6, measurement.samples.size(),
                               measurement.rejected_samples);
  for (int i = 0; i < kNumInterferences; ++i) {
    std::cout << absl::StrFormat("%s%d %s", i == 0 ? "" : ", ",
                                 measurement.rejections[i],
                                 InterferenceName(static_cast<Interference>(i)));
  }
  std::cout << absl::StrFormat("), pressure %.0f %%%s\n",
                               measurement.cpu_pressure * 100,
                               measurement.disturbed ? ", disturbed" : "")
            << std::flush;
}

absl::Status Run(const Options& options) {
  const pid_t neighbour = fork();
  if (neighbour < 0) return absl::ErrnoToStatus(errno, "no neighbour");
  if (neighbour == 0) Neighbour(options);
  WorkerSession session;
  auto machine = session.ProbeMachine(options.settings.lease_path,
                                      options.settings.lease_timeout_seconds,
                                      options.settings.timing_cpu);
  absl::Status status = machine.status();
  if (status.ok()) status = Prepare(options, &session);
  std::vector<double> seconds;
  std::vector<double> clean_seconds;
  std::vector<double> minima;
  std::vector<double> quartiles;
  std::vector<double> medians;
  double samples = 0;
  double rejected = 0;
  const Stopwatch total;
  for (int i = 0; i < options.measurements && status.ok(); ++i) {
    const double due = i * options.minutes * 60 / options.measurements;
    std::this_thread::sleep_for(
        std::chrono::duration<double>(std::max(0.0, due - total.seconds())));
    absl::StatusOr<Measurement> measurement = session.MeasureSchedule(options.settings);
    status = measurement.status();
    if (!status.ok()) break;
    if (measurement->outcome != Outcome::kOk) {
      status = absl::FailedPreconditionError(measurement->message);
      break;
    }
    PrintLine(i + 1, *measurement);
    seconds.push_back(measurement->seconds);
    if (!measurement->disturbed) {
      clean_seconds.push_back(measurement->seconds);
      minima.push_back(Quantile(measurement->samples, 0));
      quartiles.push_back(Quantile(measurement->samples, 0.25));
      medians.push_back(Quantile(measurement->samples, 0.5));
      samples += static_cast<double>(measurement->samples.size());
    }
    rejected += measurement->rejected_samples;
  }
  const bool died = waitpid(neighbour, nullptr, WNOHANG) == neighbour;
  if (!died) {
    kill(neighbour, SIGKILL);
    waitpid(neighbour, nullptr, 0);
  }
  if (!status.ok()) return status;
  if (died) return absl::InternalError("the neighbour died; nothing was disturbed");
  std::cout << absl::StrFormat(
      "\n%d measurements in %.0f s\n"
      "coefficient of variation   %.2f %% (%.2f %% of the %d that had a clean sample)\n"
      "  of these: minimum %.2f %%, lower quartile %.2f %%, median %.2f %%\n"
      "fastest, slowest           %.3f us, %.3f us\n"
      "rejected samples           %.1f %%\n",
      seconds.size(), total.seconds(), VariationOf(seconds) * 100,
      VariationOf(clean_seconds) * 100, clean_seconds.size(), VariationOf(minima) * 100,
      VariationOf(quartiles) * 100, VariationOf(medians) * 100,
      *std::min_element(seconds.begin(), seconds.end()) * 1e6,
      *std::max_element(seconds.begin(), seconds.end()) * 1e6,
      rejected / std::max(1.0, rejected + samples) * 100);
  return absl::OkStatus();
}

}  // namespace
}  // namespace weft

int main(int argc, char** argv) {
  weft::Options options;
  CLI::App app("Variation of a measured time beside a neighbour that compiles");
  app.add_option("--program", options.program);
  app.add_option("--register-tile", options.register_tile,
                 "Sizes of the vectorize action; none: the program as it is")
      ->expected(0, 16);
  app.add_option("--measurements", options.measurements)->check(CLI::Range(2, 100000));
  app.add_option("--minutes", options.minutes)->check(CLI::Range(0.01, 10000.0));
  app.add_option("--period", options.period_seconds)->check(CLI::Range(0.1, 10000.0));
  app.add_option("--budget", options.settings.timing_budget_seconds);
  app.add_option("--cpu", options.settings.timing_cpu);
  app.add_option("--lease", options.settings.lease_path);
  CLI11_PARSE(app, argc, argv);
  const absl::Status status = weft::Run(options);
  if (status.ok()) return 0;
  std::cerr << "repeatability: " << status << "\n";
  return 1;
}
