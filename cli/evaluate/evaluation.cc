#include "cli/evaluate/evaluation.h"

#include <cmath>
#include <memory>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "actor/rollout/episode.h"
#include "actor/search/plan.h"

namespace weft {
namespace {

class Evaluator {
 public:
  Evaluator(const std::string& program, const EvaluationOptions& options,
            const EnvironmentFactory& factory, const std::function<bool()>& stop)
      : program_(program), options_(options), stop_(stop), environment_(factory()) {}

  absl::StatusOr<Judged> Play(const Policy& policy, Selection selection,
                              std::mt19937_64& random) {
    if (stop_()) return absl::CancelledError("interrupted");
    absl::StatusOr<Trajectory> episode =
        RunEpisode(*environment_, policy, program_, random, selection);
    if (!episode.ok()) return episode.status();
    unscheduled_seconds_ = episode->unscheduled_seconds;
    roofline_seconds_ = episode->roofline_seconds;
    return Judge(episode->measurement, episode->schedule());
  }

  // The schedule, with what is not legal here made legal.
  absl::StatusOr<Judged> PlayFixed(const Schedule& fixed, std::mt19937_64& random) {
    if (stop_()) return absl::CancelledError("interrupted");
    const InformedPolicy informed(options_.search.informed);
    const absl::StatusOr<Schedule> schedule = PlaySchedule(
        *environment_, program_, {fixed, Completion::kEnd}, informed, random);
    if (!schedule.ok()) return schedule.status();
    const absl::StatusOr<EpisodeResult> result =
        MeasureSchedule(*environment_, program_, *schedule);
    if (!result.ok()) return result.status();
    roofline_seconds_ = result->roofline_seconds;
    return Judge(result->measurement, *schedule);
  }

  Judged Judge(const Measurement& measurement, Schedule schedule) const {
    Judged judged;
    judged.outcome = measurement.outcome;
    judged.seconds = judged.ok()
                         ? measurement.seconds
                         : roofline_seconds_ * std::exp(-options_.failure_reward);
    judged.schedule = std::move(schedule);
    return judged;
  }

  double unscheduled_seconds() const { return unscheduled_seconds_; }
  double roofline_seconds() const { return roofline_seconds_; }

 private:
  const std::string& program_;
  const EvaluationOptions& options_;
  const std::function<bool()>& stop_;
  const std::unique_ptr<Environment> environment_;
  double unscheduled_seconds_ = 0;
  double roofline_seconds_ = 0;
};

bool IsBetter(const Judged& judged, const Judged& than) {
  if (judged.ok() != than.ok()) return judged.ok();
  return judged.seconds < than.seconds;
}

}  // namespace

absl::StatusOr<Judged> JudgeSchedule(const std::string& program,
                                     const Schedule& schedule,
                                     const EvaluationOptions& options,
                                     const EnvironmentFactory& factory) {
  const std::function<bool()> never = [] { return false; };
  std::mt19937_64 random(options.seed);
  return Evaluator(program, options, factory, never).PlayFixed(schedule, random);
}

absl::StatusOr<EvaluatedProgram> EvaluateProgram(const std::string& program,
                                                 const Policy& policy,
                                                 const Schedule& fixed,
                                                 const EvaluationOptions& options,
                                                 const EnvironmentFactory& factory,
                                                 const std::function<bool()>& stop) {
  EvaluatedProgram evaluated;
  evaluated.program = program;
  std::mt19937_64 random(options.seed);
  {
    Evaluator evaluator(program, options, factory, stop);
    absl::StatusOr<Judged> greedy = evaluator.Play(policy, Selection::kGreedy, random);
    if (!greedy.ok()) return greedy.status();
    evaluated.policy = *std::move(greedy);
    evaluated.unscheduled_seconds = evaluator.unscheduled_seconds();
    evaluated.roofline_seconds = evaluator.roofline_seconds();
    if (!fixed.empty()) {
      absl::StatusOr<Judged> judged = evaluator.PlayFixed(fixed, random);
      if (!judged.ok()) return judged.status();
      evaluated.fixed = *std::move(judged);
    }
    const RandomPolicy uniform;
    for (int i = 0; i < options.random_schedules; ++i) {
      absl::StatusOr<Judged> judged =
          evaluator.Play(uniform, Selection::kSample, random);
      if (!judged.ok()) return judged.status();
      if (!judged->ok()) ++evaluated.random_failures;
      if (i == 0 || IsBetter(*judged, evaluated.random)) evaluated.random = *judged;
    }
  }
  SearchHooks hooks;
  hooks.stop = stop;
  const absl::StatusOr<SearchProgress> progress =
      RunSearch(program, options.search, factory, nullptr, hooks);
  if (!progress.ok()) return progress.status();
  if (progress->interrupted) return absl::CancelledError("interrupted");
  if (!progress->best) {
    return absl::InternalError(absl::StrCat(program, ": no schedule of the search of ",
                                            progress->trials, " could be measured"));
  }
  evaluated.search.outcome = Outcome::kOk;
  evaluated.search.seconds = progress->best->result.measurement.seconds;
  evaluated.search.schedule = progress->best->schedule;
  evaluated.search_measurements = progress->trials;
  return evaluated;
}

}  // namespace weft
