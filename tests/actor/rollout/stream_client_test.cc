#include "actor/rollout/stream_client.h"

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "common/rpc/channel.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/actor/rollout/scripted_learner.h"

namespace weft {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr absl::Duration kPatience = absl::Seconds(20);
constexpr absl::Duration kNoTime = absl::ZeroDuration();

// A trajectory that the learner would take.
Trajectory Episode() {
  Trajectory trajectory;
  trajectory.program = "matmul";
  return trajectory;
}

bool Eventually(const std::function<bool()>& condition) {
  const absl::Time deadline = absl::Now() + kPatience;
  while (!condition()) {
    if (absl::Now() > deadline) return false;
    absl::SleepFor(absl::Milliseconds(5));
  }
  return true;
}

// Sequences or names seen by the learner's threads.
template <typename T>
class Seen {
 public:
  void Add(T value) {
    absl::MutexLock lock(&mutex_);
    values_.push_back(std::move(value));
  }
  std::vector<T> values() {
    absl::MutexLock lock(&mutex_);
    return values_;
  }

 private:
  absl::Mutex mutex_;
  std::vector<T> values_;
};

class StreamClientTest : public ::testing::Test {
 protected:
  void Connect(const std::string& address) {
    StreamClientOptions options;
    options.learner_address = address;
    options.actor_id = "actor-7";
    options.actor_run_id = "run";
    options.cpu = "znver3";
    options.max_in_flight = 3;
    options.hello_timeout = absl::Milliseconds(300);
    options.refused_pause = absl::Milliseconds(50);
    options.on_reconnect = [this] { ++reconnects_; };
    options.on_connect = [this](uint64_t version) { versions_.Add(version); };
    options.on_drain = [this](const std::string& reason) { drains_.Add(reason); };
    client_ = std::make_unique<StreamClient>(CreateRpcChannel(address), options,
                                             &outbox_, &credits_);
  }
  void Connect(const ScriptedLearner& learner) { Connect(learner.address()); }

