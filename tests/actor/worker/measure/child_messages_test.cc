#include "actor/worker/measure/child_messages.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace weft {
namespace {

using ::testing::ElementsAre;

TEST(ChildMessagesTest, AMeasurementSurvivesExactly) {
  Measurement sent;
  sent.outcome = Outcome::kWrongResult;
  sent.message = "argument 2, \"quoted\"\n";
  sent.seconds = 0.1 + 0.2;
  sent.samples = {1e-6, 1.0 / 3};
  sent.max_relative_error = 1e300;
  sent.compile_seconds = 1;
  sent.check_seconds = 2;
  sent.timing_seconds = 3;
  sent.lease_wait_seconds = 4;
  sent.rejected_samples = 7;
  sent.rejections = {1, 2, 3, 4};
  sent.disturbed = true;
  sent.cpu_pressure = 0.25;
  sent.page_faults = 3;
  sent.confirmation = Confirmation{0.1, 0.2, 2, 16, 15, true};
  const Measurement received = DecodeMeasurement(EncodeMeasurement(sent)).value();
  EXPECT_EQ(received.outcome, sent.outcome);
  EXPECT_EQ(received.message, sent.message);
  EXPECT_EQ(received.seconds, sent.seconds);
  EXPECT_EQ(received.samples, sent.samples);
  EXPECT_EQ(received.max_relative_error, sent.max_relative_error);
  EXPECT_EQ(received.compile_seconds, 1);
  EXPECT_EQ(received.check_seconds, 2);
  EXPECT_EQ(received.timing_seconds, 3);
  EXPECT_EQ(received.lease_wait_seconds, 4);
  EXPECT_EQ(received.rejected_samples, 7);
  EXPECT_THAT(received.rejections, ElementsAre(1, 2, 3, 4));
  EXPECT_TRUE(received.disturbed);
  EXPECT_EQ(received.cpu_pressure, 0.25);
  EXPECT_EQ(received.page_faults, 3);
  ASSERT_TRUE(received.confirmation.has_value());
  EXPECT_EQ(received.confirmation->seconds, 0.1);
  EXPECT_EQ(received.confirmation->previous_seconds, 0.2);
  EXPECT_EQ(received.confirmation->ratio, 2);
  EXPECT_EQ(received.confirmation->pairs, 16);
  EXPECT_EQ(received.confirmation->pairs_won, 15);
  EXPECT_TRUE(received.confirmation->faster);
}

TEST(ChildMessagesTest, AnErrorSurvives) {
  const absl::Status sent = absl::DeadlineExceededError("the lease");
  EXPECT_EQ(DecodeMeasurement(EncodeMeasurement(sent)).status(), sent);
  EXPECT_EQ(DecodeArguments(EncodeArguments(sent)).status(), sent);
}

TEST(ChildMessagesTest, ArgumentsSurvive) {
  const std::vector<KernelArgument> sent = {{6, 4, false}, {7, 8, true, 1024}};
  const auto received = DecodeArguments(EncodeArguments(sent)).value();
  EXPECT_THAT(received, ElementsAre(sent[0], sent[1]));
  EXPECT_EQ(received[1].operations, 1024);
}

TEST(ChildMessagesTest, AMessageThatIsNotUnicodeStillArrives) {
  Measurement sent;
  sent.message = "bad byte: \xff.";
  EXPECT_TRUE(DecodeMeasurement(EncodeMeasurement(sent)).ok());
}

TEST(ChildMessagesTest, GarbageIsAnError) {
  for (const char* text : {"", "{", "[]", "{}", R"({"measurement":{"outcome":99}})",
                           R"({"measurement":[1]})", R"({"measurement":null})"}) {
    EXPECT_EQ(DecodeMeasurement(text).status().code(), absl::StatusCode::kInternal)
        << text;
  }
  EXPECT_EQ(DecodeArguments(R"({"arguments":[{"elements":"x"}]})").status().code(),
            absl::StatusCode::kInternal);
}

}  // namespace
}  // namespace weft
