#include "actor/search/search.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <filesystem>
#include <set>

#include "actor/environment/synthetic_environment.h"
#include "actor/search/strategy.h"

namespace weft {
namespace {

// Counts the measurements of all environments of one search.
class CountingEnvironment : public SyntheticEnvironment {
 public:
  explicit CountingEnvironment(std::atomic<int>* finished)
      : SyntheticEnvironment({}), finished_(finished) {}
  absl::StatusOr<EpisodeResult> Finish() override {
    ++*finished_;
    return SyntheticEnvironment::Finish();
  }

 private:
  std::atomic<int>* const finished_;
};

class SearchTest : public testing::Test {
 protected:
  SearchTest() { std::filesystem::remove(journal_path_); }
  ~SearchTest() override { std::filesystem::remove(journal_path_); }

  SearchProgress Run(const SearchOptions& options, const std::string& program,
                     Journal* journal = nullptr, const SearchHooks& hooks = {}) {
    measured_ = 0;
    const auto result = RunSearch(
        program, options,
        [this] { return std::make_unique<CountingEnvironment>(&measured_); }, journal,
        hooks);
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? *result : SearchProgress();
  }

  std::unique_ptr<Journal> OpenJournal() {
    auto journal =
        Journal::Open(journal_path_, {"synthetic", "", "invented", 1, "none"});
    EXPECT_TRUE(journal.ok()) << journal.status();
    return *std::move(journal);
  }

