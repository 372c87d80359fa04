// That a training which was saved, destroyed and restored is the uninterrupted one, to
// the last bit.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "actor/environment/noisy_environment.h"
#include "actor/environment/synthetic_environment.h"
#include "common/policy/torch_threads.h"
#include "learner/local/local_training.h"

namespace weft {
namespace {

constexpr int kUpdates = 4;
constexpr int kEpisodes = 7;  // No multiple of the environments or the programs.

// A training and the environments that it plays in; one has a random engine of its own.
struct Training {
  std::vector<std::unique_ptr<Environment>> environments;
  std::unique_ptr<LocalTraining> training;

  // The mean rewards of so many updates, and of episodes after them.
  std::vector<double> Rewards(int updates) {
    std::vector<double> rewards;
    for (int i = 0; i < updates; ++i) {
      rewards.push_back(training->Iterate(kEpisodes).value().mean_reward);
    }
    const std::vector<Trajectory> after = training->Play(5, Selection::kSample).value();
    for (const Trajectory& episode : after) {
      rewards.push_back(episode.total_reward());
    }
    return rewards;
  }
};

LocalTrainingOptions Options(const std::string& encoder) {
  SetTorchThreads(1);
  LocalTrainingOptions options;
  options.policy = {encoder, 16, 1};
  options.ppo.minibatch_steps = 16;
  options.ppo.return_normalization = "popart";
  options.ppo.reward_normalization = "running";
  options.ppo.kl_coefficient = 0.5;
  options.ppo.target_entropy = 0.9;
  options.total_updates = 2 * kUpdates;
  options.seed = 7;
  return options;
}

Training Make(const LocalTrainingOptions& options, int noisy = 1) {
  Training made;
  made.environments.push_back(
      std::make_unique<SyntheticEnvironment>(SyntheticEnvironmentOptions()));
  for (int i = 0; i < noisy; ++i) {
    NoiseOptions noise;
    noise.time_noise = 0.1;
    noise.measurement_failures = 0.1;
    made.environments.push_back(std::make_unique<NoisyEnvironment>(
        noise, std::make_unique<SyntheticEnvironment>(SyntheticEnvironmentOptions())));
  }
  std::vector<Environment*> environments;
  for (const auto& environment : made.environments) {
    environments.push_back(environment.get());
  }
  made.training =
      LocalTraining::Create(options, environments, {"matmul", "transpose", "row_sum"})
          .value();
  return made;
}

std::string FileOfState(const LocalTraining& training) {
  const std::string path = testing::TempDir() + "/local_training_state";
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << training.SerializeState().value();
  return path;
}

std::string ReadAll(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

class LocalTrainingState : public testing::TestWithParam<std::string> {};

TEST_P(LocalTrainingState, RestoredFromAFileItIsTheUninterruptedRun) {
  for (const int staleness : {0, 2}) {
    LocalTrainingOptions options = Options(GetParam());
    options.staleness = staleness;
    Training straight = Make(options);
    straight.Rewards(kUpdates);
    const std::vector<double> expected = straight.Rewards(kUpdates);

    Training stopped = Make(options);
    stopped.Rewards(kUpdates);
    const std::string file = FileOfState(*stopped.training);
    stopped = Training();

    options.seed = 8;  // Nothing of what it is before may be left.
    Training resumed = Make(options);
    resumed.Rewards(1);
    const absl::Status restored = resumed.training->RestoreState(ReadAll(file));
    ASSERT_TRUE(restored.ok()) << restored;
    EXPECT_EQ(resumed.Rewards(kUpdates), expected) << "staleness " << staleness;
    EXPECT_TRUE(resumed.training->learner().SerializeWeights().value() ==
                straight.training->learner().SerializeWeights().value());
    EXPECT_EQ(resumed.training->steps(), straight.training->steps());
  }
}

INSTANTIATE_TEST_SUITE_P(Encoders, LocalTrainingState,
                         testing::Values("lstm", "convnext"));

TEST(LocalTrainingState, RefusesWhatIsNoStateOfSuchATraining) {
  const Training training = Make(Options("convnext"));
  const std::string state = training.training->SerializeState().value();
  const auto code = [&](const std::string& bytes) {
    return training.training->RestoreState(bytes).code();
  };
  EXPECT_EQ(code(""), absl::StatusCode::kDataLoss);
  EXPECT_EQ(code(state.substr(0, state.size() - 1)), absl::StatusCode::kDataLoss);
  std::string flipped = state;
  flipped[state.size() / 2] ^= 1;
  EXPECT_EQ(code(flipped), absl::StatusCode::kDataLoss);
  EXPECT_EQ(code(Make(Options("convnext"), 2).training->SerializeState().value()),
            absl::StatusCode::kFailedPrecondition);
  LocalTrainingOptions stale = Options("convnext");
  stale.staleness = 1;
  EXPECT_EQ(code(Make(stale).training->SerializeState().value()),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(code(state), absl::StatusCode::kOk);
}

}  // namespace
}  // namespace weft
