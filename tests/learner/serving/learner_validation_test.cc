// Validation inside of training: real sockets, and an actor that answers by the rules.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "learner/checkpoint/checkpoint_file.h"
#include "learner/checkpoint/run_state.h"
#include "tests/learner/serving/learner_fixture.h"
#include "weft/v1/weights.grpc.pb.h"

namespace weft {
namespace {

class LearnerValidationTest : public LearnerTest {
 protected:
  LearnerValidationTest() {
    config_.validation.every_iterations = 1;
    config_.learner.keep_checkpoints = 1;
  }

  std::vector<nlohmann::json> ValidationLines() const {
    std::vector<nlohmann::json> lines;
    for (const nlohmann::json& line : Metrics()) {
      if (line.contains("validation")) lines.push_back(line);
    }
    return lines;
  }

  // An actor that can validate on one program.
  static std::unique_ptr<TestActor> Connect(RunningLearner* learner,
                                            const std::string& id) {
    auto actor = std::make_unique<TestActor>(learner->channel());
    actor->OfferValidation({"held_out"});
    actor->Hello(id);
    return actor;
  }

  // Answers the next task with an episode of this reward.
  static void Validate(TestActor* actor, double reward) {
    const v1::ValidationTask task = actor->AwaitValidation();
    ASSERT_FALSE(task.program().empty());
    Trajectory trajectory = ExampleTrajectory(1, reward);
    trajectory.program = task.program();
    trajectory.weights_version = task.weights_version();
    ASSERT_TRUE(actor->SendValidation(task, trajectory));
  }
};

TEST_F(LearnerValidationTest, EveryRoundIsALineAndTheBestCheckpointIsKept) {
  RunningLearner learner(config_, run_dir_);
  auto actor = Connect(&learner, "a");
  Validate(actor.get(), -3);  // Before any update.
  uint64_t sequence = 0;
  for (const double reward : {-1.0, -2.0, -1.5}) {
    for (int i = 0; i < 4; ++i) actor->Play(ExampleTrajectory(++sequence));
    Validate(actor.get(), reward);
  }
  ASSERT_TRUE(Eventually([&] { return learner.GetStatus().finished(); }));
  const v1::ValidationStatus status = learner.GetStatus().validation();
  EXPECT_EQ(status.iteration(), 3u);
  EXPECT_EQ(status.best_iteration(), 1u);
  EXPECT_NEAR(status.best_mean_reward(), -1, 1e-6);
  actor.reset();  // The learner need not wait for it.
  EXPECT_TRUE(learner.Stop().ok());

  const std::vector<nlohmann::json> lines = ValidationLines();
  ASSERT_EQ(lines.size(), 4u);
  for (size_t i = 0; i < 4; ++i) EXPECT_EQ(lines[i]["iteration"], i);
  EXPECT_EQ(lines[1]["validation"]["tasks"][0]["program"], "held_out");
  const nlohmann::json summary = nlohmann::json::parse(File("summary.json"));
  EXPECT_NEAR(summary["validation"]["first"]["mean_reward"].get<double>(), -3, 1e-6);
  EXPECT_EQ(summary["validation"]["best"]["iteration"], 1);
  EXPECT_EQ(summary["validation"]["last"]["iteration"], 3);
  // keep_checkpoints is 1, so only best.weft can still be of the first iteration.
  const auto best = DecodeCheckpoint(File("checkpoints/best.weft"));
  ASSERT_TRUE(best.ok()) << best.status();
  EXPECT_EQ(RunState::Load(*best)->iteration, 1u);
}

// A checkpoint that says that a round is done must find its line on disk: a kill may
// come long before the next iteration ends.
TEST_F(LearnerValidationTest, ALineIsWrittenWhenItsRoundIsDone) {
  RunningLearner learner(config_, run_dir_);
  auto actor = Connect(&learner, "a");
  Validate(actor.get(), -3);
  ASSERT_TRUE(Eventually([&] { return learner.GetStatus().has_validation(); }));
  EXPECT_EQ(ValidationLines().size(), 1u);
  actor.reset();
  EXPECT_TRUE(learner.Stop().ok());
}

TEST_F(LearnerValidationTest, AResumedRunKnowsItsRoundsAndItsBest) {
  {
    RunningLearner learner(config_, run_dir_);
    auto actor = Connect(&learner, "a");
    Validate(actor.get(), -3);
    for (uint64_t i = 1; i <= 4; ++i) actor->Play(ExampleTrajectory(i));
    Validate(actor.get(), -1);
    ASSERT_TRUE(Eventually(
        [&] { return learner.GetStatus().validation().best_iteration() == 1; }));
    actor.reset();
    EXPECT_TRUE(learner.Stop().ok());
  }
  config_.learner.iterations = 2;
  RunningLearner learner(config_, run_dir_, /*resume=*/true);
  auto actor = Connect(&learner, "a");
  for (uint64_t i = 5; i <= 8; ++i) actor->Play(ExampleTrajectory(i));
  Validate(actor.get(), -2);  // The next task is of the next iteration.
  ASSERT_TRUE(Eventually([&] { return learner.GetStatus().finished(); }));
  actor.reset();
  EXPECT_TRUE(learner.Stop().ok());
  const std::vector<nlohmann::json> lines = ValidationLines();
  ASSERT_EQ(lines.size(), 3u);
  for (size_t i = 0; i < 3; ++i) EXPECT_EQ(lines[i]["iteration"], i);
  const nlohmann::json summary = nlohmann::json::parse(File("summary.json"));
  EXPECT_EQ(summary["validation"]["best"]["iteration"], 1);
  const auto best = DecodeCheckpoint(File("checkpoints/best.weft"));
  ASSERT_TRUE(best.ok()) << best.status();
  EXPECT_EQ(RunState::Load(*best)->iteration, 1u);
}

TEST_F(LearnerValidationTest, ValidationEpisodesAreNotTrainedOn) {
  config_.learner.iterations = 1;
  RunningLearner learner(config_, run_dir_);
  auto actor = Connect(&learner, "a");
  Validate(actor.get(), -3);
  for (uint64_t i = 1; i <= 4; ++i) actor->Play(ExampleTrajectory(i));
  Validate(actor.get(), -1);
  ASSERT_TRUE(Eventually([&] { return learner.GetStatus().finished(); }));
  EXPECT_EQ(learner.GetStatus().episodes(), 4u);
  EXPECT_EQ(learner.ppo().history().find("held_out"), std::string::npos);
  actor.reset();  // The learner need not wait for it.
  EXPECT_TRUE(learner.Stop().ok());
}

TEST_F(LearnerValidationTest, TheWeightsUnderValidationAreKeptWhileNewerOnesComeOut) {
  config_.learner.iterations = 3;
  config_.validation.every_iterations = 100;
  RunningLearner learner(config_, run_dir_);
  auto actor = Connect(&learner, "a");
  const v1::ValidationTask task = actor->AwaitValidation();
  for (uint64_t i = 1; i <= 8; ++i) actor->Play(ExampleTrajectory(i));
  ASSERT_TRUE(Eventually([&] { return learner.GetStatus().iteration() == 2; }));
  const auto weights = v1::WeightsService::NewStub(learner.channel());
  const auto pull = [&](uint64_t version) {
    grpc::ClientContext context;
    SetDeadline(&context, absl::Seconds(20));
    v1::PullWeightsRequest request;
    request.set_exactly(version);
    const auto reader = weights->Pull(&context, request);
    v1::WeightsChunk chunk;
    const bool read = reader->Read(&chunk);
    while (reader->Read(&chunk)) {
    }
    const grpc::Status end = reader->Finish();
    EXPECT_EQ(read, end.ok());
    return std::make_pair(end.error_code(), chunk.version());
  };
  EXPECT_EQ(pull(task.weights_version()),
            std::make_pair(grpc::StatusCode::OK, task.weights_version()));
  EXPECT_EQ(pull(task.weights_version() + 1).first, grpc::StatusCode::NOT_FOUND);
  actor.reset();  // The learner need not wait for it.
  EXPECT_TRUE(learner.Stop().ok());
}

TEST_F(LearnerValidationTest, ATaskOfALostActorGoesToAnother) {
  config_.learner.iterations = 1;
  RunningLearner learner(config_, run_dir_);
  {
    const auto lost = Connect(&learner, "a");
    EXPECT_EQ(lost->AwaitValidation().program(), "held_out");
  }
  auto actor = Connect(&learner, "b");
  Validate(actor.get(), -1);
  ASSERT_TRUE(Eventually([&] { return learner.GetStatus().has_validation(); }));
  EXPECT_EQ(learner.GetStatus().validation().failures(), 0u);
  actor.reset();  // The learner need not wait for it.
  EXPECT_TRUE(learner.Stop().ok());
}

TEST_F(LearnerValidationTest, AnAnswerThatIsNoneCountsAsAFailure) {
  config_.learner.iterations = 1;
  RunningLearner learner(config_, run_dir_);
  auto actor = Connect(&learner, "a");
  for (int attempt = 0; attempt < Validator::kMaxAttempts; ++attempt) {
    const v1::ValidationTask task = actor->AwaitValidation();
    Trajectory other = ExampleTrajectory(1);
    other.program = "another";
    ASSERT_TRUE(actor->SendValidation(task, other));
  }
  ASSERT_TRUE(Eventually([&] { return learner.GetStatus().has_validation(); }));
  EXPECT_EQ(learner.GetStatus().validation().failures(), 1u);
  EXPECT_NEAR(learner.GetStatus().validation().mean_reward(),
              config_.actor.failure_reward, 1e-6);
  actor.reset();  // The learner need not wait for it.
  EXPECT_TRUE(learner.Stop().ok());
}

}  // namespace
}  // namespace weft
