// That each encoder learns, from rewards alone: (a) the schedule of one program of the
// synthetic environment, whose optimum is known by trying all schedules; (b) schedules
// of several tasks of the cost-model environment at once, whose optimum is the best
// that long searches find.
//
// The score is a share of the optimum's performance: the geometric mean over programs
// of the optimal time over that of the greedy policy.
#include <gtest/gtest.h>

#include <cmath>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "actor/environment/cost_model/cost_model_environment.h"
#include "actor/environment/synthetic_environment.h"
#include "actor/search/best_known.h"
#include "common/policy/encoders/encoder_list.h"
#include "common/policy/torch_threads.h"
#include "learner/local/local_training.h"

namespace weft {
namespace {

constexpr double kShareOfOptimum = 0.9;
constexpr int kUpdatesBetweenTrials = 5;

struct Lesson {
  std::vector<std::string> programs;
  int updates = 0;  // At most.
  int episodes_per_update = 0;
  PpoOptions ppo;
};

using Case = std::tuple<std::string, uint64_t>;  // Encoder, seed.

std::string CaseName(const testing::TestParamInfo<Case>& info) {
  return std::get<0>(info.param) + "_seed" + std::to_string(std::get<1>(info.param));
}

const auto kEveryEncoderAndSeed =
    testing::Combine(testing::ValuesIn(EncoderNames()), testing::Values(1, 2, 3));

// Trains until the greedy policy is good enough; how many updates that took is printed
// and recorded. `optimum` is the mean of the largest rewards of the programs.
void ExpectToLearn(const Case& test, const Lesson& lesson, Environment& environment,
                   double optimum) {
  SetTorchThreads(1);
  LocalTrainingOptions options;
  options.policy = {std::get<0>(test), 32, 1};
  options.ppo = lesson.ppo;
  options.total_updates = lesson.updates;
  options.seed = std::get<1>(test);
  std::mt19937_64 random(options.seed);
  const double random_reward = MeanReward(environment, RandomPolicy(), lesson.programs,
                                          Selection::kSample, 200, random)
                                   .value();
  // Else there is nothing to learn.
  ASSERT_LT(std::exp(random_reward - optimum), 0.6);
  const auto training = LocalTraining::Create(options, {&environment}, lesson.programs);
  ASSERT_TRUE(training.ok()) << training.status();
  double share = 0;
  int updates = 0;
  while (share < kShareOfOptimum && updates < lesson.updates) {
    const auto stats = (*training)->Iterate(lesson.episodes_per_update);
    ASSERT_TRUE(stats.ok()) << stats.status();
    if (++updates % kUpdatesBetweenTrials != 0) continue;
    const auto reward = (*training)->MeanReward(Selection::kGreedy, 1);
    ASSERT_TRUE(reward.ok()) << reward.status();
    share = std::exp(*reward - optimum);
  }
  std::cout << options.policy.encoder << " seed " << options.seed << ": share " << share
            << " after " << updates << " updates; random "
            << std::exp(random_reward - optimum) << "\n";
  testing::Test::RecordProperty("updates", updates);
  EXPECT_GE(share, kShareOfOptimum) << "after " << updates << " updates";
  EXPECT_LE(share, 1.001);  // Else the optimum is none.
}

class OneProgram : public testing::TestWithParam<Case> {};

TEST_P(OneProgram, IsScheduledAlmostOptimally) {
  Lesson lesson = {{"matmul"}, 80, 64, {}};
  lesson.ppo.learning_rate = 5e-3;
  lesson.ppo.minibatch_steps = 64;
  // Vectorizing at once has three fifths of the optimum's performance, and a tile that
  // is not the right one has less: with less entropy most seeds stay there.
  lesson.ppo.entropy_coefficient = 0.3;
  lesson.ppo.final_entropy_coefficient = 0.05;
  static SyntheticEnvironment environment((SyntheticEnvironmentOptions()));
  static const double optimum = environment.OptimalReward("matmul").value();
  ExpectToLearn(GetParam(), lesson, environment, optimum);
}

INSTANTIATE_TEST_SUITE_P(Learning, OneProgram, kEveryEncoderAndSeed, CaseName);

class SeveralTasks : public testing::TestWithParam<Case> {
 protected:
  static const Lesson& TheLesson() {
    static const auto* const lesson = [] {
      auto* made = new Lesson{
          {"matmul_64x64x64", "sum_rows_64x256", "relu_64x256", "transpose_64x256",
           "conv_nhwc_14x14x32x32_k3", "depthwise_nhwc_14x14x64_k3"},
          100,
          48,
          {}};
      made->ppo.learning_rate = 3e-3;
      made->ppo.minibatch_steps = 64;
      made->ppo.entropy_coefficient = 0.1;
      return made;
    }();
    return *lesson;
  }

  // Searched once.
  static double Optimum() {
    static const double optimum = [] {
      const CostModelOptions environment;
      BestKnownOptions options;
      options.informed = {environment.machine, environment.threads};
      double total = 0;
      for (const std::string& task : TheLesson().programs) {
        total +=
            FindBestKnown(
                task,
                [&] { return std::make_unique<CostModelEnvironment>(environment); },
                options)
                .value()
                .result.reward;
      }
      return total / static_cast<double>(TheLesson().programs.size());
    }();
    return optimum;
  }
};

TEST_P(SeveralTasks, AreScheduledAlmostOptimallyByOnePolicy) {
  CostModelEnvironment environment((CostModelOptions()));
  ExpectToLearn(GetParam(), TheLesson(), environment, Optimum());
}

INSTANTIATE_TEST_SUITE_P(Learning, SeveralTasks, kEveryEncoderAndSeed, CaseName);

}  // namespace
}  // namespace weft
