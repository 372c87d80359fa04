// The configurations of the six encoders: that each loads, and that the network which
// it asks for has as many parameters as the published blocks, counted by hand.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>

#include "benchmarks/learner/bare_training.h"
#include "benchmarks/learner/encoder_sizes.h"
#include "common/config/train_config.h"

namespace weft {
namespace {

// Everything but the encoder, of 64 features, 5 kinds of tokens, 7 size slots, 7 action
// kinds, 4 modes and 14 sizes.
int64_t SharedParameters(int64_t w) {
  const int64_t embeddings = (64 * w + w) + 5 * w + 7 * w;
  const int64_t pool = 2 * w * w + w;
  const auto head = [w](int64_t inputs, int64_t outputs) {
    return inputs * w + w + w * outputs + outputs;
  };
  return embeddings + pool + head(w, 7) + head(w, 4) + head(3 * w, 14) +
         head(2 * w, 1) + head(w, 1);
}

// Four gates of w / 2 cells in both directions, each with two biases.
int64_t Lstm(int64_t w, int64_t layers) {
  const int64_t cells = w / 2;
  return layers * 2 * (4 * cells * w + 4 * cells * cells + 2 * 4 * cells);
}

// Attention of four square matrices and an inverted bottleneck of 4, with biases, and
// two normalisations; 48 positions and one normalisation more.
int64_t Transformer(int64_t w, int64_t layers) {
  const int64_t attention = 4 * (w * w + w);
  const int64_t mlp = (w * 4 * w + 4 * w) + (4 * w * w + w);
  return layers * (attention + mlp + 2 * 2 * w) + 48 * w + 2 * w;
}

// A kernel of 7 for each channel, an inverted bottleneck, and normalisations.
int64_t ConvNext(int64_t w, int64_t layers) {
  return layers * ((7 * w + w) + 2 * w + (w * 4 * w + 4 * w) + (4 * w * w + w)) +
         2 * 2 * w;
}

// No biases; keys and values for every `queries` heads; a gated bottleneck of 8 / 3,
// rounded up to 32.
int64_t Llama(int64_t w, int64_t layers, int64_t heads, int64_t queries) {
  const int64_t keys = w / heads * (heads / queries);
  const int64_t hidden = (8 * w / 3 + 31) / 32 * 32;
  return layers * (2 * w * w + 2 * w * keys + 3 * w * hidden + 2 * w) + w;
}

int64_t EncoderParameters(const PolicyOptions& policy) {
  if (policy.encoder == "lstm") return Lstm(policy.width, policy.layers);
  if (policy.encoder == "convnext") return ConvNext(policy.width, policy.layers);
  if (policy.encoder == "llama") {
    return Llama(policy.width, policy.layers, policy.width == 128 ? 4 : 12, 4);
  }
  return Transformer(policy.width, policy.layers);
}

std::string Folder() {
  const char* root = std::getenv("WEFT_SOURCE_DIR");
  return std::string(root != nullptr ? root : ".") + "/configs/encoders/";
}

class EncoderConfigTest : public testing::TestWithParam<EncoderSize> {};

TEST_P(EncoderConfigTest, LoadsAndMakesANetworkOfThePublishedSize) {
  const EncoderSize& expected = GetParam();
  const std::string file =
      expected.policy.encoder + (expected.size == "paper" ? "-paper.yaml" : ".yaml");
  const auto config = LoadTrainConfig(Folder() + file);
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->policy.encoder, expected.policy.encoder);
  EXPECT_EQ(config->policy.width, expected.policy.width);
  EXPECT_EQ(config->policy.layers, expected.policy.layers);
  const auto parameters = CountParameters(config->policy);
  ASSERT_TRUE(parameters.ok()) << parameters.status();
  EXPECT_EQ(*parameters,
            SharedParameters(config->policy.width) + EncoderParameters(config->policy));
}

INSTANTIATE_TEST_SUITE_P(EveryEncoderAndSize, EncoderConfigTest,
                         testing::ValuesIn(EncoderSizes()), [](const auto& info) {
                           return info.param.policy.encoder + "_" + info.param.size;
                         });

TEST(EncoderConfigsTest, ThereIsOneFileForEach) {
  size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(Folder())) {
    files += entry.path().extension() == ".yaml";
  }
  EXPECT_EQ(files, EncoderSizes().size());
}

}  // namespace
}  // namespace weft
