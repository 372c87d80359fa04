#include "benchmarks/schedules/schedule_benchmark.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "actor/search/best_file.h"
#include "actor/search/plan.h"
#include "actor/worker/measure/probe_machine.h"
#include "benchmarks/schedules/network_candidate.h"
#include "common/process/child_process.h"

namespace weft {
namespace {

// Ours, the unscheduled program, LibTorch and the peak take turns this often, so that a
// disturbance of a few seconds does not fall on one of them alone.
constexpr int kRounds = 6;
// Of each turn: for the schedule, the unscheduled program, and each variant of
// LibTorch.
constexpr double kTurnSeconds = 0.2;
// Enough for a pooling that takes 20 ms a call, three variants and the lease.
constexpr absl::Duration kTorchTimeout = absl::Minutes(6);

bool IsNetwork(const std::string& program) {
  return absl::StartsWith(program, "mlp") || absl::StartsWith(program, "convnet");
}

void KeepFaster(double microseconds, double* fastest) {
  if (*fastest <= 0 || microseconds < *fastest) *fastest = microseconds;
}

}  // namespace

const std::vector<std::string>& BenchmarkPrograms() {
  static const auto* const kPrograms = new std::vector<std::string>{
      "mm512",        "mm1024",       "mm128x3072x768", "mm256x2048x1000",
      "bmm",          "conv3_nhwc",   "conv3_nchw",     "conv1_nhwc",
      "conv1_nchw",   "conv3s2_nhwc", "dw3_nhwc",       "dw3_nchw",
      "mbr",          "add",          "relu",           "transpose",
      "softmax",      "pool3_nhwc",   "pool3_nchw",     "pool2s2_nhwc",
      "pool2s2_nchw", "mlp3",         "convnet10"};
  return *kPrograms;
}

absl::Status ScheduleBenchmark::Start() {
  std::error_code error;
  std::filesystem::create_directories(options_.output, error);
  SqliteStoreOptions options;
  options.path = options_.output + "/store.sqlite";
  absl::StatusOr<std::unique_ptr<LocalStore>> store = LocalStore::Open(options);
  if (!store.ok()) return store.status();
  store_ = *std::move(store);
  // OpenBLAS's own choice of kernels is a rival of its own where the environment
  // makes another.
  for (const bool keep : {true, false}) {
    if (!keep && std::getenv("OPENBLAS_CORETYPE") == nullptr) continue;
    TorchRivalOptions rival;
    rival.path = ExecutableFolder() + "/schedules-torch";
    rival.threads = options_.measure.threads;
    rival.cpu = ResolveTimingCpu(options_.measure.timing_cpu);
    rival.lease_path = options_.measure.lease_path;
    rival.keep_openblas_settings = keep;
    absl::StatusOr<std::unique_ptr<TorchRival>> started = TorchRival::Start(rival);
    if (!started.ok()) return started.status();
    rivals_.push_back({keep ? "" : ", OpenBLAS's own kernels", *std::move(started)});
  }
  return absl::OkStatus();
}

ComparisonRow ScheduleBenchmark::Run(const std::string& program) {
  ComparisonRow row;
  row.program = program;
  row.network = IsNetwork(program);
  row.threads = options_.measure.threads;
  if (absl::Status status = row.network ? FillNetwork(&row) : FillSingle(&row);
      !status.ok()) {
    row.problem = std::string(status.message());
  }
  return row;
}

absl::StatusOr<std::unique_ptr<SearchTarget>> ScheduleBenchmark::Open(
    const std::string& program, double timing_budget, ScheduleStore* store) {
  SearchTargetOptions options;
  options.worker_path = ExecutableFolder() + "/weft-worker";
  options.measure = options_.measure;
  options.measure.timing_budget_seconds = timing_budget;
  options.store = store;
  return SearchTarget::Open(absl::StrCat(options_.suite, "/", program, ".mlir"),
                            options);
}

absl::Status ScheduleBenchmark::FillSingle(ComparisonRow* row) {
  absl::StatusOr<std::unique_ptr<SearchTarget>> target =
      Open(row->program, options_.measure.timing_budget_seconds, store_.get());
  if (!target.ok()) return target.status();
  SearchOptions options = options_.search;
  options.informed.machine = (*target)->machine().model;
  options.informed.threads = row->threads;
  const absl::StatusOr<SearchProgress> found =
      RunSearch(row->program, options, (*target)->factory(), nullptr, {});
  if (!found.ok()) return found.status();
  row->measurements = found->trials;
  Schedule schedule = {Action{}};
  if (found->best) {
    schedule = found->best->schedule;
    const std::string path = absl::StrCat(options_.output, "/", row->program, ".mlir");
    if (absl::Status status = WriteBestFile(path, **target, *found); !status.ok()) {
      return status;
    }
  }
  row->schedule = ToString(schedule);
  // Without the store, which would answer instead of timing.
  target = Open(row->program, kTurnSeconds, nullptr);
  if (!target.ok()) return target.status();
  const std::unique_ptr<Environment> environment = (*target)->factory()();
  const TimeOurs time_ours = [&](ComparisonRow* timed) -> absl::Status {
    const Schedule unscheduled = {Action{}};
    const std::pair<const Schedule*, double*> turns[] = {
        {&schedule, &timed->best_us}, {&unscheduled, &timed->unscheduled_us}};
    for (const auto& [what, fastest] : turns) {
      absl::StatusOr<EpisodeResult> result =
          MeasureSchedule(*environment, timed->program, *what);
      if (!result.ok()) return result.status();
      const Measurement& measurement = result->measurement;
      if (measurement.outcome == Outcome::kOk) {
        KeepFaster(measurement.seconds * 1e6, fastest);
      } else {
        timed->problem =
            absl::StrCat(OutcomeName(measurement.outcome), ": ", measurement.message);
      }
    }
    return absl::OkStatus();
  };
  return Compare(time_ours, (*target)->flops(), (*target)->bytes(), row);
}

absl::Status ScheduleBenchmark::FillNetwork(ComparisonRow* row) {
  NetworkOptions options;
  options.path = absl::StrCat(options_.suite, "/", row->program, ".mlir");
  options.output_folder = absl::StrCat(options_.output, "/", row->program);
  options.search = options_.search;
  options.store = store_.get();
  options.measure = options_.measure;
  options.measure.timing_cpu = ResolveTimingCpu(options.measure.timing_cpu);
  options.final_measure = options.measure;
  options.final_measure.timing_budget_seconds = kTurnSeconds;
  absl::StatusOr<std::unique_ptr<NetworkCandidate>> network =
      NetworkCandidate::Search(options, row);
  if (!network.ok()) return network.status();
  const TimeOurs time_ours = [&](ComparisonRow* timed) -> absl::Status {
    absl::StatusOr<double> scheduled = (*network)->TimeScheduled();
    if (!scheduled.ok()) return scheduled.status();
    absl::StatusOr<double> unscheduled = (*network)->TimeUnscheduled();
    if (!unscheduled.ok()) return unscheduled.status();
    KeepFaster(*scheduled * 1e6, &timed->best_us);
    KeepFaster(*unscheduled * 1e6, &timed->unscheduled_us);
    return absl::OkStatus();
  };
  return Compare(time_ours, (*network)->flops(), (*network)->bytes(), row);
}

absl::Status ScheduleBenchmark::Compare(const TimeOurs& time_ours, double flops,
                                        double bytes, ComparisonRow* row) {
  double peak = 0;
  for (int round = 0; round < kRounds; ++round) {
    if (absl::Status status = time_ours(row); !status.ok()) return status;
    if (absl::Status status = TimeRivals(row); !status.ok()) return status;
    const absl::StatusOr<double> probed = ProbePeakFlops(
        options_.measure.lease_path, options_.measure.lease_timeout_seconds,
        ResolveTimingCpu(options_.measure.timing_cpu), 1e-6 * row->best_us);
    if (!probed.ok()) return probed.status();
    peak = std::max(peak, *probed);
  }
  if (row->best_us <= 0) return absl::OkStatus();
  row->gflops = flops / row->best_us / 1e3;
  row->gbps = bytes / row->best_us / 1e3;
  row->peak_fraction = row->gflops * 1e9 / (peak * row->threads);
  return absl::OkStatus();
}

absl::Status ScheduleBenchmark::TimeRivals(ComparisonRow* row) {
  for (const Rival& rival : rivals_) {
    const absl::StatusOr<nlohmann::json> answer =
        rival.process->Time(row->program, kTurnSeconds, kTorchTimeout);
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

}  // namespace weft
