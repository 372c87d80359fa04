#include "common/metrics/metric_families.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "prometheus/text_serializer.h"

namespace weft {
namespace {

using ::testing::HasSubstr;

class MetricFamiliesTest : public ::testing::Test {
 protected:
  std::string Text() const {
    return prometheus::TextSerializer().Serialize(registry_.Collect());
  }

  prometheus::Registry registry_;
  const MetricFamilies families_{&registry_, "weft_test_"};
};

TEST_F(MetricFamiliesTest, AMetricIsThereBeforeItIsFirstCounted) {
  families_.AddCounter("events_total", "Events.");
  EXPECT_THAT(Text(), HasSubstr("# HELP weft_test_events_total Events."));
  EXPECT_THAT(Text(), HasSubstr("weft_test_events_total 0"));
}

TEST_F(MetricFamiliesTest, OneFamilyHasASeriesPerLabel) {
  families_.AddCounter("events_total", "Events.", {{"kind", "a"}}).Increment(2);
  families_.AddCounter("events_total", "Events.", {{"kind", "b"}}).Increment(3);
  EXPECT_THAT(Text(), HasSubstr("weft_test_events_total{kind=\"a\"} 2"));
  EXPECT_THAT(Text(), HasSubstr("weft_test_events_total{kind=\"b\"} 3"));
}

TEST_F(MetricFamiliesTest, GaugesAndHistogramsKeepWhatTheyAreGiven) {
  families_.AddGauge("depth", "Depth.").Set(7);
  families_.AddHistogram("seconds", "Time.", {0.1, 1}).Observe(0.5);
  EXPECT_THAT(Text(), HasSubstr("weft_test_depth 7"));
  EXPECT_THAT(Text(), HasSubstr("weft_test_seconds_bucket{le=\"0.1\"} 0"));
  EXPECT_THAT(Text(), HasSubstr("weft_test_seconds_bucket{le=\"1\"} 1"));
}

}  // namespace
}  // namespace weft
