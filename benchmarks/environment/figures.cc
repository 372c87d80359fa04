#include "benchmarks/environment/figures.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/policy/policy.h"
#include "common/schedule/trajectory.h"
#include "common/time/stopwatch.h"

namespace weft {
namespace {

// 0 while there is no worker.
double ResidentBytes(pid_t worker) {
  std::ifstream file(absl::StrCat("/proc/", worker, "/statm"));
  double total = 0;
  double resident = 0;
  file >> total >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

// The times of the measurements so far.
class Tally {
 public:
  void Add(const EpisodeResult& result, double episode_seconds) {
    const Measurement& measurement = result.measurement;
    ++figures_.outcomes[OutcomeName(measurement.outcome)];
    if (measurement.outcome != Outcome::kOk) return;
    figures_.disturbed += measurement.disturbed ? 1 : 0;
    compile_.push_back(measurement.compile_seconds);
    check_.push_back(measurement.check_seconds);
    timing_.push_back(measurement.timing_seconds);
    lease_wait_.push_back(measurement.lease_wait_seconds);
    episode_.push_back(episode_seconds);
  }
  void AddResident(double bytes) { figures_.resident_bytes.push_back(bytes); }

  MeasureFigures Finish() {
    figures_.seconds = total_.seconds();
    figures_.compile = SpreadOf(std::move(compile_));
    figures_.check = SpreadOf(std::move(check_));
    figures_.timing = SpreadOf(std::move(timing_));
    figures_.lease_wait = SpreadOf(std::move(lease_wait_));
    figures_.episode = SpreadOf(std::move(episode_));
    return std::move(figures_);
  }

 private:
  const Stopwatch total_;
  MeasureFigures figures_;
  std::vector<double> compile_;
  std::vector<double> check_;
  std::vector<double> timing_;
  std::vector<double> lease_wait_;
  std::vector<double> episode_;
};

// From the reset to the end of the episode; the seconds of every step go to `steps`.
absl::Status PlayEpisode(WorkerEnvironment& environment, const std::string& program,
                         std::mt19937_64& random, std::vector<double>* steps) {
  const RandomPolicy policy;
  absl::StatusOr<Observation> observation = environment.Reset(program);
  while (observation.ok() && observation->mask.kinds != 0) {
    const Action action =
        policy.Decide(*observation, Selection::kSample, random).action;
    const Stopwatch step;
    observation = environment.Apply(action);
    if (steps != nullptr) steps->push_back(step.seconds());
  }
  return observation.status();
}

// Measures every program's baseline, which is no part of what is timed.
absl::Status Prepare(WorkerEnvironment& environment,
                     const std::vector<std::string>& programs) {
  for (const std::string& program : programs) {
    if (auto reset = environment.Reset(program); !reset.ok()) return reset.status();
  }
  return absl::OkStatus();
}

absl::Status Apply(WorkerEnvironment& environment, const std::string& program,
                   const Schedule& schedule) {
  if (auto reset = environment.Reset(program); !reset.ok()) return reset.status();
  for (const Action& action : schedule) {
    const absl::StatusOr<Observation> observation = environment.Apply(action);
    if (observation.ok()) continue;
    return absl::FailedPreconditionError(
        absl::StrCat(ToString(schedule), " on ", program, ": ",
                     absl::string_view(observation.status().message())));
  }
  return absl::OkStatus();
}

Action Sized(ActionKind kind, std::vector<int64_t> sizes) {
  Action action;
  action.kind = kind;
  action.sizes = std::move(sizes);
  return action;
}

Action Vectorized(std::vector<int64_t> sizes) {
  Action action = Sized(ActionKind::kVectorize, std::move(sizes));
  action.mode = VectorizeMode::kContract;
  return action;
}

Action Ordered(std::vector<int> order) {
  Action action;
  action.kind = ActionKind::kInterchange;
  action.order = std::move(order);
  return action;
}

nlohmann::json ToMilliseconds(const Spread& spread) {
  return {{"median", spread.median * 1e3}, {"p90", spread.p90 * 1e3}};
}

}  // namespace

Spread SpreadOf(std::vector<double> values) {
  if (values.empty()) return Spread();
  std::sort(values.begin(), values.end());
  const auto at = [&values](double share) {
    return values[static_cast<size_t>(share * static_cast<double>(values.size() - 1))];
  };
  return {at(0.5), at(0.9)};
}

double StepFigures::steps_per_second() const {
  return seconds > 0 ? static_cast<double>(steps) / seconds : 0;
}

int MeasureFigures::measured() const {
  const auto ok = outcomes.find(OutcomeName(Outcome::kOk));
  return ok == outcomes.end() ? 0 : ok->second;
}

double MeasureFigures::measured_per_second() const {
  return seconds > 0 ? measured() / seconds : 0;
}

double MeasureFigures::growth_bytes() const {
  if (resident_bytes.empty()) return 0;
  return resident_bytes.back() - resident_bytes[resident_bytes.size() / 2];
}

absl::StatusOr<StepFigures> PlayRandom(WorkerEnvironment& environment,
                                       const std::vector<std::string>& programs,
                                       double seconds, uint64_t seed) {
  absl::Status status = Prepare(environment, programs);
  if (!status.ok()) return status;
  std::mt19937_64 random(seed);
  std::vector<double> steps;
  StepFigures figures;
  const Stopwatch total;
  for (size_t i = 0; total.seconds() < seconds; ++i) {
    status = PlayEpisode(environment, programs[i % programs.size()], random, &steps);
    if (!status.ok()) return status;
    ++figures.episodes;
  }
  figures.seconds = total.seconds();
  figures.steps = static_cast<int64_t>(steps.size());
  figures.step = SpreadOf(std::move(steps));
  return figures;
}

absl::StatusOr<MeasureFigures> MeasureRandom(WorkerEnvironment& environment,
                                             const std::vector<std::string>& programs,
                                             int schedules, uint64_t seed) {
  absl::Status status = Prepare(environment, programs);
  if (!status.ok()) return status;
  std::mt19937_64 random(seed);
  Tally tally;
  const uint32_t restarts = environment.worker_restarts();
  for (int i = 0; i < schedules; ++i) {
    // A visit of several schedules: a worker holds one program at a time.
    const size_t visit = static_cast<size_t>(i) * 2 * programs.size() / schedules;
    const std::string& program = programs[visit % programs.size()];
    const Stopwatch episode;
    status = PlayEpisode(environment, program, random, nullptr);
    if (!status.ok()) return status;
    const absl::StatusOr<EpisodeResult> result = environment.Finish();
    if (!result.ok()) return result.status();
    tally.Add(*result, episode.seconds());
    tally.AddResident(ResidentBytes(environment.worker_pid()));
  }
  MeasureFigures figures = tally.Finish();
  figures.worker_restarts = static_cast<int>(environment.worker_restarts() - restarts);
  return figures;
}

absl::StatusOr<MeasureFigures> MeasureRepeatedly(WorkerEnvironment& environment,
                                                 const std::string& program,
                                                 const std::vector<Schedule>& schedules,
                                                 int repetitions) {
  absl::Status status = Prepare(environment, {program});
  if (!status.ok()) return status;
  Tally tally;
  for (int i = 0; i < repetitions; ++i) {
    for (const Schedule& schedule : schedules) {
      const Stopwatch episode;
      status = Apply(environment, program, schedule);
      if (!status.ok()) return status;
      const absl::StatusOr<EpisodeResult> result = environment.Finish();
      if (!result.ok()) return result.status();
      tally.Add(*result, episode.seconds());
    }
  }
  return tally.Finish();
}

std::vector<Schedule> PackedMatmulSchedules() {
  // Loops of the packed matmul: panels of m, n and k, then the insides of m and n.
  const Action pack = Sized(ActionKind::kPack, {4, 16, 0});
  const Action register_tile = Vectorized({1, 1, 1, 4, 16});
  return {
      {pack, register_tile},
      {pack, Ordered({1, 0, 2, 3, 4}), register_tile},
      {pack, Sized(ActionKind::kTile, {8, 16, 256, 0, 0}), register_tile},
      {pack, Sized(ActionKind::kTile, {0, 0, 256, 0, 0}), Vectorized({1, 1, 4, 4, 16})},
  };
}

nlohmann::json ToJson(const StepFigures& figures) {
  return {{"steps", figures.steps},
          {"episodes", figures.episodes},
          {"seconds", figures.seconds},
          {"steps_per_second", figures.steps_per_second()},
          {"step_ms", ToMilliseconds(figures.step)}};
}

nlohmann::json ToJson(const MeasureFigures& figures) {
  nlohmann::json json = {{"outcomes", figures.outcomes},
                         {"disturbed", figures.disturbed},
                         {"seconds", figures.seconds},
                         {"measured", figures.measured()},
                         {"measured_per_second", figures.measured_per_second()},
                         {"compile_ms", ToMilliseconds(figures.compile)},
                         {"check_ms", ToMilliseconds(figures.check)},
                         {"timing_ms", ToMilliseconds(figures.timing)},
                         {"lease_wait_ms", ToMilliseconds(figures.lease_wait)},
                         {"episode_ms", ToMilliseconds(figures.episode)}};
  if (!figures.resident_bytes.empty()) {
    json["worker_mb"] = {
        {"first", figures.resident_bytes.front() / 1e6},
        {"middle", figures.resident_bytes.back() / 1e6 - figures.growth_bytes() / 1e6},
        {"end", figures.resident_bytes.back() / 1e6},
        {"restarts", figures.worker_restarts}};
  }
  return json;
}

}  // namespace weft
