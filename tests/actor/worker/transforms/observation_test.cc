// What observations say of every test program under random schedules.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "actor/nest/nest_state.h"
#include "actor/worker/transforms/scheduled_program.h"
#include "common/policy/policy.h"
#include "common/schedule/feature_list.h"
#include "tests/actor/worker/program_files.h"
#include "tests/actor/worker/transforms/actions.h"

namespace weft {
namespace {

constexpr int kEpisodesPerProgram = 6;

CompilerContext& Context() {
  static auto* context = new CompilerContext;
  return *context;
}

std::unique_ptr<ScheduledProgram> Load(const std::string& name, int threads = 1) {
  auto program =
      ScheduledProgram::Load(Context(), name, ReadProgram(name), Avx2(), threads);
  EXPECT_TRUE(program.ok()) << program.status();
  return *std::move(program);
}

float FeatureOf(const Observation& observation, int token, const std::string& name) {
  const std::vector<Feature>& features = FeaturesOf(observation.kinds[token]);
  for (size_t i = 0; i < features.size(); ++i) {
    if (features[i].name == name) return observation.features[token * kTokenWidth + i];
  }
  ADD_FAILURE() << "no feature " << name;
  return 0;
}

// The count behind a feature of unit log2(x) / 8.
double CountOf(const Observation& observation, int loop, const std::string& name) {
  const int token = Observation::LoopToken(loop);
  return std::round(std::exp2(8 * FeatureOf(observation, token, name)));
}

void ExpectWithinRanges(const Observation& observation) {
  ASSERT_LE(observation.num_tokens(), kMaxTokens);
  ASSERT_EQ(observation.features.size(), observation.kinds.size() * kTokenWidth);
  for (int token = 0; token < observation.num_tokens(); ++token) {
    const TokenKind kind = observation.kinds[token];
    const std::vector<Feature>& features = FeaturesOf(kind);
    for (int i = 0; i < kTokenWidth; ++i) {
      const float value = observation.features[token * kTokenWidth + i];
      const bool named = i < static_cast<int>(features.size());
      const float min = named ? features[i].min : 0;
      const float max = named ? features[i].max : 0;
      EXPECT_TRUE(value >= min && value <= max)
          << TokenKindName(kind) << " " << (named ? features[i].name : "padding")
          << " = " << value;
    }
  }
}

// The loops around the anchor in the IR make up for what its tile lacks.
void ExpectLoopsToCoverTheirExtents(const Observation& observation) {
  for (int loop = 0; loop < observation.mask.num_loops; ++loop) {
    const double trips = CountOf(observation, loop, "outer_trips");
    const double extent = CountOf(observation, loop, "extent");
    const double full = CountOf(observation, loop, "full_extent");
    EXPECT_GE(trips * extent, full) << "loop " << loop;
    EXPECT_LT((trips - 1) * extent, full) << "loop " << loop;
  }
}

class ObservationTest : public testing::TestWithParam<std::string> {};

TEST_P(ObservationTest, StaysWithinItsRangesAndDescribesTheIr) {
  const auto program = Load(GetParam());
  const RandomPolicy policy;
  std::mt19937_64 random(3);
  for (int episode = 0; episode < kEpisodesPerProgram; ++episode) {
    Observation observation = program->Reset();
    while (true) {
      SCOPED_TRACE(ToString(program->schedule()));
      ExpectWithinRanges(observation);
      if (program->done()) break;
      ExpectLoopsToCoverTheirExtents(observation);
      auto next =
          program->Apply(policy.Decide(observation, Selection::kSample, random).action);
      if (!next.ok()) break;  // A refusal is another test's concern.
      observation = *std::move(next);
    }
  }
}

// The tokens of the nest that these actions make, without any IR.
Observation WorkedOut(const ScheduledProgram& program) {
  Nest nest(program.info());
  for (const Action& action : program.schedule()) nest.Advance(action);
  Observation observation;
  Featurize(DescribeNest(program.info(), nest, Avx2(), 1), &observation);
  return observation;
}

// Whether tensors that the anchor reads have become as small as one tile.
bool ReadsFusedTensors(const ScheduledProgram& program) {
  for (const NeighbourState& neighbour : program.info().neighbours) {
    if (!neighbour.producer || neighbour.fill || !neighbour.fusable) continue;
    for (const Action& action : program.schedule()) {
      if (action.kind == ActionKind::kFuse) return true;
    }
  }
  return false;
}

TEST_P(ObservationTest, IsWhatCanBeWorkedOutWithoutTheIr) {
  const auto program = Load(GetParam());
  const RandomPolicy policy;
  std::mt19937_64 random(4);
  for (int episode = 0; episode < kEpisodesPerProgram; ++episode) {
    Observation observation = program->Reset();
    while (true) {
      SCOPED_TRACE(ToString(program->schedule()));
      if (ReadsFusedTensors(*program)) break;
      const Observation expected = WorkedOut(*program);
      ASSERT_EQ(observation.kinds, expected.kinds);
      for (int token = 0; token < observation.num_tokens(); ++token) {
        for (const Feature& feature : FeaturesOf(observation.kinds[token])) {
          EXPECT_EQ(FeatureOf(observation, token, feature.name),
                    FeatureOf(expected, token, feature.name))
              << TokenKindName(observation.kinds[token]) << " token " << token << ", "
              << feature.name;
        }
      }
      if (program->done()) break;
      auto next =
          program->Apply(policy.Decide(observation, Selection::kSample, random).action);
      if (!next.ok()) break;  // A refusal is another test's concern.
      observation = *std::move(next);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(EveryProgram, ObservationTest,
                         testing::ValuesIn(ProgramNames()),
                         [](const auto& info) { return info.param; });

TEST(ObservationTest, ThreadsAreSeen) {
  EXPECT_EQ(FeatureOf(Load("matmul", 1)->Reset(), 0, "threads"), 0);
  EXPECT_FLOAT_EQ(FeatureOf(Load("matmul", 4)->Reset(), 0, "threads"), 2.0f / 8);
}

TEST(ObservationTest, ATileKeepsTheStridesOfTheTensorThatItIsASliceOf) {
  const auto program = Load("matmul");  // 48 x 64 x 80.
  const Observation before = program->Reset();
  const Observation after = *program->Apply(Tile({16, 32, 8}));
  for (const char* name : {"operand0_stride", "operand1_stride", "operand2_stride"}) {
    for (int loop = 0; loop < 3; ++loop) {
      const int token = Observation::LoopToken(loop);
      EXPECT_EQ(FeatureOf(after, token, name), FeatureOf(before, token, name))
          << name << " of loop " << loop;
    }
  }
}

TEST(ObservationTest, PackingMakesStridesThoseOfPanels) {
  const auto program = Load("matmul");
  const Observation after = *program->Apply(Pack({0, 16, 0}));
  ASSERT_EQ(after.mask.num_loops, 4);
  const int inside = Observation::LoopToken(3);
  EXPECT_EQ(FeatureOf(after, inside, "inside_panel"), 1);
  EXPECT_EQ(FeatureOf(after, inside, "operand1_contiguous"), 1);
  EXPECT_EQ(FeatureOf(after, Observation::LoopToken(1), "counts_panels"), 1);
  // A step along the reduction is one line of the panel further.
  EXPECT_FLOAT_EQ(FeatureOf(after, Observation::LoopToken(2), "operand1_stride"),
                  std::log2(16.0f) / 16);
}

TEST(ObservationTest, LoopsAroundComeInTheOrderOfTheInterchange) {
  const auto program = Load("matmul");
  ASSERT_TRUE(program->Apply(Interchange({2, 0, 1})).ok());
  const Observation after = *program->Apply(Tile({16, 0, 8}));
  EXPECT_FLOAT_EQ(FeatureOf(after, Observation::LoopToken(2), "outer_depth"),
                  1.0f / 16);
  EXPECT_FLOAT_EQ(FeatureOf(after, Observation::LoopToken(0), "outer_depth"),
                  2.0f / 16);
  EXPECT_EQ(FeatureOf(after, Observation::LoopToken(1), "outer_depth"), 0);
}

TEST(ObservationTest, TilesOfAForallMayRunAtOnceAlsoWhenTheTileIsPacked) {
  const auto program = Load("matmul");
  Observation after = *program->Apply(Parallelize({16, 32, 0}));
  EXPECT_FLOAT_EQ(FeatureOf(after, 0, "parallel_tiles"), std::log2(6.0f) / 8);
  after = *program->Apply(Pack({4, 8, 0}));
  EXPECT_FLOAT_EQ(FeatureOf(after, 0, "parallel_tiles"), std::log2(6.0f) / 8);
  EXPECT_EQ(CountOf(after, 0, "outer_trips"), 3);
  EXPECT_EQ(CountOf(after, 1, "outer_trips"), 2);
}

TEST(ObservationTest, FusedNeighboursAreMarked) {
  const auto program = Load("matmul_bias_relu");
  const Observation before = *program->Apply(Parallelize({16, 0, 0}));
  const Observation after = *program->Apply(Fuse());
  int fused = 0;
  for (int token = 0; token < after.num_tokens(); ++token) {
    if (after.kinds[token] != TokenKind::kNeighbour) continue;
    EXPECT_EQ(FeatureOf(before, token, "fused"), 0);
    fused += FeatureOf(after, token, "fused") == 1;
  }
  EXPECT_GE(fused, 1);
}

}  // namespace
}  // namespace weft
