#include "actor/environment/confirmation.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace weft {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Measurement Taking(double seconds) {
  Measurement measurement;
  measurement.seconds = seconds;
  return measurement;
}

Measurement Compared(double seconds, bool faster) {
  Measurement measurement = Taking(seconds);
  measurement.confirmation = Confirmation();
  measurement.confirmation->pairs = 8;
  measurement.confirmation->faster = faster;
  return measurement;
}

Measurement Failed(Outcome outcome) {
  Measurement measurement;
  measurement.outcome = outcome;
  return measurement;
}

TEST(NeedsConfirmationTest, OnlyANewBestByMoreThanFivePercent) {
  EXPECT_TRUE(NeedsConfirmation(Taking(0.9), 1));
  EXPECT_FALSE(NeedsConfirmation(Taking(0.97), 1));
  EXPECT_FALSE(NeedsConfirmation(Taking(1.5), 1));
  EXPECT_FALSE(NeedsConfirmation(Taking(0.9), 0));  // There is no best.
  EXPECT_FALSE(NeedsConfirmation(Failed(Outcome::kCrashed), 1));
}

TEST(AfterConfirmationTest, AConfirmedTimeIsThatOfThePairs) {
  const Measurement result = AfterConfirmation(Taking(0.5), Compared(0.6, true), 1);
  EXPECT_EQ(result.outcome, Outcome::kOk);
  EXPECT_EQ(result.seconds, 0.6);
  EXPECT_EQ(result.message, "");
}

TEST(AfterConfirmationTest, TheSamplesOfTheFirstMeasurementAreKept) {
  Measurement first = Taking(0.5);
  first.samples = {0.5, 0.6};
  Measurement second = Compared(0.6, true);
  second.samples = {0.6};
  const Measurement result = AfterConfirmation(first, second, 1);
  EXPECT_THAT(result.samples, ElementsAre(0.6));
  EXPECT_THAT(result.earlier_samples, ElementsAre(0.5, 0.6));
}

TEST(AfterConfirmationTest, ATimeThatWasNotConfirmedIsNotTheBest) {
  const Measurement result = AfterConfirmation(Taking(0.5), Compared(0.7, false), 1);
  EXPECT_EQ(result.outcome, Outcome::kOk);
  EXPECT_GE(result.seconds, 1);
  EXPECT_THAT(result.message, HasSubstr("not faster than the best in 8"));
}

TEST(AfterConfirmationTest, ATimeThatWasNotConfirmedIsAsMuchAboveTheBestAsInThePairs) {
  Measurement pairs = Compared(0.6, false);
  pairs.confirmation->ratio = 0.5;
  EXPECT_DOUBLE_EQ(AfterConfirmation(Taking(0.5), pairs, 1).seconds, 2);
  pairs.confirmation->ratio = 1.01;  // Too little to be sure.
  EXPECT_DOUBLE_EQ(AfterConfirmation(Taking(0.5), pairs, 1).seconds, 1);
}

TEST(AfterConfirmationTest, WithoutAComparisonItIsNotTheBestEither) {
  Measurement alone = Taking(0.5);
  alone.message = "the previous best does not compile";
  const Measurement result = AfterConfirmation(Taking(0.5), alone, 1);
  EXPECT_GE(result.seconds, 1);
  EXPECT_THAT(result.message, HasSubstr("the previous best does not compile"));
  const Measurement in_vain =
      AfterConfirmation(Taking(0.5), Failed(Outcome::kTimedOut), 1);
  EXPECT_EQ(in_vain.outcome, Outcome::kOk);
  EXPECT_GE(in_vain.seconds, 1);
}

TEST(AfterConfirmationTest, AFailureOfTheSecondRunIsAFailure) {
  const Measurement result =
      AfterConfirmation(Taking(0.5), Failed(Outcome::kWrongResult), 1);
  EXPECT_EQ(result.outcome, Outcome::kWrongResult);
}

}  // namespace
}  // namespace weft
