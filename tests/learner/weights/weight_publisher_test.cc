#include "learner/weights/weight_publisher.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace weft {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

class WeightPublisherTest : public ::testing::Test {
 protected:
  // What the observer was told, after all of it was.
  std::vector<std::pair<uint64_t, absl::StatusCode>> Observed() {
    publisher_.reset();
    absl::MutexLock lock(&mutex_);
    return observed_;
  }

  WeightStore store_;
  absl::Mutex mutex_;
  std::vector<std::pair<uint64_t, absl::StatusCode>> observed_;
  std::unique_ptr<WeightPublisher> publisher_ = std::make_unique<WeightPublisher>(
      &store_, [this](uint64_t version, const absl::Status& status) {
        absl::MutexLock lock(&mutex_);
        observed_.emplace_back(version, status.code());
      });
};

TEST_F(WeightPublisherTest, PublishesWhatTheSerializerMakes) {
  EXPECT_TRUE(publisher_->idle());
  publisher_->Publish(3, [] { return std::string("three"); });
  publisher_->Flush();
  EXPECT_TRUE(publisher_->idle());
  EXPECT_EQ(store_.version(), 3u);
  EXPECT_EQ(*store_.Latest().bytes, "three");
  EXPECT_THAT(Observed(), ElementsAre(Pair(3, absl::StatusCode::kOk)));
}

TEST_F(WeightPublisherTest, ANewerVersionReplacesTheOneThatWaits) {
  absl::Notification begun, go_on;
  publisher_->Publish(1, [&] {
    begun.Notify();
    go_on.WaitForNotification();
    return std::string("one");
  });
  begun.WaitForNotification();
  EXPECT_FALSE(publisher_->idle());
  publisher_->Publish(2, [] { return std::string("two"); });
  publisher_->Publish(3, [] { return std::string("three"); });
  EXPECT_EQ(store_.version(), 0u);
  go_on.Notify();
  publisher_->Flush();
  EXPECT_EQ(*store_.Latest().bytes, "three");
  EXPECT_THAT(Observed(), ElementsAre(Pair(1, absl::StatusCode::kOk),
                                      Pair(3, absl::StatusCode::kOk)));
}

TEST_F(WeightPublisherTest, KeepsTheOldWeightsWhenThereAreNoNewBytes) {
  publisher_->Publish(1, [] { return std::string("one"); });
  publisher_->Flush();
  publisher_->Publish(2, [] { return absl::InternalError("no memory"); });
  publisher_->Flush();
  EXPECT_EQ(store_.version(), 1u);
  EXPECT_THAT(Observed(), ElementsAre(Pair(1, absl::StatusCode::kOk),
                                      Pair(2, absl::StatusCode::kInternal)));
}

TEST_F(WeightPublisherTest, PublishesWhatWaitsBeforeItEnds) {
  publisher_->Publish(1, [] { return std::string("one"); });
  publisher_.reset();
  EXPECT_EQ(store_.version(), 1u);
}

}  // namespace
}  // namespace weft
