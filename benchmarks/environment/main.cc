// environment-bench: steps, compilations and measurements per second of one
// environment, and whether its worker's memory stays flat.
//
// Run it with nothing beside it; what else the machine did is part of the result.

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "actor/environment/baseline_cache.h"
#include "actor/environment/suite.h"
#include "actor/environment/worker_environment.h"
#include "actor/environment/worker_startup.h"
#include "actor/worker/measure/cpu_signals.h"
#include "benchmarks/environment/figures.h"
#include "common/process/child_process.h"

namespace weft {
namespace {

// What a worker of any number of schedules may grow by once it has seen every program.
constexpr double kFlatBytes = 4e6;

struct Arguments {
  std::string suite = "datasets/suites/quickstart";
  std::string matmul = "datasets/suites/schedules/mm512.mlir";
  std::string json;
  int schedules = 2000;
  int repetitions = 10;
  double step_seconds = 20;
  uint64_t seed = 1;
  MeasureOptions measure;
};

struct Figures {
  StepFigures steps;
  MeasureFigures packed;
  MeasureFigures random;
  double load = 0;      // Average of one minute, at the start.
  double pressure = 0;  // Share of the run during which a task waited for a CPU.
};

absl::StatusOr<WorkerEnvironmentOptions> PrepareOptions(const Arguments& arguments) {
  WorkerEnvironmentOptions options;
  options.worker_path = ExecutableFolder() + "/weft-worker";
  options.measure = arguments.measure;
  options.measure.timing_cpu = ResolveTimingCpu(arguments.measure.timing_cpu);
  WorkerClient worker(options.worker_path);
  if (absl::Status status = worker.Start(); !status.ok()) return status;
  const absl::StatusOr<Machine> machine = ProbeMachine(worker, options.measure);
  if (!machine.ok()) return machine.status();
  options.machine = machine->model;
  return options;
}

absl::StatusOr<Figures> Measure(const Arguments& arguments) {
  absl::StatusOr<Suite> suite = LoadSuite(arguments.suite);
  if (!suite.ok()) return suite.status();
  const absl::StatusOr<SuiteProgram> matmul = ReadProgram(arguments.matmul);
  if (!matmul.ok()) return matmul.status();
  const Suite packed_suite{{*matmul}};
  const absl::StatusOr<WorkerEnvironmentOptions> options = PrepareOptions(arguments);
  if (!options.ok()) return options.status();
  BaselineCache baselines;
  WorkerEnvironment environment(*options, &*suite, &baselines);
  BaselineCache packed_baselines;
  WorkerEnvironment packed_environment(*options, &packed_suite, &packed_baselines);
  const std::vector<std::string> programs = suite->names();

  Figures figures;
  getloadavg(&figures.load, 1);
  const CpuPressure pressure;
  auto steps =
      PlayRandom(environment, programs, arguments.step_seconds, arguments.seed);
  if (!steps.ok()) return steps.status();
  figures.steps = *std::move(steps);
  auto packed = MeasureRepeatedly(packed_environment, matmul->name,
                                  PackedMatmulSchedules(), arguments.repetitions);
  if (!packed.ok()) return packed.status();
  figures.packed = *std::move(packed);
  auto random =
      MeasureRandom(environment, programs, arguments.schedules, arguments.seed);
  if (!random.ok()) return random.status();
  figures.random = *std::move(random);
  figures.pressure = pressure.Share();
  return figures;
}

std::string Line(const char* what, const Spread& spread) {
  return absl::StrFormat("  %-22s median %7.1f ms   p90 %7.1f ms\n", what,
                         spread.median * 1e3, spread.p90 * 1e3);
}

std::string Table(const Figures& figures) {
  std::string text = absl::StrFormat(
      "env steps              %.0f a second (%d steps, %d resets)\n",
      figures.steps.steps_per_second(), figures.steps.steps, figures.steps.episodes);
  absl::StrAppend(&text, Line("step", figures.steps.step));
  absl::StrAppend(&text, "packed matmul\n", Line("compile", figures.packed.compile),
                  Line("check", figures.packed.check),
                  Line("timing", figures.packed.timing),
                  Line("episode", figures.packed.episode));
  absl::StrAppend(&text,
                  absl::StrFormat("random schedules       %.2f measured a second\n",
                                  figures.random.measured_per_second()));
  for (const auto& [outcome, count] : figures.random.outcomes) {
    absl::StrAppend(&text, absl::StrFormat("  %-22s %d\n", outcome, count));
  }
  absl::StrAppend(&text, Line("compile", figures.random.compile),
                  Line("timing", figures.random.timing),
                  Line("episode", figures.random.episode));
  absl::StrAppend(
      &text,
      absl::StrFormat("  %-22s %d\n", "without clean time", figures.random.disturbed),
      absl::StrFormat("worker                 %.1f MB after the first, %.1f MB at the "
                      "end, %+.1f MB since the middle\n",
                      figures.random.resident_bytes.front() / 1e6,
                      figures.random.resident_bytes.back() / 1e6,
                      figures.random.growth_bytes() / 1e6),
      absl::StrFormat(
          "machine                load %.1f at the start; a task waited for "
          "a CPU in %.0f %% of the time\n",
          figures.load, figures.pressure * 100));
  return text;
}

absl::Status WriteJson(const std::string& path, const Figures& figures) {
  const nlohmann::json json = {{"steps", ToJson(figures.steps)},
                               {"packed_matmul", ToJson(figures.packed)},
                               {"random", ToJson(figures.random)},
                               {"load", figures.load},
                               {"cpu_pressure", figures.pressure}};
  std::ofstream out(path, std::ios::trunc);
  out << json.dump(2) << "\n";
  return out.flush() ? absl::OkStatus()
                     : absl::UnavailableError(absl::StrCat("cannot write ", path));
}

absl::Status Run(const Arguments& arguments) {
  const absl::StatusOr<Figures> figures = Measure(arguments);
  if (!figures.ok()) return figures.status();
  std::cout << Table(*figures);
  if (!arguments.json.empty()) {
    if (auto written = WriteJson(arguments.json, *figures); !written.ok())
      return written;
  }
  if (figures->random.worker_restarts > 0) {
    return absl::FailedPreconditionError(absl::StrFormat(
        "the worker was replaced %d times: its memory says nothing about its growth",
        figures->random.worker_restarts));
  }
  const double growth = figures->random.growth_bytes();
  if (growth <= kFlatBytes) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrFormat(
      "the second half of the schedules took %.1f MB of memory, at most %.0f MB are "
      "allowed",
      growth / 1e6, kFlatBytes / 1e6));
}

int BenchMain(int argc, char** argv) {
  Arguments arguments;
  arguments.measure.lease_timeout_seconds = 300;
  arguments.measure.timing_budget_seconds = 0.05;
  CLI::App app(
      "Steps, compilations and measured schedules per second of one environment, and "
      "its worker's memory over many schedules.",
      "environment-bench");
  app.add_option("--suite", arguments.suite, "Folder of single-operation programs")
      ->capture_default_str();
  app.add_option("--matmul", arguments.matmul, "Matmul to pack")->capture_default_str();
  app.add_option("--schedules", arguments.schedules, "Random schedules to measure")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  app.add_option("--repetitions", arguments.repetitions,
                 "Measurements of each packed matmul")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  app.add_option("--step-seconds", arguments.step_seconds,
                 "How long to play episodes without measuring")
      ->check(CLI::Range(0.1, 3600.0))
      ->capture_default_str();
  app.add_option("--timing-budget", arguments.measure.timing_budget_seconds,
                 "Seconds for which a kernel is repeated")
      ->check(CLI::Range(0.001, 60.0))
      ->capture_default_str();
  app.add_option("--lease", arguments.measure.lease_path, "Of the timings")
      ->capture_default_str();
  app.add_option("--seed", arguments.seed, "Of every random choice")
      ->capture_default_str();
  app.add_option("--json", arguments.json, "Also write the figures to this file");
  CLI11_PARSE(app, argc, argv);
  const absl::Status status = Run(arguments);
  if (status.ok()) return 0;
  std::fprintf(stderr, "environment-bench: %s\n", status.ToString().c_str());
  return 1;
}

}  // namespace
}  // namespace weft

int main(int argc, char** argv) { return weft::BenchMain(argc, argv); }
