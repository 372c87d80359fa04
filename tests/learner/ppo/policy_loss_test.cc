// The loss against the formulas of its papers, computed here in plain double precision.
#include "learner/ppo/policy_loss.h"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <utility>

#include "common/policy/torch_threads.h"
#include "tests/learner/ppo/synthetic_training.h"

namespace weft {
namespace {

constexpr double kClip = 0.2;

double Huber(double error) {
  return std::abs(error) < 1 ? error * error / 2 : std::abs(error) - 0.5;
}

class PolicyLossTest : public testing::Test {
 protected:
  PolicyLossTest() {
    SetTorchThreads(1);
    PolicyOptions policy;
    policy.width = 16;
    policy.layers = 1;
    network_ = *PolicyNetwork::Create(policy, 1);
    network_->SetValueUnit(-1, settings_.value_scale);
    std::mt19937_64 random(1);
    episodes_ = PlayEpisodes(RandomPolicy(), 1, 12, random);
    experience_ = *GatherExperience(episodes_, 0);
    EXPECT_TRUE(EstimateTargets(options_, &experience_).ok());
    for (int i = 0; i < experience_.size(); ++i) all_.push_back(i);
    FixRatios(random);
  }

  // Ratios from 1/4 to 4, weights from 0 to 1, values up to 2 from what they are now.
  void FixRatios(std::mt19937_64& random) {
    torch::NoGradGuard no_grad;
    Minibatch now = MakeMinibatch(experience_, all_);
    const Replay replay =
        ReplayDecisions(*network_, MakeDecisionTensors(now.tokens, now.parts));
    std::uniform_real_distribution<double> uniform(-1, 1);
    for (int i : all_) {
      log_ratios_.push_back(uniform(random) * std::log(4.0));
      values_.push_back(replay.value[i].item<double>());
      entropies_.push_back(replay.entropy[i].item<double>());
      experience_.proximal_log_probabilities[i] =
          static_cast<float>(replay.log_probability[i].item<double>() - log_ratios_[i]);
      experience_.weights[i] = static_cast<float>((1 + uniform(random)) / 2);
      experience_.values[i] = values_[i] + 2 * uniform(random);
    }
  }

  PolicyLoss Loss(const std::vector<int>& decisions, int64_t size) {
    return ComputeLoss(
        *network_, MakeMinibatchTensors(MakeMinibatch(experience_, decisions), false),
        options_, settings_, size);
  }
  LossTerms Terms() { return ReadTerms(Loss(all_, experience_.size()).terms); }

  template <typename F>
  double Mean(F of_decision) const {
    double sum = 0;
    for (int i : all_) sum += of_decision(i) / static_cast<double>(all_.size());
    return sum;
  }
  double Objective(int i) const {
    const double ratio = std::exp(log_ratios_[i]);
    const double advantage = experience_.advantages[i];
    return std::min(ratio * advantage,
                    std::clamp(ratio, 1 - kClip, 1 + kClip) * advantage);
  }

  PpoOptions options_;
  LossSettings settings_ = {0.1, 0, 1.5};
  std::shared_ptr<PolicyNetwork> network_;
  std::vector<Trajectory> episodes_;
  Experience experience_;
  std::vector<int> all_;
  std::vector<double> log_ratios_, values_, entropies_;
};

TEST_F(PolicyLossTest, IsTheClippedObjectiveWithEachDecisionWeighted) {
  const LossTerms terms = Terms();
  EXPECT_NEAR(terms.policy,
              -Mean([&](int i) { return experience_.weights[i] * Objective(i); }),
              1e-5);
  EXPECT_NEAR(terms.entropy, Mean([&](int i) { return entropies_[i]; }), 1e-5);
  EXPECT_NEAR(terms.approximate_kl,
              Mean([&](int i) { return std::expm1(log_ratios_[i]) - log_ratios_[i]; }),
              1e-5);
  EXPECT_NEAR(terms.clip_fraction, Mean([&](int i) {
                return std::abs(std::expm1(log_ratios_[i])) > kClip ? 1.0 : 0.0;
              }),
              1e-6);
}

TEST_F(PolicyLossTest, ADualClipBoundsWhatABadActionCountsFor) {
  options_.dual_clip = 1.5;
  int bounded = 0;
  const double expected = -Mean([&](int i) {
    const double advantage = experience_.advantages[i];
    const double bound = 1.5 * advantage;
    if (advantage < 0 && Objective(i) < bound) ++bounded;
    const double objective =
        advantage < 0 ? std::max(Objective(i), bound) : Objective(i);
    return experience_.weights[i] * objective;
  });
  EXPECT_GT(bounded, 0);
  EXPECT_NEAR(Terms().policy, expected, 1e-5);
}

TEST_F(PolicyLossTest, TheCriticsLossIsHubersInUnitsOfTheReturnsSpread) {
  EXPECT_NEAR(Terms().value, Mean([&](int i) {
                return Huber((values_[i] - experience_.returns[i]) / 1.5);
              }),
              1e-4);
}

TEST_F(PolicyLossTest, AValueClipGivesNothingForGoingFurther) {
  options_.value_clip = 0.5;
  int clipped = 0;
  const double expected = Mean([&](int i) {
    const double old = experience_.values[i];
    const double near = old + std::clamp(values_[i] - old, -0.75, 0.75);
    const double free_loss = Huber((values_[i] - experience_.returns[i]) / 1.5);
    const double near_loss = Huber((near - experience_.returns[i]) / 1.5);
    if (near_loss > free_loss) ++clipped;
    return std::max(free_loss, near_loss);
  });
  EXPECT_GT(clipped, 0);
  EXPECT_NEAR(Terms().value, expected, 1e-4);
}

TEST_F(PolicyLossTest, TheTotalAddsTheTermsWithTheirCoefficients) {
  settings_.kl_coefficient = 0.7;
  const PolicyLoss loss = Loss(all_, experience_.size());
  const LossTerms terms = ReadTerms(loss.terms);
  EXPECT_NEAR(loss.total.item<double>(),
              terms.policy + 0.5 * terms.value - 0.1 * terms.entropy +
                  0.7 * terms.approximate_kl,
              1e-5);
}

TEST_F(PolicyLossTest, PartsOfAMinibatchAddUpToTheWholeInLossAndGradient) {
  const auto gradients = [&](const std::vector<std::vector<int>>& parts) {
    network_->zero_grad();
    torch::Tensor terms = torch::zeros({5});
    for (const std::vector<int>& part : parts) {
      const PolicyLoss loss = Loss(part, experience_.size());
      loss.total.backward();
      terms += loss.terms;
    }
    std::vector<torch::Tensor> result = {terms};
    for (const torch::Tensor& parameter : network_->parameters()) {
      result.push_back(parameter.grad().clone());
    }
    return result;
  };
  const std::vector<int> first(all_.begin(), all_.begin() + 7);
  const std::vector<int> rest(all_.begin() + 7, all_.end());
  const std::vector<torch::Tensor> whole = gradients({all_});
  const std::vector<torch::Tensor> sum = gradients({first, rest});
  for (size_t i = 0; i < whole.size(); ++i) {
    EXPECT_TRUE(torch::allclose(sum[i], whole[i], 1e-3, 1e-5)) << "tensor " << i;
  }
}

}  // namespace
}  // namespace weft
