#include "actor/search/search.h"

#include <algorithm>
#include <deque>
#include <limits>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "actor/search/openings.h"
#include "actor/search/plan.h"
#include "actor/search/strategy.h"

namespace weft {
namespace {

constexpr int kMaxBudget = 100'000;
constexpr int kMaxWorkers = 64;
// Schedules proposed before any of them is learned from. Not the number of workers, on
// which the outcome must not depend.
constexpr int kRound = 4;
// Whatever the budget is, so that a search that goes on with a larger one proposes
// what it proposed before.
constexpr size_t kMaxOpenings = 10;
// Plans played in vain for one schedule that was not tried before; then the search
// ends.
constexpr int kMaxRepeats = 64;

// An engine of its own for each proposal, so that a round's later proposals do not
// depend on how many random numbers the earlier ones took.
std::mt19937_64 EngineOf(uint64_t seed, int proposal) {
  std::seed_seq sequence{static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32),
                         static_cast<uint32_t>(proposal)};
  return std::mt19937_64(sequence);
}

class Search {
 public:
  Search(const std::string& program, const SearchOptions& options,
         const EnvironmentFactory& factory, Journal* journal, const SearchHooks& hooks,
         std::unique_ptr<Strategy> strategy)
      : program_(program),
        options_(options),
        hooks_(hooks),
        informed_(options.informed),
        journal_(journal),
        strategy_(std::move(strategy)),
        planner_(factory()),
        pool_(factory, options.workers) {}

  absl::StatusOr<SearchProgress> Run() {
    if (absl::Status status = AddOpenings(); !status.ok()) return status;
    while (progress_.trials < options_.budget && !progress_.exhausted) {
      if (Stopped()) {
        progress_.interrupted = true;
        break;
      }
      absl::StatusOr<std::vector<Schedule>> round = ProposeRound();
      if (!round.ok()) return round.status();
      absl::Status measured = MeasureRound(*round);
      if (!measured.ok()) return measured;
    }
    if (options_.take_best_known && !progress_.interrupted) {
      if (absl::Status status = TakeBestKnown(); !status.ok()) return status;
    }
    return progress_;
  }

 private:
  // After what the caller wants tried, and unless chance alone is to decide.
  absl::Status AddOpenings() {
    for (const Schedule& schedule : options_.first) {
      first_.push_back({schedule, Completion::kEnd});
    }
    if (options_.strategy == "random") return absl::OkStatus();
    const absl::StatusOr<Observation> initial = planner_->Reset(program_);
    if (!initial.ok()) return initial.status();
    for (Plan& plan : Openings(*initial, options_.informed, kMaxOpenings)) {
      first_.push_back(std::move(plan));
    }
    return absl::OkStatus();
  }

  // Played like a proposal, so that what is no longer legal becomes legal.
  absl::Status TakeBestKnown() {
    if (const auto initial = planner_->Reset(program_); !initial.ok()) {
      return initial.status();
    }
    const std::optional<Schedule> known = planner_->BestKnown();
    if (!known) return absl::OkStatus();
    std::mt19937_64 random = EngineOf(options_.seed, proposals_++);
    absl::StatusOr<Schedule> schedule = PlaySchedule(
        *planner_, program_, {*known, Completion::kEnd}, informed_, random);
    if (!schedule.ok()) return schedule.status();
    if (!tried_.insert(ToString(*schedule)).second) return absl::OkStatus();
    return MeasureRound({*schedule});
  }

  bool Stopped() const { return hooks_.stop && hooks_.stop(); }

  absl::StatusOr<std::vector<Schedule>> ProposeRound() {
    std::vector<Schedule> round;
    const int wanted = std::min(kRound, options_.budget - progress_.trials);
    int repeats = 0;
    while (static_cast<int>(round.size()) < wanted && repeats < kMaxRepeats) {
      std::mt19937_64 random = EngineOf(options_.seed, proposals_++);
      Plan plan;
      if (first_.empty()) {
        plan = strategy_->Propose(random);
      } else {
        plan = std::move(first_.front());
        first_.pop_front();
      }
      absl::StatusOr<Schedule> schedule =
          PlaySchedule(*planner_, program_, plan, informed_, random);
      if (!schedule.ok()) return schedule.status();
      if (tried_.insert(ToString(*schedule)).second) {
        round.push_back(*std::move(schedule));
        repeats = 0;
      } else {
        ++repeats;
      }
    }
    progress_.exhausted = static_cast<int>(round.size()) < wanted;
    return round;
  }

