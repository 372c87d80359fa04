#include "learner/ingest/ingest.h"

#include <atomic>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/wire/trajectory_proto.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/wire/example_trajectory.h"
#include "tests/learner/temporary_folder.h"

namespace weft {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

v1::ActorHello Hello(const std::string& actor, uint32_t in_flight = 4,
                     const std::string& run = "run") {
  v1::ActorHello hello;
  hello.set_actor_id(actor);
  hello.set_actor_run_id(run);
  hello.set_max_in_flight(in_flight);
  return hello;
}

v1::Trajectory Message(uint64_t sequence) {
  return ToProto(ExampleTrajectory(sequence));
}

class IngestTest : public ::testing::Test {
 protected:
  IngestTest() { Restart(0); }

  // A learner that is started on the log of the one before.
  void Restart(uint64_t trained_up_to, int first_contact_allowance = 0) {
    ingest_.reset();
    log_.reset();
    log_ = *TrajectoryLog::Open({folder_.path()});
    queue_ = std::make_unique<TrajectoryQueue>(kCapacity, kMaxOutstanding);
    IngestObserver observer;
    observer.dropped = [this](const char* reason) { ++dropped_[reason]; };
    observer.refused = [this](const char* reason) { ++refused_[reason]; };
    observer.duplicate = [this] { ++duplicates_; };
    ingest_ = std::make_unique<Ingest>(
        log_.get(), queue_.get(),
        CreditOptions{kMaxOutstanding, first_contact_allowance}, observer);
    ASSERT_TRUE(ingest_->Requeue(trained_up_to).ok());
  }

  StreamId Connect(const v1::ActorHello& hello) {
    return ingest_->Connect(hello)->stream;
  }

  std::vector<uint64_t> QueuedPositions() {
    std::vector<uint64_t> positions;
    while (queue_->depth() > 0) {
      positions.push_back(queue_->Pop(1, absl::Now())->front().position);
    }
    return positions;
  }

