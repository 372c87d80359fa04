// schedules-bench: the best schedules that a search finds against LibTorch, the
// unscheduled code and the machine's peak, measured in one run.

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "actor/search/best_file.h"
#include "actor/search/plan.h"
#include "actor/search/search.h"
#include "actor/search/search_target.h"
#include "actor/search/strategy.h"
#include "actor/worker/measure/probe_machine.h"
#include "benchmarks/schedules/comparison.h"
#include "benchmarks/schedules/torch_rival.h"
#include "common/process/child_process.h"
#include "common/store/local_store.h"

namespace weft {
namespace {

// The 21 programs of single operations and short chains. The suite's networks are for
// `weft optimize`, which cuts them into tasks.
constexpr const char* kPrograms[] = {
    "mm512",       "mm1024",       "mm128x3072x768", "mm256x2048x1000",
    "bmm",         "conv3_nhwc",   "conv3_nchw",     "conv1_nhwc",
    "conv1_nchw",  "conv3s2_nhwc", "dw3_nhwc",       "dw3_nchw",
    "mbr",         "add",          "relu",           "transpose",
    "softmax",     "pool3_nhwc",   "pool3_nchw",     "pool2s2_nhwc",
    "pool2s2_nchw"};

// Ours, LibTorch and the peak take turns this often, so that a disturbance of a few
// seconds does not fall on one of them alone.
constexpr int kRounds = 4;
// Enough for a pooling that takes 20 ms a call, three variants and the lease.
constexpr absl::Duration kTorchTimeout = absl::Minutes(6);

struct Arguments {
  std::string suite = "datasets/suites/schedules";
  std::string output = "runs/bench-schedules";
  std::string json;
  std::vector<std::string> programs;
  double timing_budget = 0.3;
  MeasureOptions measure;
  SearchOptions search;
};

class Benchmark {
 public:
  explicit Benchmark(const Arguments& arguments) : arguments_(arguments) {}

  absl::Status Start() {
    std::error_code error;
    std::filesystem::create_directories(arguments_.output, error);
    SqliteStoreOptions options;
    options.path = arguments_.output + "/store.sqlite";
    absl::StatusOr<std::unique_ptr<LocalStore>> store = LocalStore::Open(options);
    if (!store.ok()) return store.status();
    store_ = *std::move(store);
    // OpenBLAS's own choice of kernels is a rival of its own where the environment
    // makes another.
    for (const bool keep : {true, false}) {
      if (!keep && std::getenv("OPENBLAS_CORETYPE") == nullptr) continue;
      TorchRivalOptions rival;
      rival.path = ExecutableFolder() + "/schedules-torch";
      rival.threads = arguments_.measure.threads;
      rival.cpu = ResolveTimingCpu(arguments_.measure.timing_cpu);
      rival.lease_path = arguments_.measure.lease_path;
      rival.keep_openblas_settings = keep;
      absl::StatusOr<std::unique_ptr<TorchRival>> started = TorchRival::Start(rival);
      if (!started.ok()) return started.status();
      rivals_.push_back({keep ? "" : ", OpenBLAS's own kernels", *std::move(started)});
    }
    return absl::OkStatus();
  }

  ComparisonRow Run(const std::string& program) {
    ComparisonRow row;
    row.program = program;
    row.threads = arguments_.measure.threads;
    if (absl::Status status = Fill(&row); !status.ok()) {
      row.problem = std::string(status.message());
    }
    return row;
  }

 private:
  struct Rival {
    std::string note;
    std::unique_ptr<TorchRival> process;
  };

  absl::StatusOr<std::unique_ptr<SearchTarget>> Open(const std::string& program,
                                                     ScheduleStore* store) {
    SearchTargetOptions options;
    options.worker_path = ExecutableFolder() + "/weft-worker";
    options.measure = arguments_.measure;
    options.store = store;
    return SearchTarget::Open(absl::StrCat(arguments_.suite, "/", program, ".mlir"),
                              options);
  }

  absl::Status Fill(ComparisonRow* row) {
    absl::StatusOr<std::unique_ptr<SearchTarget>> target =
        Open(row->program, store_.get());
    if (!target.ok()) return target.status();
    SearchOptions options = arguments_.search;
    options.informed.machine = (*target)->machine().model;
    options.informed.threads = row->threads;
    const absl::StatusOr<SearchProgress> found =
        RunSearch(row->program, options, (*target)->factory(), nullptr, {});
    if (!found.ok()) return found.status();
    row->measurements = found->trials;
    row->unscheduled_us = found->unscheduled_seconds * 1e6;
    Schedule schedule = {Action{}};
    if (found->best) {
      schedule = found->best->schedule;
      const std::string path =
          absl::StrCat(arguments_.output, "/", row->program, ".mlir");
      if (absl::Status status = WriteBestFile(path, **target, *found); !status.ok()) {
        return status;
      }
    }
    row->schedule = ToString(schedule);
    return Compare(schedule, row);
  }

