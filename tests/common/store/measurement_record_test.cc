#include "common/store/measurement_record.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/store/example_record.h"

namespace weft {
namespace {

TEST(CanAnswerTest, ATimeAnswersForAnyLimits) {
  EXPECT_TRUE(CanAnswer(ExampleRecord(), {1, 1, 1}));
  EXPECT_TRUE(CanAnswer(ExampleRecord(), {1000, 1000, uint64_t{1} << 50}));
}

TEST(CanAnswerTest, ATimeTakenUnderInterferenceIsAnUpperBoundAndAnswers) {
  MeasurementRecord record = ExampleRecord();
  record.measurement.disturbed = true;
  EXPECT_TRUE(CanAnswer(record, record.limits));
}

TEST(CanAnswerTest, ABaselineTakenUnderInterferenceDoesNotAnswer) {
  MeasurementRecord record = ExampleRecord();
  record.baseline = true;
  EXPECT_TRUE(CanAnswer(record, record.limits));
  record.measurement.disturbed = true;
  EXPECT_FALSE(CanAnswer(record, record.limits));
}

// Limits move with the best that is known: by so little that a search which is repeated
// would else time its timeouts again.
TEST(CanAnswerTest, ATimeoutAnswersUntilALimitHasMoreThanQuadrupled) {
  const MeasurementRecord record = FailedRecord(Outcome::kTimedOut);
  MeasureLimits limits = record.limits;
  EXPECT_TRUE(CanAnswer(record, limits));
  limits.run_seconds /= 2;
  EXPECT_TRUE(CanAnswer(record, limits));
  limits.run_seconds = record.limits.run_seconds * 2;
  EXPECT_TRUE(CanAnswer(record, limits));
  limits.run_seconds = record.limits.run_seconds * 4.5;
  EXPECT_FALSE(CanAnswer(record, limits));
  limits = record.limits;
  limits.compile_seconds *= 4.5;
  EXPECT_FALSE(CanAnswer(record, limits));
}

TEST(CanAnswerTest, RunningOutOfMemoryAnswersUntilThereIsMore) {
  const MeasurementRecord record = FailedRecord(Outcome::kOutOfMemory);
  MeasureLimits limits = record.limits;
  limits.run_seconds *= 2;
  EXPECT_TRUE(CanAnswer(record, limits));
  limits.memory_bytes += 1;
  EXPECT_FALSE(CanAnswer(record, limits));
}

TEST(CanAnswerTest, OtherVerdictsAreFinal) {
  for (Outcome outcome :
       {Outcome::kCompileFailed, Outcome::kWrongResult, Outcome::kCrashed}) {
    EXPECT_TRUE(CanAnswer(FailedRecord(outcome), {1000, 1000, uint64_t{1} << 50}))
        << OutcomeName(outcome);
  }
}

TEST(CanAnswerTest, ATimeThatWasImpossibleOnceIsMeasuredAgain) {
  const MeasurementRecord record = FailedRecord(Outcome::kImpossibleTime);
  EXPECT_FALSE(CanAnswer(record, record.limits));
  EXPECT_FALSE(IsStorable(record));
}

TEST(ValidateRecordTest, RefusesWhatSaysNothingAboutASchedule) {
  EXPECT_TRUE(Validate(ExampleRecord()).ok());
  EXPECT_FALSE(Validate(FailedRecord(Outcome::kWorkerLost)).ok());
  EXPECT_FALSE(Validate(FailedRecord(Outcome::kTransformFailed)).ok());
}

TEST(ValidateRecordTest, RefusesPartsOutOfBounds) {
  MeasurementRecord record = ExampleRecord();
  record.schedule_module.assign((1 << 20) + 1, 'x');
  EXPECT_FALSE(Validate(record).ok());
  record = ExampleRecord();
  record.limits.run_seconds = 0;
  EXPECT_FALSE(Validate(record).ok());
  record = ExampleRecord();
  record.program.assign(129, 'x');
  EXPECT_FALSE(Validate(record).ok());
}

}  // namespace
}  // namespace weft