  static constexpr int kCapacity = 8;
  static constexpr int kMaxOutstanding = 6;
  TemporaryFolder folder_;
  std::unique_ptr<TrajectoryLog> log_;
  std::unique_ptr<TrajectoryQueue> queue_;
  std::unique_ptr<Ingest> ingest_;
  std::map<std::string, int> dropped_;
  std::map<std::string, int> refused_;
  int duplicates_ = 0;
};

TEST_F(IngestTest, StoresQueuesAndAcknowledgesWhatIsPaid) {
  const StreamId stream = Connect(Hello("a"));
  ingest_->TakeGrants();
  EXPECT_EQ(*ingest_->Accept(stream, Message(1)), 1u);
  EXPECT_EQ(log_->last_position(), 1u);
  EXPECT_EQ(queue_->depth(), 1);
}

TEST_F(IngestTest, ATrajectoryWithoutACreditIsRefusedAndCounted) {
  const StreamId stream = Connect(Hello("a"));
  EXPECT_EQ(ingest_->Accept(stream, Message(1)).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(log_->last_position(), 0u);
  EXPECT_THAT(refused_, ElementsAre(Pair("no_credit", 1)));
  EXPECT_TRUE(dropped_.empty()) << "it comes again";
}

TEST_F(IngestTest, AGapInTheSequenceIsRefusedAndCounted) {
  const StreamId stream = Connect(Hello("a"));
  ingest_->TakeGrants();
  ASSERT_TRUE(ingest_->Accept(stream, Message(1)).ok());
  EXPECT_EQ(ingest_->Accept(stream, Message(3)).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(refused_, ElementsAre(Pair("bad_sequence", 1)));
  EXPECT_TRUE(dropped_.empty());
}

TEST_F(IngestTest, WhatIsSentAgainAfterAReconnectIsAcknowledgedAndQueuedOnce) {
  const StreamId first = Connect(Hello("a"));
  ingest_->TakeGrants();
  ASSERT_TRUE(ingest_->Accept(first, Message(1)).ok());
  ASSERT_TRUE(ingest_->Accept(first, Message(2)).ok());
  ingest_->Disconnect(first);
  const Ingest::Connection again = *ingest_->Connect(Hello("a"));
  EXPECT_EQ(again.last_acknowledged_sequence, 2u);
  EXPECT_EQ(*ingest_->Accept(again.stream, Message(2)), 2u);
  EXPECT_EQ(*ingest_->Accept(again.stream, Message(3)), 3u);  // Begun before.
  EXPECT_EQ(duplicates_, 1);
  EXPECT_THAT(QueuedPositions(), ElementsAre(1, 2, 3));
}

TEST_F(IngestTest, ANewStreamOfARunSupersedesItsOldOne) {
  const StreamId old = Connect(Hello("a"));
  Connect(Hello("a"));
  EXPECT_EQ(ingest_->connected_streams(), 1);
  EXPECT_EQ(ingest_->Accept(old, Message(1)).status().code(),
            absl::StatusCode::kAborted);
}

TEST_F(IngestTest, AnInvalidTrajectoryIsAcknowledgedCountedAndNeverTrainedOn) {
  const StreamId stream = Connect(Hello("a"));
  ingest_->TakeGrants();
  v1::Trajectory invalid = Message(1);
  invalid.mutable_steps(0)->mutable_action()->set_sizes(0, 3);
  EXPECT_EQ(*ingest_->Accept(stream, invalid), 1u);
  EXPECT_EQ(*ingest_->Accept(stream, Message(2)), 2u);
  EXPECT_THAT(dropped_, ElementsAre(Pair("invalid", 1)));
  const auto batch = queue_->Pop(1, absl::Now());
  EXPECT_EQ(batch->front().position, 2u);
  EXPECT_THAT(batch->front().drops_before, ElementsAre(Pair("invalid", 1)));
}

TEST_F(IngestTest, AfterARestartTheQueueHoldsExactlyWhatWasNotTrainedOn) {
  const StreamId stream = Connect(Hello("a"));
  ingest_->TakeGrants();
  for (uint64_t i = 1; i <= 5; ++i) {
    v1::Trajectory message = Message(i);
    if (i == 4) message.set_program("../x");
    ASSERT_TRUE(ingest_->Accept(stream, message).ok());
    ingest_->TakeGrants();
  }
  dropped_.clear();  // As the counters of a new process.
  Restart(2);
  EXPECT_THAT(dropped_, ElementsAre(Pair("invalid", 1)));
  const auto batch = queue_->Pop(2, absl::Now());
  ASSERT_TRUE(batch.ok());
  EXPECT_EQ(queue_->depth(), 0);
  EXPECT_EQ((*batch)[0].position, 3u);
  EXPECT_EQ((*batch)[1].position, 5u);
  EXPECT_THAT((*batch)[1].drops_before, ElementsAre(Pair("invalid", 1)));
  EXPECT_EQ(ingest_->Connect(Hello("a"))->last_acknowledged_sequence, 5u);
}

TEST_F(IngestTest, NoCreditsAreGrantedWhileTheQueueIsFull) {
  const StreamId stream = Connect(Hello("a", 100));
  uint64_t sequence = 0;
  for (int i = 0; i < kCapacity; ++i) {
    ingest_->TakeGrants();
    ASSERT_TRUE(ingest_->Accept(stream, Message(++sequence)).ok());
  }
  EXPECT_TRUE(ingest_->TakeGrants().empty());
  ASSERT_TRUE(queue_->Pop(3, absl::Now()).ok());
  EXPECT_EQ(ingest_->TakeGrants().front().episodes, 3u);
}

TEST_F(IngestTest, WhatFitsNoLongerAlthoughItWasBegunIsDroppedAndCounted) {
  Restart(0, kMaxOutstanding);
  uint64_t accepted = 0;
  for (int actor = 0; actor < 4; ++actor) {
    const StreamId stream = Connect(Hello(absl::StrCat("actor ", actor)));
    for (uint64_t i = 1; i <= 4; ++i) {
      ASSERT_TRUE(ingest_->Accept(stream, Message(i)).ok());
      ++accepted;
    }
  }
  const int most = kCapacity + kMaxOutstanding;
  EXPECT_EQ(queue_->depth(), most);
  EXPECT_THAT(dropped_,
              ElementsAre(Pair("queue_full", static_cast<int>(accepted) - most)));
}

TEST_F(IngestTest, WhatActorsHadInFlightIsTakenHoweverMuchWaitsAfterAResume) {
  const StreamId stream = Connect(Hello("a", 100));
  for (uint64_t i = 1; i <= 3 * kCapacity; ++i) {
    ingest_->TakeGrants();
    ASSERT_TRUE(ingest_->Accept(stream, Message(i)).ok());
    ASSERT_TRUE(queue_->Pop(1, absl::Now()).ok());
  }
  Restart(0, kMaxOutstanding);  // Back to an old checkpoint: all are queued again.
  ASSERT_EQ(queue_->depth(), 3 * kCapacity);
  const StreamId other = Connect(Hello("b"));
  EXPECT_TRUE(ingest_->TakeGrants().empty()) << "the backlog comes first";
  for (uint64_t i = 1; i <= kMaxOutstanding; ++i) {
    ASSERT_TRUE(ingest_->Accept(other, Message(i)).ok());
  }
  EXPECT_TRUE(dropped_.empty());
  EXPECT_EQ(queue_->depth(), 3 * kCapacity + kMaxOutstanding);
}

TEST_F(IngestTest, AStoredRecordThatIsNoValidTrajectoryIsDroppedAndTheRestGoesOn) {
  LogRecord record;
  record.sequence = 1;
  record.actor_id = "a";
  record.actor_run_id = "run";
  record.body = "not a trajectory";
  ASSERT_TRUE(log_->Append(record).ok());
  Restart(0);
  EXPECT_THAT(dropped_, ElementsAre(Pair("invalid", 1)));
}

TEST_F(IngestTest, AHelloBeyondItsBoundsIsRefused) {
  EXPECT_FALSE(ingest_->Connect(Hello("")).ok());
  EXPECT_FALSE(ingest_->Connect(Hello(std::string(129, 'a'))).ok());
  EXPECT_FALSE(ingest_->Connect(Hello("a", 1025)).ok());
  EXPECT_FALSE(ingest_->Connect(Hello("a", 4, "")).ok());
}

// Actors that come, work, vanish and come back on threads of their own, and a trainer.
TEST_F(IngestTest, ManyActorsAtOnceLoseNothingAndTrainOnEachOnce) {
  constexpr int kActors = 4;
  constexpr uint64_t kEpisodes = 60;
  std::atomic<int> finished{0};
  absl::Mutex mutex;
  std::map<StreamId, uint32_t> credits;
  const auto pump = [&] {
    absl::MutexLock lock(&mutex);
    for (const Grant& grant : ingest_->TakeGrants()) {
      credits[grant.stream] += grant.episodes;
    }
  };
  std::vector<std::thread> actors;
  for (int actor = 0; actor < kActors; ++actor) {
    actors.emplace_back([&, actor] {
      uint64_t sent = 0;
      while (sent < kEpisodes) {
        const StreamId stream = Connect(Hello(absl::StrCat("actor ", actor), 2));
        for (int i = 0; i < 7 && sent < kEpisodes;) {
          pump();
          {
            absl::MutexLock lock(&mutex);
            if (credits[stream] == 0) continue;
            --credits[stream];
          }
          ASSERT_TRUE(ingest_->Accept(stream, Message(++sent)).ok());
          ++i;
        }
        ingest_->Disconnect(stream);
      }
      ++finished;
    });
  }
  std::set<uint64_t> trained;
  while (trained.size() < kActors * kEpisodes) {
    const auto batch = queue_->Pop(4, absl::Now() + absl::Seconds(20));
    if (!batch.ok()) {
      ADD_FAILURE() << batch.status();
      break;
    }
    ASSERT_LE(queue_->depth(), kCapacity);
    ASSERT_LE(ingest_->outstanding_credits(), kMaxOutstanding);
    for (const QueuedTrajectory& entry : *batch) {
      ASSERT_EQ(entry.position, trained.size() + 1);
      trained.insert(entry.position);
    }
    pump();
  }
  for (std::thread& actor : actors) actor.join();
  EXPECT_EQ(finished, kActors);
  EXPECT_TRUE(dropped_.empty());
  EXPECT_EQ(log_->last_position(), kActors * kEpisodes);
}

}  // namespace
}  // namespace weft
