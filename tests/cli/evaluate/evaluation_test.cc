#include "cli/evaluate/evaluation.h"

#include <cmath>
#include <memory>

#include "actor/environment/synthetic_environment.h"
#include "gtest/gtest.h"

namespace weft {
namespace {

// Plays one schedule, whatever it sees.
class ScriptedPolicy : public Policy {
 public:
  explicit ScriptedPolicy(Schedule schedule) : schedule_(std::move(schedule)) {}

  Decision Decide(const Observation& observation, Selection,
                  std::mt19937_64&) const override {
    size_t taken = 0;
    for (const TokenKind kind : observation.kinds) taken += kind == TokenKind::kHistory;
    Decision decision;
    decision.action = schedule_.at(taken);
    return decision;
  }
  uint64_t version() const override { return 1; }

 private:
  const Schedule schedule_;
};

// The synthetic one, in which every schedule fails.
class FailingEnvironment : public SyntheticEnvironment {
 public:
  FailingEnvironment() : SyntheticEnvironment({}) {}
  absl::StatusOr<EpisodeResult> Finish() override {
    absl::StatusOr<EpisodeResult> result = SyntheticEnvironment::Finish();
    if (result.ok()) result->measurement.outcome = Outcome::kWrongResult;
    return result;
  }
};

class EvaluationTest : public ::testing::Test {
 protected:
  EvaluationTest() {
    options_.search.budget = 12;
    options_.search.seed = 3;
  }

  const std::string program_ = SyntheticEnvironment::Programs().front();
  const SyntheticEnvironment environment_{{}};
  const EnvironmentFactory factory_ = [] {
    return std::make_unique<SyntheticEnvironment>(SyntheticEnvironmentOptions());
  };
  const std::function<bool()> never_ = [] { return false; };
  EvaluationOptions options_;
};

TEST_F(EvaluationTest, ThePolicyThatKnowsTheOptimumIsAtLeastAsGoodAsAllItsRivals) {
  const Schedule optimum = *environment_.OptimalSchedule(program_);
  const auto evaluated = EvaluateProgram(program_, ScriptedPolicy(optimum), {},
                                         options_, factory_, never_);
  ASSERT_TRUE(evaluated.ok()) << evaluated.status();
  EXPECT_EQ(ToString(evaluated->policy.schedule), ToString(optimum));
  EXPECT_NEAR(std::log(evaluated->roofline_seconds / evaluated->policy.seconds),
              *environment_.OptimalReward(program_), 1e-9);
  EXPECT_GE(evaluated->share_of_search(), 1 - 1e-9);
  EXPECT_GE(evaluated->random.seconds, evaluated->policy.seconds * (1 - 1e-9));
  EXPECT_EQ(evaluated->search_measurements, 12);
  EXPECT_FALSE(evaluated->fixed.has_value());
}

TEST_F(EvaluationTest, AFixedScheduleIsMadeLegalAndMeasured) {
  const Schedule optimum = *environment_.OptimalSchedule(program_);
  const auto evaluated = EvaluateProgram(program_, ScriptedPolicy({Action()}), optimum,
                                         options_, factory_, never_);
  ASSERT_TRUE(evaluated.ok()) << evaluated.status();
  ASSERT_TRUE(evaluated->fixed.has_value());
  EXPECT_EQ(ToString(evaluated->fixed->schedule), ToString(optimum));
  EXPECT_LT(evaluated->fixed->seconds, evaluated->policy.seconds);
}

TEST_F(EvaluationTest, AFailureCountsWithTheTimeOfItsPenalty) {
  int made = 0;
  const EnvironmentFactory first_fails = [&]() -> std::unique_ptr<Environment> {
    if (made++ == 0) return std::make_unique<FailingEnvironment>();
    return factory_();
  };
  const auto evaluated = EvaluateProgram(program_, ScriptedPolicy({Action()}), {},
                                         options_, first_fails, never_);
  ASSERT_TRUE(evaluated.ok()) << evaluated.status();
  EXPECT_EQ(evaluated->policy.outcome, Outcome::kWrongResult);
  EXPECT_NEAR(evaluated->policy.seconds, evaluated->roofline_seconds * std::exp(8),
              1e-9 * evaluated->policy.seconds);
  EXPECT_EQ(evaluated->random_failures, options_.random_schedules);
  EXPECT_TRUE(evaluated->search.ok());
}

TEST_F(EvaluationTest, AnInterruptEndsItBetweenMeasurements) {
  int asked = 0;
  const auto evaluated =
      EvaluateProgram(program_, ScriptedPolicy({Action()}), {}, options_, factory_,
                      [&] { return ++asked > 3; });
  EXPECT_TRUE(absl::IsCancelled(evaluated.status())) << evaluated.status();
}

}  // namespace
}  // namespace weft
