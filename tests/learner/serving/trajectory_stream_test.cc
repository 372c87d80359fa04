#include <string>

#include "gmock/gmock.h"
#include "grpcpp/generic/generic_stub.h"
#include "gtest/gtest.h"
#include "tests/learner/serving/running_learner.h"
#include "tests/learner/serving/test_actor.h"
#include "tests/learner/temporary_folder.h"

namespace weft {
namespace {

using ::testing::HasSubstr;

class TrajectoryStreamTest : public ::testing::Test {
 protected:
  TemporaryFolder folder_;
  RunningLearner learner_{SmallConfig(), folder_.path() + "/run"};
};

TEST_F(TrajectoryStreamTest, ATrajectoryWithoutACreditEndsTheStream) {
  TestActor greedy(learner_.channel());
  greedy.Hello("greedy");
  // The three iterations take twelve and the queue holds eight: 200 are never paid.
  uint64_t sequence = 0;
  while (sequence < 200 && greedy.Send(ExampleTrajectory(++sequence))) {
  }
  const grpc::Status status = greedy.Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(status.error_message(), HasSubstr("without a credit"));
}

TEST_F(TrajectoryStreamTest, ASequenceOutOfOrderEndsTheStream) {
  TestActor actor(learner_.channel());
  actor.Hello("a");
  actor.Play(ExampleTrajectory(1));
  ASSERT_TRUE(actor.AwaitCredit());
  actor.Send(ExampleTrajectory(3));
  const grpc::Status status = actor.Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("trajectory 3 is out of order"));
}

TEST_F(TrajectoryStreamTest, ATrajectoryBeforeTheHelloEndsTheStream) {
  TestActor actor(learner_.channel());
  actor.Send(ExampleTrajectory(1));
  EXPECT_EQ(actor.Finish().error_code(), grpc::StatusCode::FAILED_PRECONDITION);
}

TEST_F(TrajectoryStreamTest, ASecondHelloEndsTheStream) {
  TestActor actor(learner_.channel());
  actor.Hello("a");
  actor.SendHello("a", "run");
  const grpc::Status status = actor.Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("second hello"));
}

TEST_F(TrajectoryStreamTest, AnActorThatLeavesPolitelyIsAnsweredWithOk) {
  TestActor actor(learner_.channel());
  actor.Hello("a");
  EXPECT_EQ(learner_.GetStatus().connected_actors(), 1u);
  actor.HalfClose();
  EXPECT_TRUE(actor.Finish().ok());
  EXPECT_TRUE(Eventually([&] { return learner_.GetStatus().connected_actors() == 0; }));
}

TEST_F(TrajectoryStreamTest, AnInvalidTrajectoryIsAcknowledgedAndTheStreamGoesOn) {
  TestActor actor(learner_.channel());
  actor.Hello("a");
  Trajectory invalid = ExampleTrajectory(1);
  invalid.program = "../../outside";
  actor.Play(invalid);
  actor.Play(ExampleTrajectory(2));
  EXPECT_EQ(learner_.GetStatus().episodes(), 1u);
}

TEST_F(TrajectoryStreamTest, BytesThatAreNoMessageEndThatStreamAlone) {
  grpc::GenericStub stub(learner_.channel());
  grpc::ClientContext context;
  SetDeadline(&context, absl::Seconds(30));
  grpc::CompletionQueue queue;
  auto stream = stub.PrepareCall(&context, "/weft.v1.TrajectoryService/Stream", &queue);
  void* tag = nullptr;
  bool ok = false;
  stream->StartCall(nullptr);
  ASSERT_TRUE(queue.Next(&tag, &ok) && ok);
  const grpc::Slice garbage("\xff\xff\xff\xff not protobuf");
  stream->Write(grpc::ByteBuffer(&garbage, 1), nullptr);
  ASSERT_TRUE(queue.Next(&tag, &ok) && ok);
  grpc::Status status;
  stream->Finish(&status, nullptr);
  ASSERT_TRUE(queue.Next(&tag, &ok));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("not a TrajectoryStreamRequest"));

  TestActor actor(learner_.channel());
  actor.Hello("a");
  actor.Play(ExampleTrajectory(1));
}

TEST_F(TrajectoryStreamTest,
       AReconnectedActorHearsWhatIsStoredAndResendsAreNotDoubled) {
  {
    TestActor actor(learner_.channel());
    actor.Hello("a");
    actor.Play(ExampleTrajectory(1));
    actor.Play(ExampleTrajectory(2));
  }
  TestActor again(learner_.channel());
  EXPECT_EQ(again.Hello("a"), 2u);
  ASSERT_TRUE(again.Send(ExampleTrajectory(2)));
  EXPECT_EQ(again.AwaitAck(), 2u);
  EXPECT_EQ(learner_.GetStatus().episodes(), 2u);
}

TEST_F(TrajectoryStreamTest, CreditsOfAVanishedActorReachTheOther) {
  auto vanishing = std::make_unique<TestActor>(learner_.channel());
  vanishing->Hello("vanishing");
  ASSERT_TRUE(vanishing->AwaitCredit());  // Has all that may be outstanding, or most.
  TestActor other(learner_.channel());
  other.Hello("other");
  vanishing.reset();
  for (uint64_t i = 1; i <= 8; ++i) other.Play(ExampleTrajectory(i));
}

}  // namespace
}  // namespace weft
