#include "actor/environment/stored_measurer.h"

#include <vector>

#include "common/store/local_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/store/example_record.h"
#include "tests/learner/temporary_folder.h"

namespace weft {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr absl::Duration kPatience = absl::Seconds(20);

class StoredMeasurerTest : public ::testing::Test {
 protected:
  StoredMeasurerTest()
      : store_(*LocalStore::Open({folder_.path() + "/store.sqlite"})) {}

  StoredMeasurer Measurer(ScheduleStore* store) {
    return StoredMeasurer(store,
                          [this](StoreEvent event) { events_.push_back(event); });
  }

  absl::StatusOr<MeasurementRecord> GetOrMeasure(
      StoredMeasurer measurer, const absl::StatusOr<MeasurementRecord>& result,
      absl::Duration wait = kPatience) {
    return measurer.GetOrMeasure(ExampleKey(), ExampleLimits(), wait, [&] {
      ++measured_;
      return result;
    });
  }

  TemporaryFolder folder_;
  std::unique_ptr<LocalStore> store_;
  std::vector<StoreEvent> events_;
  int measured_ = 0;
};

TEST_F(StoredMeasurerTest, TheSecondTimeNothingIsMeasured) {
  const auto first = GetOrMeasure(Measurer(store_.get()), ExampleRecord());
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_FALSE(first->measurement.cached);
  const auto second = GetOrMeasure(Measurer(store_.get()), ExampleRecord());
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_TRUE(second->measurement.cached);
  EXPECT_EQ(second->measurement.seconds, first->measurement.seconds);
  EXPECT_EQ(second->schedule_module, first->schedule_module);
  EXPECT_EQ(measured_, 1);
  EXPECT_THAT(events_, ElementsAre(StoreEvent::kMiss, StoreEvent::kHit));
}

TEST_F(StoredMeasurerTest, WithoutAStoreEverythingIsMeasured) {
  for (int i = 0; i < 2; ++i) {
    const auto record = GetOrMeasure(Measurer(nullptr), ExampleRecord());
    ASSERT_TRUE(record.ok());
    EXPECT_FALSE(record->measurement.cached);
  }
  EXPECT_EQ(measured_, 2);
  EXPECT_THAT(events_, IsEmpty());
}

TEST_F(StoredMeasurerTest, ALostWorkerAndAnErrorLeaveNothingBehind) {
  EXPECT_TRUE(
      GetOrMeasure(Measurer(store_.get()), FailedRecord(Outcome::kWorkerLost)).ok());
  EXPECT_FALSE(
      GetOrMeasure(Measurer(store_.get()), absl::UnavailableError("no worker")).ok());
  MeasurementRecord baseline = FailedRecord(Outcome::kTimedOut);
  baseline.baseline = true;
  EXPECT_TRUE(GetOrMeasure(Measurer(store_.get()), baseline).ok());
  EXPECT_EQ(*store_->rows().CountRows(), 0);
  EXPECT_TRUE(GetOrMeasure(Measurer(store_.get()), ExampleRecord()).ok());
  EXPECT_EQ(measured_, 4);
  EXPECT_EQ(*store_->rows().CountRows(), 1);
}

TEST_F(StoredMeasurerTest, WaitingInVainMeasuresAndKeepsTheResult) {
  const absl::StatusOr<Claim> held =
      store_->Begin(ExampleKey(), ExampleLimits(), kPatience);
  ASSERT_TRUE(held.ok());
  EXPECT_TRUE(
      GetOrMeasure(Measurer(store_.get()), ExampleRecord(), absl::Milliseconds(10))
          .ok());
  EXPECT_EQ(measured_, 1);
  EXPECT_EQ(*store_->rows().CountRows(), 1);
  EXPECT_THAT(events_, ElementsAre(StoreEvent::kError));
}

// A store whose learner is away.
class AwayStore : public ScheduleStore {
 public:
  absl::StatusOr<Claim> Begin(const MeasurementKey&, const MeasureLimits&,
                              absl::Duration) override {
    return absl::UnavailableError("away");
  }
  absl::Status Record(uint64_t, const MeasurementRecord&) override {
    return absl::UnavailableError("away");
  }
  absl::Status Abandon(uint64_t) override { return absl::UnavailableError("away"); }
  absl::StatusOr<TaskRecords> FindTask(const TaskKey&, int) override {
    return absl::UnavailableError("away");
  }
};

TEST_F(StoredMeasurerTest, AStoreThatIsAwayCostsAMeasurementAndNoError) {
  AwayStore away;
  const auto record = GetOrMeasure(Measurer(&away), ExampleRecord());
  ASSERT_TRUE(record.ok());
  EXPECT_EQ(measured_, 1);
  EXPECT_FALSE(Measurer(&away).FindTask(ExampleKey().task_key(), 1).baseline);
  EXPECT_THAT(events_, ElementsAre(StoreEvent::kError, StoreEvent::kError));
}

}  // namespace
}  // namespace weft