  Outbox outbox_{8};
  CreditPool credits_;
  std::atomic<int> reconnects_{0};
  Seen<std::string> drains_;
  Seen<uint64_t> versions_;
  std::unique_ptr<StreamClient> client_;
};

// Reads until the actor closes; acknowledges nothing.
grpc::Status ReadAll(LearnerStream* stream, Seen<uint64_t>* seen = nullptr) {
  while (const uint64_t sequence = ReadSequence(stream)) {
    if (seen != nullptr) seen->Add(sequence);
  }
  return grpc::Status::OK;
}

TEST_F(StreamClientTest, SaysHelloSendsAndForgetsWhatIsAcknowledged) {
  Seen<std::string> hellos;
  ScriptedLearner learner([&](int, LearnerStream* stream, grpc::ServerContext*) {
    hellos.Add(AnswerHello(stream, 0).ShortDebugString());
    while (const uint64_t sequence = ReadSequence(stream))
      Acknowledge(stream, sequence);
    return grpc::Status::OK;
  });
  Connect(learner);
  ASSERT_TRUE(client_->WaitUntilConnected(kPatience).ok());
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(outbox_.Add(Episode(), kPatience).ok());
  EXPECT_TRUE(outbox_.WaitUntilEmpty(kPatience));
  EXPECT_THAT(hellos.values(),
              ElementsAre("actor_id: \"actor-7\" actor_run_id: \"run\" cpu: \"znver3\" "
                          "max_in_flight: 3"));
}

TEST_F(StreamClientTest, SendsAgainAfterADroppedConnection) {
  Seen<uint64_t> first, second;
  ScriptedLearner learner([&](int number, LearnerStream* stream, grpc::ServerContext*) {
    if (number == 1) {
      AnswerHello(stream, 0);
      for (int i = 0; i < 3; ++i) first.Add(ReadSequence(stream));
      // 1 and 2 are stored, but only 1 is acknowledged before the connection drops.
      Acknowledge(stream, 1);
      return grpc::Status(grpc::StatusCode::UNAVAILABLE, "connection dropped");
    }
    AnswerHello(stream, 2);
    return ReadAll(stream, &second);
  });
  Connect(learner);
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(outbox_.Add(Episode(), kPatience).ok());
  EXPECT_TRUE(Eventually([&] { return second.values().size() == 2; }));
  EXPECT_THAT(first.values(), ElementsAre(1, 2, 3));
  EXPECT_THAT(second.values(), ElementsAre(3, 4));
  EXPECT_EQ(outbox_.depth(), 2u);
  EXPECT_EQ(reconnects_, 1);
  client_->Stop(kNoTime);
}

TEST_F(StreamClientTest, SurvivesALearnerThatIsRestarted) {
  const StreamScript acknowledge_all = [](int, LearnerStream* stream,
                                          grpc::ServerContext*) {
    AnswerHello(stream, 0);
    while (const uint64_t sequence = ReadSequence(stream))
      Acknowledge(stream, sequence);
    return grpc::Status::OK;
  };
  Seen<uint64_t> seen;
  auto learner = std::make_unique<ScriptedLearner>(
      [&](int, LearnerStream* stream, grpc::ServerContext*) {
        AnswerHello(stream, 0);
        return ReadAll(stream, &seen);
      });
  const std::string address = learner->address();
  Connect(*learner);
  ASSERT_TRUE(outbox_.Add(Episode(), kPatience).ok());
  ASSERT_TRUE(Eventually([&] { return seen.values().size() == 1; }));
  learner.reset();
  EXPECT_TRUE(Eventually([&] { return !client_->connected(); }));
  ASSERT_TRUE(outbox_.Add(Episode(), kPatience).ok());
  learner = std::make_unique<ScriptedLearner>(acknowledge_all, nullptr, address);
  EXPECT_TRUE(outbox_.WaitUntilEmpty(kPatience));
  client_->Stop(kNoTime);
}

TEST_F(StreamClientTest, GrantsArriveAndAreVoidWhenTheStreamEnds) {
  std::atomic<bool> drop{false};
  ScriptedLearner learner([&](int number, LearnerStream* stream, grpc::ServerContext*) {
    AnswerHello(stream, 0);
    if (number > 1) return ReadAll(stream);  // Never grants.
    GrantCredits(stream, 2);
    GrantCredits(stream, 3);
    EXPECT_TRUE(Eventually([&] { return drop.load(); }));
    return grpc::Status(grpc::StatusCode::UNAVAILABLE, "dropped");
  });
  Connect(learner);
  EXPECT_TRUE(Eventually([&] { return credits_.available() == 5; }));
  EXPECT_TRUE(credits_.Take(kNoTime).has_value());
  drop = true;
  EXPECT_TRUE(Eventually([&] { return reconnects_ == 1; }));
  EXPECT_FALSE(credits_.Take(absl::Milliseconds(50)).has_value());
  client_->Stop(kNoTime);
}

TEST_F(StreamClientTest, ADrainIsPassedOnWithItsReason) {
  ScriptedLearner learner([&](int, LearnerStream* stream, grpc::ServerContext*) {
    AnswerHello(stream, 0);
    v1::TrajectoryStreamResponse response;
    response.mutable_drain()->set_reason("the run is finished");
    stream->Write(response);
    return ReadAll(stream);
  });
  Connect(learner);
  EXPECT_TRUE(Eventually([&] { return !drains_.values().empty(); }));
  EXPECT_THAT(drains_.values(), ElementsAre("the run is finished"));
  client_->Stop(kNoTime);
}

TEST_F(StreamClientTest, StopWaitsForAcknowledgementsThatAreOnTheirWay) {
  std::atomic<bool> stopping{false};
  ScriptedLearner learner([&](int, LearnerStream* stream, grpc::ServerContext*) {
    AnswerHello(stream, 0);
    while (const uint64_t sequence = ReadSequence(stream)) {
      EXPECT_TRUE(Eventually([&] { return stopping.load(); }));
      Acknowledge(stream, sequence);
    }
    return grpc::Status::OK;
  });
  Connect(learner);
  ASSERT_TRUE(client_->WaitUntilConnected(kPatience).ok());
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(outbox_.Add(Episode(), kPatience).ok());
  stopping = true;
  client_->Stop(kPatience);
  EXPECT_EQ(outbox_.depth(), 0u);
}

TEST_F(StreamClientTest, StopDoesNotWaitForALearnerThatIsGone) {
  auto learner = std::make_unique<ScriptedLearner>(
      [](int, LearnerStream* stream, grpc::ServerContext*) {
        AnswerHello(stream, 0);
        return ReadAll(stream);
      });
  Connect(*learner);
  ASSERT_TRUE(client_->WaitUntilConnected(kPatience).ok());
  learner.reset();
  ASSERT_TRUE(outbox_.Add(Episode(), kPatience).ok());
  const absl::Time start = absl::Now();
  client_->Stop(absl::Hours(1));
  EXPECT_LT(absl::Now() - start, kPatience);
  EXPECT_EQ(outbox_.depth(), 1u);
}

TEST_F(StreamClientTest, ALearnerThatNeverAnswersTheHelloIsTriedAgain) {
  ScriptedLearner learner([&](int number, LearnerStream* stream, grpc::ServerContext*) {
    if (number > 1) AnswerHello(stream, 0);
    return ReadAll(stream);
  });
  Connect(learner);
  EXPECT_TRUE(client_->WaitUntilConnected(kPatience).ok());
  EXPECT_GE(learner.streams(), 2);
  client_->Stop(kNoTime);
}

TEST_F(StreamClientTest, AnUnreachableLearnerIsAnErrorThatNamesItsAddress) {
  Connect("127.0.0.1:1");
  const absl::Status status = client_->WaitUntilConnected(absl::Milliseconds(200));
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("127.0.0.1:1"));
}

