// Random episodes over every test program: the masks promise that what they offer
// works.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "actor/worker/transforms/scheduled_program.h"
#include "common/policy/policy.h"
#include "mlir/IR/Verifier.h"
#include "tests/actor/worker/program_files.h"

namespace weft {
namespace {

constexpr int kEpisodesPerProgram = 12;

class RandomWalkTest : public testing::TestWithParam<std::string> {
 protected:
  static void SetUpTestSuite() { context_ = new CompilerContext; }
  static void TearDownTestSuite() { delete context_; }
  static CompilerContext* context_;
};
CompilerContext* RandomWalkTest::context_ = nullptr;

// Walks to a terminal state; the status of the first action that did not apply.
absl::Status Walk(ScheduledProgram* program, std::mt19937_64& random) {
  const RandomPolicy policy;
  Observation observation = program->Reset();
  while (!program->done()) {
    const Action action = policy.Decide(observation, Selection::kSample, random).action;
    auto next = program->Apply(action);
    if (!next.ok()) return next.status();
    observation = *std::move(next);
  }
  return absl::OkStatus();
}

TEST_P(RandomWalkTest, LegalActionsApplyToTheEnd) {
  for (const MachineModel& machine : {Avx2(), Avx512()}) {
    auto program =
        ScheduledProgram::Load(*context_, GetParam(), ReadProgram(GetParam()), machine);
    ASSERT_TRUE(program.ok()) << program.status();
    std::mt19937_64 random(1);
    int clean = 0;
    std::set<ActionKind> kinds;
    for (int episode = 0; episode < kEpisodesPerProgram; ++episode) {
      const absl::Status walked = Walk(program->get(), random);
      EXPECT_TRUE(walked.ok() || walked.code() == absl::StatusCode::kAborted) << walked;
      EXPECT_TRUE(mlir::succeeded(mlir::verify(*(*program)->TransformedModule())));
      EXPECT_LE((*program)->schedule().size(), static_cast<size_t>(kMaxActions));
      clean += walked.ok();
      for (const Action& action : (*program)->schedule()) kinds.insert(action.kind);
    }
    EXPECT_GE(clean, 0.95 * kEpisodesPerProgram);
    EXPECT_GE(kinds.size(), 4u);  // The walks went through most of the action space.
  }
}

INSTANTIATE_TEST_SUITE_P(EveryProgram, RandomWalkTest,
                         testing::ValuesIn(ProgramNames()),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace weft
