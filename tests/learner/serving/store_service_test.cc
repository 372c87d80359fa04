// The schedule store over real sockets, with clients that die.
#include "learner/serving/store_service.h"

#include <atomic>
#include <thread>
#include <vector>

#include "common/rpc/channel.h"
#include "common/rpc/server.h"
#include "common/store/store_client.h"
#include "common/store/store_proto.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "learner/serving/periodic_task.h"
#include "tests/common/store/example_record.h"
#include "tests/learner/temporary_folder.h"

namespace weft {
namespace {

constexpr absl::Duration kLease = absl::Seconds(1);
constexpr absl::Duration kPatience = absl::Seconds(30);

class StoreServiceTest : public ::testing::Test {
 protected:
  StoreServiceTest()
      : store_(*SqliteStore::Open({folder_.path() + "/store.sqlite"}), {kLease}),
        service_(&store_, kLease, Observer()),
        server_(*RpcServer::Start("127.0.0.1:0", {&service_})),
        ticks_(absl::Milliseconds(20), [this] { store_.Tick(); }) {}
  ~StoreServiceTest() override { store_.Close(); }

  StoreObserver Observer() {
    StoreObserver observer;
    observer.hit = [this] { ++hits_; };
    observer.recorded = [this] { ++recorded_; };
    observer.failed = [this](const absl::Status&) { ++failed_; };
    return observer;
  }

  std::unique_ptr<StoreClient> NewClient() {
    return std::make_unique<StoreClient>(CreateRpcChannel(server_->address()));
  }

  static absl::StatusOr<Claim> Begin(StoreClient& client,
                                     absl::Duration timeout = kPatience) {
    return client.Begin(ExampleKey(), ExampleLimits(), timeout);
  }