// With gRPC 1.51, one in five of these would abort the process if the channel ended
// with its client.
TEST_F(StreamClientTest, ClientsOfAnUnreachableLearnerComeAndGo) {
  for (int i = 0; i < 15; ++i) {
    Connect("127.0.0.1:1");
    EXPECT_FALSE(client_->WaitUntilConnected(absl::Milliseconds(200)).ok());
    client_.reset();
  }
}

TEST_F(StreamClientTest, ALearnerThatRefusesIsNamedAsTheReason) {
  ScriptedLearner learner([](int, LearnerStream*, grpc::ServerContext*) {
    return grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "hello: no such actor");
  });
  Connect(learner);
  ASSERT_TRUE(Eventually([&] { return learner.streams() >= 2; }));
  const absl::Status status = client_->WaitUntilConnected(kNoTime);
  EXPECT_THAT(std::string(status.message()), HasSubstr("no such actor"));
  client_->Stop(kNoTime);
}

TEST_F(StreamClientTest, AnAcknowledgementOfWhatWasNeverSentEndsTheStream) {
  ScriptedLearner learner([](int number, LearnerStream* stream, grpc::ServerContext*) {
    AnswerHello(stream, 0);
    if (number == 1) Acknowledge(stream, 99);
    return ReadAll(stream);
  });
  Connect(learner);
  EXPECT_TRUE(Eventually([&] { return reconnects_ == 1; }));
  client_->Stop(kNoTime);
}

