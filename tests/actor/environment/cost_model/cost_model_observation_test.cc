// That a policy cannot tell the cost-model environment from a worker: the same tokens
// and the same masks under random schedules.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "actor/environment/cost_model/cost_model_environment.h"
#include "actor/environment/cost_model/tasks.h"
#include "actor/worker/transforms/scheduled_program.h"
#include "common/policy/policy.h"
#include "common/schedule/feature_list.h"
#include "tests/actor/worker/program_files.h"

namespace weft {
namespace {

constexpr int kEpisodesPerProgram = 8;

std::string SuiteFolder() { return SourceFolder() + "/datasets/suites/quickstart/"; }

// The tasks that the suite has a program for.
std::vector<std::string> SharedNames() {
  std::vector<std::string> names;
  for (const std::string& name : CostModelTaskNames()) {
    if (std::filesystem::exists(SuiteFolder() + name + ".mlir")) names.push_back(name);
  }
  return names;
}

bool SameSizes(const SizeMask& a, const SizeMask& b) {
  if (a.allowed != b.allowed || a.forbid_all_zero != b.forbid_all_zero ||
      a.bounds.size() != b.bounds.size()) {
    return false;
  }
  for (size_t i = 0; i < a.bounds.size(); ++i) {
    if (a.bounds[i].loops != b.bounds[i].loops ||
        a.bounds[i].max_product != b.bounds[i].max_product) {
      return false;
    }
  }
  return true;
}

void ExpectSameMask(const ActionMask& modelled, const ActionMask& real) {
  EXPECT_EQ(modelled.kinds, real.kinds);
  EXPECT_EQ(modelled.modes, real.modes);
  EXPECT_EQ(modelled.num_loops, real.num_loops);
  for (int slot = 0; slot < kNumSizeSlots; ++slot) {
    EXPECT_TRUE(SameSizes(modelled.sizes[slot], real.sizes[slot])) << "slot " << slot;
  }
}

void ExpectSame(const Observation& modelled, const Observation& real) {
  ExpectSameMask(modelled.mask, real.mask);
  ASSERT_EQ(modelled.kinds, real.kinds);
  for (int token = 0; token < real.num_tokens(); ++token) {
    const std::vector<Feature>& features = FeaturesOf(real.kinds[token]);
    for (size_t i = 0; i < features.size(); ++i) {
      EXPECT_EQ(modelled.features[token * kTokenWidth + i],
                real.features[token * kTokenWidth + i])
          << TokenKindName(real.kinds[token]) << " token " << token << ", "
          << features[i].name;
    }
  }
}

class CostModelObservationTest : public testing::TestWithParam<std::string> {};

TEST_P(CostModelObservationTest, IsThatOfAWorkerAfterEveryAction) {
  static auto* const context = new CompilerContext;
  const CostModelOptions options{Avx2(), 2};
  auto loaded = ScheduledProgram::Load(*context, GetParam(),
                                       ReadFile(SuiteFolder() + GetParam() + ".mlir"),
                                       options.machine, options.threads);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  ScheduledProgram& worker = **loaded;
  CostModelEnvironment environment(options);
  const RandomPolicy policy;
  std::mt19937_64 random(5);
  for (int episode = 0; episode < kEpisodesPerProgram; ++episode) {
    Observation real = worker.Reset();
    auto modelled = environment.Reset(GetParam());
    ASSERT_TRUE(modelled.ok()) << modelled.status();
    while (true) {
      SCOPED_TRACE(ToString(worker.schedule()));
      ExpectSame(*modelled, real);
      if (worker.done() || HasFailure()) break;
      const Action action = policy.Decide(real, Selection::kSample, random).action;
      auto next = worker.Apply(action);
      if (!next.ok()) break;  // A refusal is another test's concern.
      real = *std::move(next);
      modelled = environment.Apply(action);
      ASSERT_TRUE(modelled.ok()) << modelled.status();
    }
  }
}

INSTANTIATE_TEST_SUITE_P(EverySharedProgram, CostModelObservationTest,
                         testing::ValuesIn(SharedNames()),
                         [](const auto& info) { return info.param; });

TEST(CostModelTasksTest, HaveATwinForAllProgramsOfTheSuiteButSoftmax) {
  size_t programs = 0;
  for (const auto& entry : std::filesystem::directory_iterator(SuiteFolder())) {
    programs += entry.path().extension() == ".mlir";
  }
  EXPECT_EQ(SharedNames().size(), programs - 1);
}

}  // namespace
}  // namespace weft
