// That the cost model prefers what a person who tunes kernels prefers, and why.
#include "actor/environment/cost_model/cost_model.h"

#include <gtest/gtest.h>

#include <cmath>

#include "actor/environment/cost_model/core_cycles.h"
#include "actor/environment/cost_model/cost_model_environment.h"
#include "actor/environment/cost_model/memory_traffic.h"
#include "actor/environment/cost_model/task_ops.h"
#include "actor/environment/cost_model/tasks.h"
#include "actor/rollout/episode.h"
#include "tests/actor/worker/transforms/actions.h"

namespace weft {
namespace {

ProgramInfo Matmul(int64_t m, int64_t n, int64_t k) {
  ProgramInfo program;
  program.ops = {MatmulOp(m, n, k)};
  program.flops = program.ops[0].flops;
  return program;
}

Nest Scheduled(const ProgramInfo& program, const Schedule& schedule) {
  Nest nest(program);
  for (const Action& action : schedule) nest.Advance(action);
  return nest;
}

double Cycles(const ProgramInfo& program, const Schedule& schedule) {
  return CoreCycles(Scheduled(program, schedule), CostModelMachine());
}

double Seconds(const ProgramInfo& program, const Schedule& schedule, int threads = 1) {
  return EstimateTime(program, schedule, CostModelMachine(), threads).total;
}

double BytesIntoL1(const ProgramInfo& program, const Schedule& schedule) {
  return TrafficOf(Scheduled(program, schedule), CostModelMachine())[0];
}

TEST(CoreCyclesTest, ARegisterTileHidesLatencyAndReusesLoads) {
  const ProgramInfo program = Matmul(64, 64, 64);
  const double one = Cycles(program, {Vectorize({1, 8, 1})});
  const double four = Cycles(program, {Vectorize({4, 8, 1})});
  const double good = Cycles(program, {Vectorize({4, 16, 1})});
  EXPECT_GT(one, 2.5 * four);
  EXPECT_GT(four, 1.2 * good);
  // Never better than two multiply-adds a cycle.
  EXPECT_GE(good, 64.0 * 64 * 64 / (2 * 8));
}

TEST(CoreCyclesTest, AccumulatorsBeyondTheRegistersSpill) {
  const ProgramInfo program = Matmul(64, 64, 64);
  EXPECT_GT(Cycles(program, {Vectorize({8, 32, 1})}),
            1.5 * Cycles(program, {Vectorize({4, 16, 1})}));
}

TEST(CoreCyclesTest, AlongTheReductionAMatmulGathers) {
  const ProgramInfo program = Matmul(64, 64, 64);
  EXPECT_GT(Cycles(program, {Vectorize({1, 1, 8}, VectorizeMode::kReduction)}),
            3 * Cycles(program, {Vectorize({4, 16, 1})}));
}

TEST(CoreCyclesTest, PartialResultsAreGoodWhereRowsAreSummed) {
  ProgramInfo program;
  program.ops = {ReductionOp(256, 512, false)};
  EXPECT_LT(2 * Cycles(program, {Vectorize({4, 16}, VectorizeMode::kReduction)}),
            Cycles(program, {Action{}}));
}

TEST(CoreCyclesTest, WithoutVectorsTheInnermostLoopDecides) {
  const ProgramInfo program = Matmul(64, 64, 64);
  EXPECT_GT(Cycles(program, {Action{}}),
            5 * Cycles(program, {Interchange({0, 2, 1}), Action{}}));
}

TEST(MemoryTrafficTest, TilesThatFitTheCacheAreReadOnce) {
  const ProgramInfo program = Matmul(480, 480, 480);
  EXPECT_GT(BytesIntoL1(program, {Vectorize({4, 16, 1})}),
            5 * BytesIntoL1(program, {Tile({0, 80, 60}), Vectorize({4, 16, 1})}));
}

TEST(MemoryTrafficTest, RowsAPowerOfTwoApartShareFewSets) {
  // The same tile, but the rows of the second operand fall into two sets of the cache.
  const Schedule schedule = {Tile({0, 64, 64}), Vectorize({4, 16, 1})};
  EXPECT_GT(BytesIntoL1(Matmul(512, 512, 512), schedule),
            5 * BytesIntoL1(Matmul(512, 576, 512), schedule));
}

TEST(MemoryTrafficTest, DependsOnTheOrderOfTheBand) {
  const ProgramInfo program = Matmul(480, 480, 480);
  const Schedule rows_outside = {Tile({24, 40, 60}), Vectorize({4, 8, 1})};
  // The second operand, which does not move with the rows, stays in the cache.
  const Schedule rows_inside = {Interchange({2, 1, 0}), Tile({24, 40, 60}),
                                Vectorize({4, 8, 1})};
  EXPECT_GT(BytesIntoL1(program, rows_outside),
            1.1 * BytesIntoL1(program, rows_inside));
}

TEST(MemoryTrafficTest, WhatACacheHoldsWholeStaysThere) {
  const ProgramInfo program = Matmul(32, 32, 32);
  const CacheTraffic traffic =
      TrafficOf(Scheduled(program, {Vectorize({4, 16, 1})}), CostModelMachine());
  EXPECT_EQ(traffic[0], 0);
  EXPECT_EQ(traffic[1], 0);
}

TEST(MemoryTrafficTest, ColumnsAreReadAsWholeLines) {
  ProgramInfo program;
  program.ops = {TransposeOp(2000, 2000)};
  EXPECT_GT(BytesIntoL1(program, {Action{}}),
            3 * BytesIntoL1(program, {Tile({16, 16}), Action{}}));
}

TEST(CostModelTest, PackingPaysWhereTheMatmulIsLarge) {
  const Schedule plain = {Tile({0, 0, 128}), Vectorize({4, 16, 1})};
  const Schedule packed = {Pack({4, 16, 0}), Tile({0, 8, 256, 0, 0}),
                           Vectorize({1, 1, 1, 4, 16})};
  EXPECT_LT(Seconds(Matmul(1024, 1024, 1024), packed),
            Seconds(Matmul(1024, 1024, 1024), plain));
  EXPECT_GT(EstimateTime(Matmul(64, 64, 64), packed, CostModelMachine(), 1).packing, 0);
}

TEST(CostModelTest, ThreadsShareTheTilesOfAParallelLoop) {
  const ProgramInfo program = Matmul(512, 512, 512);
  const Schedule two_tiles = {Parallelize({256, 0, 0}), Vectorize({4, 16, 1})};
  const double one = Seconds(program, two_tiles, 1);
  EXPECT_NEAR(Seconds(program, two_tiles, 2), one / 2, 0.05 * one);
  // There are no more tiles than two.
  EXPECT_EQ(Seconds(program, two_tiles, 4), Seconds(program, two_tiles, 2));
}

TEST(CostModelTest, FusedNeighboursFindTheirDataInTheCache) {
  const ProgramInfo& program = **FindCostModelTask("matmul_bias_relu_256x128x128");
  const Schedule apart = {Parallelize({16, 0, 0}), Vectorize({4, 16, 1})};
  const Schedule fused = {Parallelize({16, 0, 0}), Fuse(), Vectorize({4, 16, 1})};
  const MachineModel machine = CostModelMachine();
  EXPECT_LT(EstimateTime(program, fused, machine, 1).neighbours,
            EstimateTime(program, apart, machine, 1).neighbours);
}

TEST(CostModelEnvironmentTest, EveryRandomEpisodeHasAFiniteRepeatableReward) {
  CostModelEnvironment environment((CostModelOptions()));
  const RandomPolicy policy;
  for (const std::string& task : CostModelTaskNames()) {
    for (uint64_t seed = 0; seed < 5; ++seed) {
      std::mt19937_64 first(seed), second(seed);
      const auto episode = RunEpisode(environment, policy, task, first);
      ASSERT_TRUE(episode.ok()) << task << ": " << episode.status();
      SCOPED_TRACE(task + " " + ToString(episode->schedule()));
      EXPECT_TRUE(std::isfinite(episode->total_reward()));
      EXPECT_EQ(episode->measurement.outcome, Outcome::kOk);
      EXPECT_EQ(RunEpisode(environment, policy, task, second)->total_reward(),
                episode->total_reward());
    }
  }
}

TEST(CostModelEnvironmentTest, RefusesWhatIsIllegal) {
  CostModelEnvironment environment((CostModelOptions()));
  EXPECT_EQ(environment.Reset("no_such_task").status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(environment.Apply(Action{}).status().code(),
            absl::StatusCode::kFailedPrecondition);
  ASSERT_TRUE(environment.Reset("matmul_64x64x64").ok());
  EXPECT_EQ(environment.Finish().status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(environment.Apply(Tile({3, 0, 0})).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace weft