TEST_F(StreamClientTest, ALearnerThatForgotTheRunGetsANewOneNumberedFromOne) {
  Seen<std::string> runs;
  Seen<uint64_t> renumbered;
  ScriptedLearner learner([&](int number, LearnerStream* stream, grpc::ServerContext*) {
    runs.Add(AnswerHello(stream, 0).actor_run_id());
    if (number == 1) {
      EXPECT_EQ(ReadSequence(stream), 1u);
      EXPECT_EQ(ReadSequence(stream), 2u);
      Acknowledge(stream, 1);
      return grpc::Status(grpc::StatusCode::UNAVAILABLE, "the learner died");
    }
    return ReadAll(stream, &renumbered);
  });
  Connect(learner);
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(outbox_.Add(Episode(), kPatience).ok());
  EXPECT_TRUE(Eventually([&] { return renumbered.values().size() == 1; }));
  EXPECT_THAT(renumbered.values(), ElementsAre(1));
  EXPECT_THAT(runs.values(), ElementsAre("run", "run", "run.2"));
  client_->Stop(kNoTime);
}

TEST_F(StreamClientTest, WhatOneLearnerWantedPaidIsNotPaidAgainInANewRun) {
  Seen<uint64_t> renumbered;
  ScriptedLearner learner([&](int number, LearnerStream* stream, grpc::ServerContext*) {
    AnswerHello(stream, 0);
    if (number == 1) {
      EXPECT_EQ(ReadSequence(stream), 1u);
      return grpc::Status(grpc::StatusCode::FAILED_PRECONDITION, "without a credit");
    }
    if (number == 2) {
      GrantCredits(stream, 1);
      EXPECT_EQ(ReadSequence(stream), 1u);
      Acknowledge(stream, 1);
      return grpc::Status(grpc::StatusCode::UNAVAILABLE, "the learner died");
    }
    return ReadAll(stream, &renumbered);  // Knows nothing of the run; grants nothing.
  });
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(outbox_.Add(Episode(), kPatience).ok());
  Connect(learner);
  EXPECT_TRUE(Eventually([&] { return renumbered.values().size() == 2; }));
  EXPECT_THAT(renumbered.values(), ElementsAre(1, 2));
  client_->Stop(kNoTime);
}

TEST_F(StreamClientTest, TellsTheVersionOfTheLearnersWeightsOnEveryConnection) {
  ScriptedLearner learner([&](int number, LearnerStream* stream, grpc::ServerContext*) {
    v1::TrajectoryStreamRequest request;
    EXPECT_TRUE(stream->Read(&request));
    v1::TrajectoryStreamResponse response;
    response.mutable_hello_ack()->set_latest_weights_version(number == 1 ? 9 : 2);
    stream->Write(response);
    if (number > 1) return ReadAll(stream);
    return grpc::Status(grpc::StatusCode::UNAVAILABLE, "the learner died");
  });
  Connect(learner);
  EXPECT_TRUE(Eventually([&] { return versions_.values().size() == 2; }));
  EXPECT_THAT(versions_.values(), ElementsAre(9, 2));
  client_->Stop(kNoTime);
}

TEST_F(StreamClientTest, PaysForOldTrajectoriesWhenTheLearnerAsksForCredits) {
  Seen<uint64_t> paid;
  ScriptedLearner learner([&](int number, LearnerStream* stream, grpc::ServerContext*) {
    AnswerHello(stream, 0);
    if (number == 1) {
      EXPECT_EQ(ReadSequence(stream), 1u);
      return grpc::Status(grpc::StatusCode::FAILED_PRECONDITION, "without a credit");
    }
    GrantCredits(stream, 2);
    return ReadAll(stream, &paid);
  });
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(outbox_.Add(Episode(), kPatience).ok());
  Connect(learner);
  EXPECT_TRUE(Eventually([&] { return paid.values().size() == 2; }));
  absl::SleepFor(absl::Milliseconds(150));
  EXPECT_THAT(paid.values(), ElementsAre(1, 2)) << "the third has no credit";
  EXPECT_EQ(credits_.available(), 0u);
  client_->Stop(kNoTime);
}

}  // namespace
}  // namespace weft