  std::atomic<int> measured_{0};
  const std::string journal_path_ =
      testing::TempDir() +
      testing::UnitTest::GetInstance()->current_test_info()->name();
};

SearchOptions Options(const std::string& strategy, int budget, uint64_t seed = 1) {
  SearchOptions options;
  options.strategy = strategy;
  options.budget = budget;
  options.seed = seed;
  return options;
}

// Share of the known optimum's speed, as a geometric mean over programs and seeds.
class SearchQuality : public SearchTest {
 protected:
  double ShareOfOptimum(const std::string& strategy, int budget) {
    const SyntheticEnvironment environment{{}};
    double sum = 0;
    int count = 0;
    for (const std::string& program : SyntheticEnvironment::Programs()) {
      const absl::StatusOr<double> optimum = environment.OptimalReward(program);
      EXPECT_TRUE(optimum.ok()) << optimum.status();
      for (uint64_t seed = 1; seed <= 5; ++seed) {
        const SearchProgress found = Run(Options(strategy, budget, seed), program);
        EXPECT_TRUE(found.best.has_value());
        sum += found.best->result.reward - *optimum;
        ++count;
      }
    }
    return std::exp(sum / count);
  }
};

TEST_F(SearchQuality, GuidedStrategiesComeNearTheOptimumAndRandomOnesDoNot) {
  const double random = ShareOfOptimum("random", 60);
  const double greedy = ShareOfOptimum("greedy", 60);
  const double evolutionary = ShareOfOptimum("evolutionary", 60);
  const double beam = ShareOfOptimum("beam", 60);
  RecordProperty("random", std::to_string(random));
  RecordProperty("greedy", std::to_string(greedy));
  RecordProperty("evolutionary", std::to_string(evolutionary));
  RecordProperty("beam", std::to_string(beam));
  EXPECT_GE(greedy, 0.75);
  EXPECT_GE(evolutionary, 0.8);
  EXPECT_GE(beam, 0.7);
  EXPECT_LT(random, evolutionary);
}

TEST_F(SearchTest, MeasuresExactlyTheBudgetAndNoScheduleTwice) {
  for (const std::string& strategy : StrategyNames()) {
    std::set<std::string> seen;
    SearchHooks hooks;
    hooks.on_trial = [&](const SearchProgress&, const Trial& trial, bool) {
      EXPECT_TRUE(seen.insert(ToString(trial.schedule)).second) << strategy;
    };
    const auto found =
        Run(Options(strategy, 30), SyntheticEnvironment::Programs()[0], nullptr, hooks);
    EXPECT_EQ(measured_, 30) << strategy;
    EXPECT_EQ(found.trials, 30) << strategy;
    EXPECT_EQ(seen.size(), 30u) << strategy;
  }
}

TEST_F(SearchTest, TriesTheSchedulesThatItIsGivenFirst) {
  const std::string program = SyntheticEnvironment::Programs()[0];
  const auto found = Run(Options("evolutionary", 40, 3), program);
  ASSERT_TRUE(found.best);
  for (const std::string& strategy : StrategyNames()) {
    SearchOptions options = Options(strategy, 4);
    options.first = {found.best->schedule};
    std::vector<std::string> tried;
    SearchHooks hooks;
    hooks.on_trial = [&](const SearchProgress&, const Trial& trial, bool) {
      tried.push_back(ToString(trial.schedule));
    };
    Run(options, program, nullptr, hooks);
    ASSERT_EQ(tried.size(), 4u) << strategy;
    EXPECT_EQ(tried[0], ToString(found.best->schedule)) << strategy;
  }
}

TEST_F(SearchTest, TakesTheBestThatIsKnownWhenAskedAndProposesTheSameBefore) {
  const std::string program = SyntheticEnvironment::Programs()[0];
  const auto best = Run(Options("evolutionary", 200, 3), program).best;
  ASSERT_TRUE(best);
  class Remembering : public SyntheticEnvironment {
   public:
    explicit Remembering(const Schedule& best)
        : SyntheticEnvironment({}), best_(best) {}
    std::optional<Schedule> BestKnown() const override { return best_; }

   private:
    const Schedule best_;
  };
  std::vector<std::string> tried[2];
  for (const bool take : {false, true}) {
    SearchOptions options = Options("random", 5);
    options.take_best_known = take;
    SearchHooks hooks;
    hooks.on_trial = [&](const SearchProgress&, const Trial& trial, bool) {
      tried[take ? 1 : 0].push_back(ToString(trial.schedule));
    };
    const auto found = RunSearch(
        program, options, [&] { return std::make_unique<Remembering>(best->schedule); },
        nullptr, hooks);
    ASSERT_TRUE(found.ok()) << found.status();
    EXPECT_EQ(ToString(found->best->schedule) == ToString(best->schedule), take);
  }
  EXPECT_EQ(tried[0].size(), 5u);
  tried[0].push_back(ToString(best->schedule));
  EXPECT_EQ(tried[1], tried[0]);
}

TEST_F(SearchTest, FindsTheSameWithAnyNumberOfWorkers) {
  const std::string program = SyntheticEnvironment::Programs()[0];
  SearchOptions options = Options("evolutionary", 40, 3);
  const auto alone = Run(options, program);
  options.workers = 4;
  const auto together = Run(options, program);
  ASSERT_TRUE(alone.best && together.best);
  EXPECT_EQ(ToString(alone.best->schedule), ToString(together.best->schedule));
}

TEST_F(SearchTest, ResumesFromTheJournalWithoutMeasuringAnythingTwice) {
  const std::string program = SyntheticEnvironment::Programs()[0];
  const auto whole = Run(Options("evolutionary", 40), program);

  SearchHooks stop_early;
  int trials = 0;
  stop_early.stop = [&] { return trials >= 17; };
  stop_early.on_trial = [&](const SearchProgress&, const Trial&, bool) { ++trials; };
  auto journal = OpenJournal();
  const auto first =
      Run(Options("evolutionary", 40), program, journal.get(), stop_early);
  EXPECT_TRUE(first.interrupted);
  const int before = measured_;
  EXPECT_LT(before, 40);
  journal.reset();

  journal = OpenJournal();
  const auto second = Run(Options("evolutionary", 40), program, journal.get());
  EXPECT_EQ(second.reused, before);
  EXPECT_EQ(measured_, 40 - before);
  EXPECT_EQ(ToString(second.best->schedule), ToString(whole.best->schedule));
  journal.reset();

  journal = OpenJournal();
  const auto third = Run(Options("evolutionary", 40), program, journal.get());
  EXPECT_EQ(third.reused, 40);
  EXPECT_EQ(measured_, 0);
}

TEST_F(SearchTest, EndsWhenThereIsNoScheduleLeftToTry) {
  // One episode of only stop and nothing else.
  class OneSchedule : public Environment {
   public:
    absl::StatusOr<Observation> Reset(const std::string&) override {
      Observation observation;
      observation.kinds = {TokenKind::kGlobal};
      observation.features.assign(kTokenWidth, 0);
      observation.mask.kinds = uint32_t{1} << static_cast<int>(ActionKind::kStop);
      return observation;
    }
    absl::StatusOr<Observation> Apply(const Action&) override { return Observation(); }
    absl::StatusOr<EpisodeResult> Finish() override {
      EpisodeResult result;
      result.measurement.seconds = 1;
      return result;
    }
  };
  const auto found =
      RunSearch("only", Options("random", 10),
                [] { return std::make_unique<OneSchedule>(); }, nullptr, {});
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_TRUE(found->exhausted);
  EXPECT_EQ(found->trials, 1);
}

TEST_F(SearchTest, CountsFailuresByKindAndNeverTakesOneForTheBest) {
  // Every second measurement crashes, and claims to be fast.
  class Crashing : public CountingEnvironment {
   public:
    using CountingEnvironment::CountingEnvironment;
    absl::StatusOr<EpisodeResult> Finish() override {
      auto result = CountingEnvironment::Finish();
      if (result.ok() && calls_++ % 2 == 0) {
        result->measurement.outcome = Outcome::kCrashed;
        result->measurement.seconds = 1e-12;
      }
      return result;
    }

   private:
    int calls_ = 0;
  };
  const auto found =
      RunSearch(SyntheticEnvironment::Programs()[0], Options("evolutionary", 20),
                [this] { return std::make_unique<Crashing>(&measured_); }, nullptr, {});
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->outcomes[static_cast<int>(Outcome::kCrashed)], 10);
  ASSERT_TRUE(found->best.has_value());
  EXPECT_EQ(found->best->result.measurement.outcome, Outcome::kOk);
}

TEST_F(SearchTest, RefusesOptionsThatMakeNoSense) {
  for (const SearchOptions& options : {Options("clever", 10), Options("random", 0)}) {
    const auto found =
        RunSearch(SyntheticEnvironment::Programs()[0], options,
                  [this] { return std::make_unique<CountingEnvironment>(&measured_); },
                  nullptr, {});
    EXPECT_EQ(found.status().code(), absl::StatusCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace weft