  absl::Status MeasureRound(const std::vector<Schedule>& round) {
    std::vector<std::optional<EpisodeResult>> results(round.size());
    std::vector<Schedule> unknown;
    std::vector<size_t> positions;
    for (size_t i = 0; i < round.size(); ++i) {
      const EpisodeResult* found =
          journal_ == nullptr ? nullptr : journal_->Find(round[i]);
      if (found != nullptr) {
        results[i] = *found;
        Tell({round[i], *found, true});
      } else {
        unknown.push_back(round[i]);
        positions.push_back(i);
      }
    }
    absl::Status status;
    pool_.Measure(
        program_, unknown, [&] { return !status.ok() || Stopped(); },
        [&](size_t index, const absl::StatusOr<EpisodeResult>& result) {
          if (!result.ok()) {
            status.Update(result.status());
            return;
          }
          // A lost worker says nothing about the schedule: a resumed search tries it.
          if (journal_ != nullptr &&
              result->measurement.outcome != Outcome::kWorkerLost) {
            status.Update(journal_->Append(unknown[index], *result));
          }
          results[positions[index]] = *result;
          Tell({unknown[index], *result, result->measurement.cached});
        });
    for (size_t i = 0; i < round.size(); ++i) {
      if (results[i]) Learn(round[i], *results[i]);
    }
    return status;
  }

  void Tell(Trial trial) {
    const EpisodeResult& result = trial.result;
    const Measurement& measurement = result.measurement;
    ++progress_.trials;
    if (trial.reused) ++progress_.reused;
    ++progress_.outcomes[static_cast<int>(measurement.outcome)];
    progress_.unscheduled_seconds = result.unscheduled_seconds;
    const bool improved =
        measurement.outcome == Outcome::kOk &&
        (!progress_.best ||
         measurement.seconds < progress_.best->result.measurement.seconds);
    if (improved) progress_.best = trial;
    if (hooks_.on_trial) hooks_.on_trial(progress_, trial, improved);
  }

  void Learn(const Schedule& schedule, const EpisodeResult& result) {
    const bool ok = result.measurement.outcome == Outcome::kOk;
    strategy_->Learn(schedule, ok ? result.measurement.seconds
                                  : std::numeric_limits<double>::infinity());
  }

  const std::string& program_;
  const SearchOptions& options_;
  const SearchHooks& hooks_;
  const InformedPolicy informed_;
  Journal* const journal_;
  const std::unique_ptr<Strategy> strategy_;
  const std::unique_ptr<Environment> planner_;
  MeasuringPool pool_;
  std::set<std::string> tried_;
  int proposals_ = 0;
  std::deque<Plan> first_;  // What is proposed before the strategy's own.
  SearchProgress progress_;
};

}  // namespace

absl::Status SearchOptions::Validate() const {
  if (budget < 1 || budget > kMaxBudget) {
    return absl::InvalidArgumentError(
        absl::StrCat("budget must be 1 to ", kMaxBudget, ", got ", budget));
  }
  if (workers < 1 || workers > kMaxWorkers) {
    return absl::InvalidArgumentError(
        absl::StrCat("workers must be 1 to ", kMaxWorkers, ", got ", workers));
  }
  return MakeStrategy(strategy, budget).status();
}

absl::StatusOr<SearchProgress> RunSearch(const std::string& program,
                                         const SearchOptions& options,
                                         const EnvironmentFactory& factory,
                                         Journal* journal, const SearchHooks& hooks) {
  if (absl::Status status = options.Validate(); !status.ok()) return status;
  absl::StatusOr<std::unique_ptr<Strategy>> strategy =
      MakeStrategy(options.strategy, options.budget);
  if (!strategy.ok()) return strategy.status();
  Search search(program, options, factory, journal, hooks, *std::move(strategy));
  return search.Run();
}

}  // namespace weft
