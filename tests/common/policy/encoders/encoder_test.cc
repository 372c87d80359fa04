// Every encoder against values computed without it, and what all of them promise.
#include "common/policy/encoders/encoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "common/policy/network.h"
#include "common/policy/torch_threads.h"
#include "nlohmann/json.hpp"

namespace weft {
namespace {

constexpr int64_t kWidth = 16;
constexpr int64_t kTokens = 5;
const std::vector<int64_t> kLengths = {5, 3};

// Parameter values of tests/common/policy/encoders/golden.py.
void FillByFormula(Encoder* encoder) {
  torch::NoGradGuard no_grad;
  for (auto& item : encoder->named_parameters()) {
    const std::string& name = item.key();
    int phase = 0;
    for (const char c : name) phase += c;
    const std::string norm = "norm.weight";
    const bool scale = name.size() >= norm.size() &&
                       name.compare(name.size() - norm.size(), norm.size(), norm) == 0;
    const torch::Tensor index = torch::arange(item.value().numel(), torch::kDouble);
    item.value().copy_(
        (torch::sin(index * 0.61 + 1.7 * (phase % 97)) * 0.3 + (scale ? 1 : 0))
            .reshape(item.value().sizes()));
  }
}

torch::Tensor TokensByFormula() {
  const auto rows = static_cast<int64_t>(kLengths.size());
  const torch::Tensor index = torch::arange(rows * kTokens * kWidth, torch::kDouble);
  return torch::sin(index * 0.9 + 0.2)
      .to(torch::kFloat)
      .reshape({rows, kTokens, kWidth});
}

class EncoderTest : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    SetTorchThreads(1);
    PolicyOptions options;
    options.encoder = GetParam();
    options.width = kWidth;
    options.layers = 2;
    encoder_ = MakeEncoder(options);
    ASSERT_NE(encoder_, nullptr);
    FillByFormula(encoder_.get());
  }

  torch::Tensor Encode(const torch::Tensor& tokens, const torch::Tensor& lengths) {
    return encoder_->Encode(tokens, LayOut(lengths, tokens.size(1)));
  }

  std::shared_ptr<Encoder> encoder_;
};

TEST_P(EncoderTest, ComputesWhatItsPaperSays) {
  std::ifstream file(std::string(std::getenv("WEFT_SOURCE_DIR")) +
                     "/tests/common/policy/encoders/golden.json");
  const nlohmann::json golden = nlohmann::json::parse(file).at(GetParam());
  torch::NoGradGuard no_grad;
  const torch::Tensor vectors = Encode(TokensByFormula(), torch::tensor(kLengths));
  for (size_t row = 0; row < kLengths.size(); ++row) {
    for (int64_t t = 0; t < kTokens; ++t) {
      for (int64_t i = 0; i < kWidth; ++i) {
        const float value = vectors[static_cast<int64_t>(row)][t][i].item<float>();
        const float expected =
            t < kLengths[row] ? golden[row][t][i].get<float>() : 0.0F;
        ASSERT_NEAR(value, expected, 2e-4)
            << "sequence " << row << ", token " << t << ", feature " << i;
      }
    }
  }
}

TEST_P(EncoderTest, IsNotChangedByPaddingOrBatching) {
  torch::NoGradGuard no_grad;
  torch::manual_seed(3);
  const std::vector<int64_t> lengths = {1, 9, 4, 12, 7};
  const torch::Tensor tokens = torch::randn({5, 12, kWidth});
  const torch::Tensor together = Encode(tokens, torch::tensor(lengths));
  for (int64_t row = 0; row < 5; ++row) {
    const int64_t length = lengths[row];
    const torch::Tensor alone =
        Encode(tokens.narrow(0, row, 1).narrow(1, 0, length), torch::tensor({length}));
    EXPECT_TRUE(
        torch::allclose(together[row].narrow(0, 0, length), alone[0], 1e-4, 1e-5));
    EXPECT_EQ(together[row].narrow(0, length, 12 - length).abs().sum().item<float>(),
              0);
  }
}

TEST_P(EncoderTest, IsNotChangedByThePaddingOfOneSequence) {
  torch::NoGradGuard no_grad;
  torch::manual_seed(6);
  const torch::Tensor tokens = torch::randn({1, 9, kWidth});
  const torch::Tensor length = torch::tensor({int64_t{5}});
  const torch::Tensor alone = Encode(tokens.narrow(1, 0, 5), length);
  const torch::Tensor padded = Encode(tokens, length);
  ASSERT_EQ(padded.sizes(), tokens.sizes());
  EXPECT_TRUE(torch::allclose(padded.narrow(1, 0, 5), alone, 1e-4, 1e-5));
  EXPECT_EQ(padded.narrow(1, 5, 4).abs().sum().item<float>(), 0);
}

