// How many schedules a worker measures in a second, and whether its memory stays flat.
//
// Random legal schedules of a suite's programs, one after another, on one worker. Run
// it with nothing beside it; what else the machine did is printed with the result.
#include <algorithm>
#include <fstream>
#include <iostream>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"
#include "absl/strings/str_format.h"
#include "actor/environment/suite.h"
#include "actor/worker/measure/cpu_signals.h"
#include "actor/worker/measure/stopwatch.h"
#include "actor/worker/server/worker_session.h"
#include "common/policy/policy.h"

namespace weft {
namespace {

struct Options {
  std::string suite = "datasets/suites/quickstart";
  int schedules = 2000;
  uint64_t seed = 1;
  MeasureSettings settings;
};

double ResidentMegabytes() {
  std::ifstream file("/proc/self/statm");
  double total = 0;
  double resident = 0;
  file >> total >> resident;
  return resident * 4096 / 1e6;
}

double Quantile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[static_cast<size_t>(share * static_cast<double>(values.size() - 1))];
}

struct Tally {
  std::map<std::string, int> outcomes;
  std::vector<double> compile_seconds;  // Of schedules that compiled.
  std::vector<double> wall_seconds;     // From the first action to the result.
  std::vector<double> resident;         // Megabytes after every schedule.
  int disturbed = 0;
};

// One random episode; the outcome goes to `tally`. An error when the worker is at
// fault.
absl::Status MeasureOne(WorkerSession* session, const MeasureSettings& settings,
                        std::mt19937_64* random, Tally* tally) {
  const RandomPolicy policy;
  const Stopwatch wall;
  absl::StatusOr<Observation> observation = session->Reset();
  if (!observation.ok()) return observation.status();
  for (bool done = false; !done;) {
    const Action action =
        policy.Decide(*observation, Selection::kSample, *random).action;
    absl::StatusOr<WorkerSession::Progress> progress = session->Step(action);
    if (absl::IsAborted(progress.status())) {
      ++tally->outcomes[OutcomeName(Outcome::kTransformFailed)];
      return absl::OkStatus();
    }
    if (!progress.ok()) return progress.status();
    observation = std::move(progress->observation);
    done = progress->done;
  }
  absl::StatusOr<Measurement> measurement = session->MeasureSchedule(settings);
  if (!measurement.ok()) return measurement.status();
  ++tally->outcomes[OutcomeName(measurement->outcome)];
  if (measurement->outcome == Outcome::kOk) {
    tally->compile_seconds.push_back(measurement->compile_seconds);
    tally->wall_seconds.push_back(wall.seconds());
    tally->disturbed += measurement->disturbed ? 1 : 0;
  }
  return absl::OkStatus();
}

void Print(const Tally& tally, double seconds, double pressure) {
  const size_t measured = tally.wall_seconds.size();
  std::cout << absl::StrFormat("schedules          %d in %.0f s\n",
                               tally.resident.size(), seconds);
  for (const auto& [outcome, count] : tally.outcomes) {
    std::cout << absl::StrFormat("  %-17s%d\n", outcome, count);
  }
  std::cout << absl::StrFormat("measured           %.2f a second\n",
                               static_cast<double>(measured) / seconds)
            << absl::StrFormat("compile            median %.1f ms, p90 %.1f ms\n",
                               Quantile(tally.compile_seconds, 0.5) * 1e3,
                               Quantile(tally.compile_seconds, 0.9) * 1e3)
            << absl::StrFormat("whole episode      median %.1f ms, p90 %.1f ms\n",
                               Quantile(tally.wall_seconds, 0.5) * 1e3,
                               Quantile(tally.wall_seconds, 0.9) * 1e3)
            << absl::StrFormat("without clean time %d\n", tally.disturbed);
  if (!tally.resident.empty()) {
    std::cout << absl::StrFormat(
        "memory             %.1f MB after a tenth, %.1f MB at the end\n",
        tally.resident[tally.resident.size() / 10], tally.resident.back());
  }
  std::cout << absl::StrFormat(
      "machine            a task waited for a CPU in %.0f %% "
      "of the time\n",
      pressure * 100);
}

// What a worker of any number of schedules may grow by once it has seen every program.
constexpr double kFlatMegabytes = 4;

absl::Status CheckFlat(const std::vector<double>& resident) {
  const double growth = resident.back() - resident[resident.size() / 2];
  if (growth <= kFlatMegabytes) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrFormat(
      "the second half of the schedules took %.1f MB of memory, at most %.0f MB are "
      "allowed",
      growth, kFlatMegabytes));
}

absl::Status Run(const Options& options) {
  absl::StatusOr<Suite> suite = LoadSuite(options.suite);
  if (!suite.ok()) return suite.status();
  WorkerSession session;
  auto machine =
      session.ProbeMachine(options.settings.lease_path, options.settings.timing_cpu);
  if (!machine.ok()) return machine.status();
  std::mt19937_64 random(options.seed);
  Tally tally;
  const CpuPressure pressure;
  const Stopwatch total;
  const size_t per_program =
      (static_cast<size_t>(options.schedules) + suite->programs.size() - 1) /
      suite->programs.size();
  // Twice through the suite, so that the second half of the memory's course has no
  // program that the first half had not.
  const size_t per_visit = (per_program + 1) / 2;
  for (size_t visit = 0; visit < 2 * suite->programs.size(); ++visit) {
    const SuiteProgram& program = suite->programs[visit % suite->programs.size()];
    auto loaded = session.LoadProgram(program.name, program.source);
    if (!loaded.ok()) return loaded.status();
    for (size_t i = 0; i < per_visit; ++i) {
      if (tally.resident.size() >= static_cast<size_t>(options.schedules)) break;
      absl::Status status = MeasureOne(&session, options.settings, &random, &tally);
      if (!status.ok()) return status;
      tally.resident.push_back(ResidentMegabytes());
    }
  }
  Print(tally, total.seconds(), pressure.Share());
  return CheckFlat(tally.resident);
}

}  // namespace
}  // namespace weft

int main(int argc, char** argv) {
  weft::Options options;
  options.settings.timing_budget_seconds = 0.05;
  CLI::App app("Measured schedules per second and core, and memory over many of them");
  app.add_option("--suite", options.suite, "Folder of programs");
  app.add_option("--schedules", options.schedules)->check(CLI::Range(1, 1000000));
  app.add_option("--seed", options.seed);
  app.add_option("--budget", options.settings.timing_budget_seconds,
                 "Seconds of timing per schedule");
  app.add_option("--lease", options.settings.lease_path);
  CLI11_PARSE(app, argc, argv);
  const absl::Status status = weft::Run(options);
  if (status.ok()) return 0;
  std::cerr << "throughput: " << status << "\n";
  return 1;
}
