// What an operator asks of a learner.
#include <filesystem>

#include "gtest/gtest.h"
#include "tests/learner/serving/learner_fixture.h"

namespace weft {
namespace {

using AdminServiceTest = LearnerTest;

TEST_F(AdminServiceTest, CheckpointAndShutdownCanBeAskedFor) {
  RunningLearner learner(config_, run_dir_);
  grpc::ClientContext checkpoint_context;
  SetDeadline(&checkpoint_context, absl::Seconds(30));
  v1::CheckpointResponse response;
  ASSERT_TRUE(learner.admin().Checkpoint(&checkpoint_context, {}, &response).ok());
  EXPECT_TRUE(std::filesystem::exists(response.path()));

  TestActor actor(learner.channel());
  actor.Hello("a");
  grpc::ClientContext shutdown_context;
  SetDeadline(&shutdown_context, absl::Seconds(30));
  v1::ShutdownRequest request;
  request.set_reason("an operator asked");
  v1::ShutdownResponse unused;
  ASSERT_TRUE(learner.admin().Shutdown(&shutdown_context, request, &unused).ok());
  EXPECT_TRUE(actor.AwaitDrain());
  actor.HalfClose();
  EXPECT_TRUE(learner.Join().ok());
  EXPECT_TRUE(std::filesystem::exists(run_dir_ + "/summary.json"));
}

}  // namespace
}  // namespace weft
