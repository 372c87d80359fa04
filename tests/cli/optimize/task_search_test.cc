// What the search of one task hands to the assembly, however the search went.

#include "cli/optimize/task_search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>

#include "actor/environment/synthetic_environment.h"

namespace weft {
namespace {

using ::testing::HasSubstr;

constexpr int kBudget = 8;

using Change = std::function<absl::StatusOr<EpisodeResult>(int turn, EpisodeResult)>;

// Ends the turn-th episode, counted from 1, as `change` says.
class ChangedEnvironment : public SyntheticEnvironment {
 public:
  ChangedEnvironment(const Change& change, int* turn)
      : SyntheticEnvironment({}), change_(change), turn_(turn) {}

  absl::StatusOr<EpisodeResult> Finish() override {
    absl::StatusOr<EpisodeResult> result = SyntheticEnvironment::Finish();
    if (!result.ok()) return result;
    result->schedule_module = "module";
    return change_(++*turn_, *std::move(result));
  }

 private:
  const Change change_;
  int* const turn_;  // Of all environments; one thread measures.
};

TaskResult Search(const Change& change, const SearchHooks& hooks = {}) {
  int turn = 0;
  SearchOptions options;
  options.budget = kBudget;
  options.workers = 1;
  return SearchTask(
      SyntheticEnvironment::Programs().front(), options,
      [&] { return std::make_unique<ChangedEnvironment>(change, &turn); }, hooks);
}

EpisodeResult Timed(EpisodeResult result, double seconds) {
  result.unscheduled_seconds = 1;
  result.measurement.seconds = seconds;
  return result;
}

TEST(TaskSearchTest, AnErrorEndsTheSearchButNotWhatItHadFound) {
  const TaskResult result =
      Search([](int turn, EpisodeResult found) -> absl::StatusOr<EpisodeResult> {
        if (turn == 3) return absl::DeadlineExceededError("no lease\nin 60 s");
        return Timed(std::move(found), turn == 2 ? 0.25 : 0.5);
      });
  EXPECT_EQ(result.problem, "deadline_exceeded: no lease\nin 60 s");
  EXPECT_EQ(result.best_seconds, 0.25);
  EXPECT_EQ(result.schedule_module, "module");
  EXPECT_FALSE(result.schedule.empty());
  EXPECT_EQ(result.unscheduled_seconds, 1);
}

TEST(TaskSearchTest, ASlowerBestIsNotUsedAndTheTaskStaysAsItCame) {
  int faster = 0;
  SearchHooks hooks;
  hooks.on_trial = [&](const SearchProgress&, const Trial& trial, bool) {
    faster += IsFaster(trial.result) ? 1 : 0;
  };
  const TaskResult result = Search(
      [](int turn, EpisodeResult found) { return Timed(std::move(found), 1 + turn); },
      hooks);
  EXPECT_EQ(result.measurements, kBudget);
  EXPECT_EQ(faster, 0);
  EXPECT_EQ(result.schedule_module, "");
  EXPECT_TRUE(result.schedule.empty());
  EXPECT_EQ(result.best_seconds, 1);
  EXPECT_EQ(result.problem, "");
}

TEST(TaskSearchTest, TheFirstFailureIsKeptWithItsLabelAndFirstLine) {
  const TaskResult result = Search([](int turn, EpisodeResult found) {
    found = Timed(std::move(found), 0.5);
    if (turn <= 2) {
      found.measurement.outcome = turn == 1 ? Outcome::kWrongResult : Outcome::kCrashed;
      found.measurement.message = "argument 2\nelement 7";
    }
    return found;
  });
  EXPECT_EQ(result.first_failure, "wrong_result: argument 2");
  EXPECT_THAT(result.failures, HasSubstr("1 wrong_result"));
  EXPECT_THAT(result.failures, HasSubstr("1 crashed"));
  EXPECT_EQ(result.best_seconds, 0.5);
}

}  // namespace
}  // namespace weft