  TemporaryFolder folder_;
  std::atomic<int> hits_{0};
  std::atomic<int> recorded_{0};
  std::atomic<int> failed_{0};
  SharedStore store_;
  StoreService service_;
  std::unique_ptr<RpcServer> server_;
  PeriodicTask ticks_;
};

TEST_F(StoreServiceTest, WhatOneClientRecordsAnotherFindsWhole) {
  const auto client = NewClient();
  const absl::StatusOr<Claim> claim = Begin(*client);
  ASSERT_TRUE(claim.ok()) << claim.status();
  ASSERT_NE(claim->token, 0u);
  ASSERT_TRUE(client->Record(claim->token, ExampleRecord()).ok());
  const absl::StatusOr<Claim> found = Begin(*NewClient());
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_TRUE(found->hit);
  EXPECT_EQ(ToProto(*found->hit).SerializeAsString(),
            ToProto(ExampleRecord()).SerializeAsString());
  EXPECT_EQ(hits_, 1);
  EXPECT_EQ(recorded_, 1);
}

TEST_F(StoreServiceTest, ActorsThatAskForOneKeyMeasureItOnce) {
  std::atomic<int> measured{0};
  std::atomic<int> reused{0};
  std::vector<std::thread> actors;
  for (int i = 0; i < 4; ++i) {
    actors.emplace_back([&] {
      const auto client = NewClient();
      const absl::StatusOr<Claim> claim = Begin(*client);
      ASSERT_TRUE(claim.ok()) << claim.status();
      if (claim->hit) {
        ++reused;
        return;
      }
      ++measured;
      absl::SleepFor(2 * kLease);  // Longer than a lease that nobody renews.
      EXPECT_TRUE(client->Record(claim->token, ExampleRecord()).ok());
    });
  }
  for (std::thread& actor : actors) actor.join();
  EXPECT_EQ(measured, 1);
  EXPECT_EQ(reused, 3);
  EXPECT_EQ(*store_.rows().CountRows(), 1);
}

TEST_F(StoreServiceTest, TheClaimOfAnActorThatDiedGoesToTheNext) {
  auto dead = NewClient();
  ASSERT_TRUE(Begin(*dead).ok());
  dead.reset();  // It renews no more, like a process that was killed.
  const auto client = NewClient();
  const absl::StatusOr<Claim> claim = Begin(*client);
  ASSERT_TRUE(claim.ok()) << claim.status();
  EXPECT_FALSE(claim->hit);
  EXPECT_NE(claim->token, 0u);
  EXPECT_EQ(store_.flights().expired(), 1u);
}

TEST_F(StoreServiceTest, AnAbandonedClaimGoesToWhoWaits) {
  const auto first = NewClient();
  const absl::StatusOr<Claim> held = Begin(*first);
  ASSERT_TRUE(held.ok());
  std::thread waiting([this] {
    const auto second = NewClient();
    const absl::StatusOr<Claim> claim = Begin(*second);
    ASSERT_TRUE(claim.ok()) << claim.status();
    EXPECT_NE(claim->token, 0u);
    EXPECT_TRUE(second->Abandon(claim->token).ok());
  });
  while (store_.flights().waiters() == 0) absl::SleepFor(absl::Milliseconds(5));
  EXPECT_TRUE(first->Abandon(held->token).ok());
  waiting.join();
  EXPECT_TRUE(absl::IsNotFound(first->Abandon(held->token)));
}

TEST_F(StoreServiceTest, WaitingForAnotherActorHasADeadline) {
  const auto first = NewClient();
  ASSERT_TRUE(Begin(*first).ok());
  const auto second = NewClient();
  const absl::Status status = Begin(*second, absl::Milliseconds(100)).status();
  EXPECT_TRUE(absl::IsDeadlineExceeded(status)) << status;
}

// The server hears of a caller that gave up some time after it did, so that the
// scenario is tried with more and more time for that.
TEST_F(StoreServiceTest, AClientThatGivesUpItsWaitHoldsNothing) {
  const auto first = NewClient();
  const auto stub = v1::StoreService::NewStub(CreateRpcChannel(server_->address()));
  v1::BeginMeasurementRequest request;
  *request.mutable_key() = ToProto(ExampleKey());
  *request.mutable_limits() = ToProto(ExampleLimits());
  request.set_wait_seconds(10);
  bool left_with_it = true;
  for (int attempt = 1; attempt <= 10 && left_with_it; ++attempt) {
    const absl::StatusOr<Claim> held = Begin(*first);
    ASSERT_TRUE(held.ok()) << held.status();
    v1::BeginMeasurementResponse response;
    grpc::ClientContext context;
    SetDeadline(&context, absl::Milliseconds(100));
    EXPECT_FALSE(stub->Begin(&context, request, &response).ok());
    absl::SleepFor(attempt * absl::Milliseconds(50));
    EXPECT_TRUE(first->Abandon(held->token).ok());
    left_with_it = store_.flights().flights() > 0;
  }
  EXPECT_FALSE(left_with_it);
}

TEST_F(StoreServiceTest, BestSchedulesAndTheBaselineOfATaskAreListed) {
  const auto client = NewClient();
  MeasurementRecord baseline = ExampleRecord("stop", 9e-5);
  baseline.baseline = true;
  for (const MeasurementRecord& record :
       {baseline, ExampleRecord("slow", 3e-5), ExampleRecord("fast", 1e-5)}) {
    ASSERT_TRUE(client->Record(0, record).ok());
  }
  const absl::StatusOr<TaskRecords> found =
      client->FindTask(ExampleKey().task_key(), 16);
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_TRUE(found->baseline);
  EXPECT_EQ(found->baseline->schedule, "stop");
  ASSERT_EQ(found->best.size(), 2u);
  EXPECT_EQ(found->best[0].schedule, "fast");
  EXPECT_EQ(found->best[1].schedule, "slow");
}

TEST_F(StoreServiceTest, MalformedRequestsAreRefusedAndAreNoFailureOfTheStore) {
  const auto client = NewClient();
  MeasurementKey key = ExampleKey();
  key.cpu = "";
  EXPECT_TRUE(
      absl::IsInvalidArgument(client->Begin(key, ExampleLimits(), kPatience).status()));
  EXPECT_TRUE(
      absl::IsInvalidArgument(client->Record(0, FailedRecord(Outcome::kWorkerLost))));
  EXPECT_TRUE(absl::IsInvalidArgument(
      client->FindTask(ExampleKey().task_key(), 1000).status()));
  EXPECT_EQ(failed_, 0);
  EXPECT_EQ(*store_.rows().CountRows(), 0);
}

TEST_F(StoreServiceTest, ALearnerThatIsAwayIsAnErrorAndNoHang) {
  const auto client = NewClient();
  server_->Shutdown(absl::ZeroDuration());
  EXPECT_FALSE(Begin(*client).ok());
  EXPECT_FALSE(client->Record(0, ExampleRecord()).ok());
  EXPECT_FALSE(client->FindTask(ExampleKey().task_key(), 1).ok());
}

TEST_F(StoreServiceTest, ClosingTheStoreEndsCallsThatWait) {
  const auto first = NewClient();
  ASSERT_TRUE(Begin(*first).ok());
  std::thread waiting([this] { EXPECT_FALSE(Begin(*NewClient()).ok()); });
  while (store_.flights().waiters() == 0) absl::SleepFor(absl::Milliseconds(5));
  store_.Close();
  waiting.join();
}

}  // namespace
}  // namespace weft