  // Times again, in turns and without the store, what the search found.
  absl::Status Compare(const Schedule& schedule, ComparisonRow* row) {
    absl::StatusOr<std::unique_ptr<SearchTarget>> target = Open(row->program, nullptr);
    if (!target.ok()) return target.status();
    const std::unique_ptr<Environment> environment = (*target)->factory()();
    double peak = 0;
    for (int round = 0; round < kRounds; ++round) {
      absl::StatusOr<EpisodeResult> ours =
          MeasureSchedule(*environment, row->program, schedule);
      if (!ours.ok()) return ours.status();
      const Measurement& measurement = ours->measurement;
      if (measurement.outcome == Outcome::kOk) {
        KeepFaster(measurement.seconds * 1e6, &row->best_us);
        KeepFaster(ours->unscheduled_seconds * 1e6, &row->unscheduled_us);
      } else {
        row->problem =
            absl::StrCat(OutcomeName(measurement.outcome), ": ", measurement.message);
      }
      if (absl::Status status = TimeRivals(row); !status.ok()) return status;
      const absl::StatusOr<MachineModel> machine = ProbeMachine(
          arguments_.measure.lease_path, arguments_.measure.lease_timeout_seconds,
          ResolveTimingCpu(arguments_.measure.timing_cpu));
      if (!machine.ok()) return machine.status();
      peak = std::max(peak, machine->peak_flops);
    }
    if (row->best_us <= 0) return absl::OkStatus();
    row->gflops = (*target)->flops() / row->best_us / 1e3;
    row->gbps = (*target)->bytes() / row->best_us / 1e3;
    row->peak_fraction = row->gflops * 1e9 / (peak * row->threads);
    return absl::OkStatus();
  }

  static void KeepFaster(double microseconds, double* fastest) {
    if (*fastest <= 0 || microseconds < *fastest) *fastest = microseconds;
  }

  absl::Status TimeRivals(ComparisonRow* row) {
    for (const Rival& rival : rivals_) {
      const absl::StatusOr<nlohmann::json> answer =
          rival.process->Time(row->program, arguments_.timing_budget, kTorchTimeout);
      if (!answer.ok()) return answer.status();
      if (answer->contains("wrong")) {
        std::fprintf(stderr, "%s: LibTorch computes it wrong%s: %s\n",
                     row->program.c_str(), rival.note.c_str(),
                     (*answer)["wrong"].dump().c_str());
      }
      const double microseconds = answer->value("best_us", 0.0);
      if (microseconds <= 0) continue;
      if (row->libtorch_us <= 0 || microseconds < row->libtorch_us) {
        row->libtorch_us = microseconds;
        row->libtorch_variant = absl::StrCat(answer->value("variant", ""), rival.note);
      }
    }
    return absl::OkStatus();
  }

  const Arguments& arguments_;
  std::unique_ptr<LocalStore> store_;
  std::vector<Rival> rivals_;
};

// Rewritten after every program: a run that is cut short leaves what it has.
bool WriteJson(const std::string& path, const std::vector<ComparisonRow>& rows) {
  nlohmann::json json = nlohmann::json::array();
  for (const ComparisonRow& row : rows) json.push_back(ToJson(row));
  std::ofstream out(path, std::ios::trunc);
  out << json.dump(2) << "\n";
  return out.good();
}

std::string LoadAverage() {
  double load = 0;
  return getloadavg(&load, 1) == 1 ? absl::StrCat(load) : "unknown";
}

int Run(Arguments arguments) {
  if (arguments.programs.empty()) {
    arguments.programs.assign(std::begin(kPrograms), std::end(kPrograms));
  }
  std::fprintf(stderr, "load average at the start: %s\n", LoadAverage().c_str());
  Benchmark benchmark(arguments);
  if (absl::Status status = benchmark.Start(); !status.ok()) {
    std::fprintf(stderr, "schedules-bench: %s\n", status.ToString().c_str());
    return 1;
  }
  std::vector<ComparisonRow> rows;
  bool complete = true;
  for (const std::string& program : arguments.programs) {
    rows.push_back(benchmark.Run(program));
    const ComparisonRow& row = rows.back();
    std::fprintf(stderr, "%s: ours %.1f us, LibTorch %.1f us (%s), load %s %s\n",
                 program.c_str(), row.best_us, row.libtorch_us,
                 row.libtorch_variant.c_str(), LoadAverage().c_str(),
                 row.problem.c_str());
    complete &= row.ratio() > 0;
    if (!arguments.json.empty() && !WriteJson(arguments.json, rows)) {
      std::fprintf(stderr, "schedules-bench: cannot write %s\n",
                   arguments.json.c_str());
      return 1;
    }
  }
  std::fputs(ComparisonTable(rows).c_str(), stdout);
  return complete ? 0 : 1;
}

int BenchMain(int argc, char** argv) {
  Arguments arguments;
  arguments.search.workers = 2;
  arguments.measure.lease_timeout_seconds = 300;
  CLI::App app(
      "Searches a schedule for each program of the suite and times it in turns with "
      "LibTorch.",
      "schedules-bench");
  app.add_option("PROGRAM", arguments.programs, "Names in the suite (all 21)");
  app.add_option("--budget", arguments.search.budget, "Measurements per program")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  app.add_option("--strategy", arguments.search.strategy)
      ->check(CLI::IsMember(StrategyNames()))
      ->capture_default_str();
  app.add_option("--seed", arguments.search.seed)->capture_default_str();
  app.add_option("--threads", arguments.measure.threads)
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  app.add_option("--suite", arguments.suite)->capture_default_str();
  app.add_option(
         "-o,--output", arguments.output,
         "Folder of the best schedules and of the store, which a second run asks")
      ->capture_default_str();
  app.add_option("--json", arguments.json, "Also write the rows to this file");
  CLI11_PARSE(app, argc, argv);
  return Run(std::move(arguments));
}

}  // namespace
}  // namespace weft

int main(int argc, char** argv) { return weft::BenchMain(argc, argv); }