// The heads take the state from the first token's vector and from the mean.
TEST_P(EncoderTest, ShowsEveryTokenToTheFirst) {
  // Two convolutions over 7 positions see 6 to each side.
  const int64_t reach = GetParam() == "convnext" ? 6 : 9;
  torch::NoGradGuard no_grad;
  torch::manual_seed(4);
  const torch::Tensor tokens = torch::randn({1, 10, kWidth});
  const torch::Tensor length = torch::tensor({int64_t{10}});
  const torch::Tensor before = Encode(tokens, length)[0][0];
  for (int64_t t = 0; t < 10; ++t) {
    torch::Tensor changed = tokens.clone();
    changed[0][t].mul_(-1);
    const torch::Tensor after = Encode(changed, length)[0][0];
    const float change = (after - before).abs().max().item<float>();
    EXPECT_EQ(change > 1e-6, t <= reach) << "token " << t << ": " << change;
  }
}

TEST_P(EncoderTest, TrainsEveryParameter) {
  torch::manual_seed(5);
  const torch::Tensor weights = torch::randn({kWidth});
  (Encode(TokensByFormula(), torch::tensor(kLengths)) * weights).sum().backward();
  for (const auto& item : encoder_->named_parameters()) {
    ASSERT_TRUE(item.value().grad().defined()) << item.key();
    EXPECT_TRUE(item.value().grad().isfinite().all().item<bool>()) << item.key();
    // The bias of the keys moves every score of a query alike.
    if (item.key().find("key.bias") != std::string::npos) continue;
    EXPECT_GT(item.value().grad().abs().sum().item<float>(), 0) << item.key();
  }
}

INSTANTIATE_TEST_SUITE_P(All, EncoderTest, ::testing::ValuesIn(EncoderNames()),
                         [](const auto& info) { return info.param; });

// Every width that is accepted has whole heads of keys for its heads of queries.
TEST(LlamaEncoder, SharesItsKeysWhateverTheNumberOfHeads) {
  SetTorchThreads(1);
  for (const int width : {128, 576, 704, 1088}) {  // 2, 9, 11 and 17 heads.
    PolicyOptions options;
    options.encoder = "llama";
    options.width = width;
    options.layers = 1;
    ASSERT_TRUE(PolicyNetwork::CreateToLoad(options).ok()) << width;
    const torch::Tensor encoded = MakeEncoder(options)->Encode(
        torch::ones({1, 3, width}), LayOut(torch::tensor({3}, torch::kLong), 3));
    EXPECT_EQ(encoded.size(2), width);
  }
}

TEST(SequenceLayout, HasNothingOfPaddingWhereThereIsNone) {
  const SequenceLayout layout = LayOut(torch::tensor({4, 4}, torch::kLong), 4);
  EXPECT_FALSE(layout.padding.defined());
  EXPECT_FALSE(layout.backwards.defined());
  EXPECT_TRUE(torch::equal(layout.counts, torch::tensor({4.0F, 4.0F})));
}

TEST(SequenceLayout, OrdersByFallingLength) {
  torch::manual_seed(7);
  const torch::Tensor lengths = torch::randint(1, 6, {40}, torch::kLong);
  const SequenceLayout layout = LayOut(lengths, 5);
  EXPECT_TRUE(layout.falling.diff().le(0).all().item<bool>());
  EXPECT_TRUE(torch::equal(lengths.index_select(0, layout.order), layout.falling));
  EXPECT_TRUE(
      torch::equal(layout.order.index_select(0, layout.places), torch::arange(40)));
}

TEST(EncoderNames, HaveTheSixOfTheDesign) {
  EXPECT_THAT(EncoderNames(), ::testing::IsSupersetOf({"lstm", "distilbert", "bert",
                                                       "gpt2", "convnext", "llama"}));
}

TEST(EncoderList, SaysWhichHaveHeadsAndWhichComputePadding) {
  PolicyOptions options;
  options.width = 512;
  for (const EncoderEntry& encoder : kEncoders) {
    options.encoder = encoder.name;
    EXPECT_EQ(AttentionHeads(options), encoder.attends ? 8 : 0) << encoder.name;
    EXPECT_EQ(ComputesPadding(options), encoder.computes_padding) << encoder.name;
  }
  EXPECT_FALSE(FindEncoder("lstm")->attends);
  EXPECT_FALSE(FindEncoder("lstm")->computes_padding);
  EXPECT_EQ(FindEncoder("perceptron"), nullptr);
  options.encoder = "perceptron";
  EXPECT_EQ(MakeEncoder(options), nullptr);
}

}  // namespace
}  // namespace weft
