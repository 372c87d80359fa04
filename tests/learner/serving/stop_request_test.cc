#include "learner/serving/stop_request.h"

#include <gtest/gtest.h>

namespace weft {
namespace {

TEST(StopRequestTest, TheFirstReasonCounts) {
  StopRequest stop;
  EXPECT_FALSE(stop.stopping());
  EXPECT_EQ(stop.reason(), "");
  stop.Stop("the operator is done");
  stop.Stop("another reason");
  EXPECT_TRUE(stop.stopping());
  EXPECT_EQ(stop.reason(), "the operator is done");
  EXPECT_TRUE(stop.failure().ok());
}

TEST(StopRequestTest, AFailureStopsAndTheFirstIsWhatTheRunEndsWith) {
  StopRequest stop;
  stop.Fail(absl::DataLossError("the log is damaged"));
  stop.Fail(absl::InternalError("which broke this, too"));
  EXPECT_TRUE(stop.stopping());
  EXPECT_TRUE(absl::IsDataLoss(stop.failure()));
  EXPECT_EQ(stop.reason(), stop.failure().ToString());
}

TEST(StopRequestTest, AFailureAfterAStopIsNotLost) {
  StopRequest stop;
  stop.Stop("the operator is done");
  stop.Fail(absl::UnavailableError("the disk is full"));
  EXPECT_EQ(stop.reason(), "the operator is done");
  EXPECT_TRUE(absl::IsUnavailable(stop.failure()));
}

}  // namespace
}  // namespace weft
