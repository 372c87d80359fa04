// What becomes of a packed schedule.
#include "actor/search/mutation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "tests/actor/worker/transforms/actions.h"

namespace weft {
namespace {

const Schedule& Packed() {
  static const auto* const kSchedule = new Schedule{
      Pack({8, 32, 0}), Vectorize({1, 1, 1, 8, 32}, VectorizeMode::kContract)};
  return *kSchedule;
}

// Changes of `schedule` that begin with a loop over tiles and the fusion into it and go
// on as `schedule` does.
int CountPutIntoALoop(const Schedule& schedule) {
  std::mt19937_64 random(1);
  int count = 0;
  for (int i = 0; i < 1000; ++i) {
    const Schedule wanted = Mutate(schedule, random).wanted;
    count += wanted.size() == schedule.size() + 2 &&
             wanted[0].kind == ActionKind::kParallelize &&
             wanted[1].kind == ActionKind::kFuse &&
             std::equal(schedule.begin(), schedule.end(), wanted.begin() + 2);
  }
  return count;
}

TEST(MutationTest, APackedScheduleIsSometimesPutIntoALoopOverTiles) {
  EXPECT_GE(CountPutIntoALoop(Packed()), 20);
}

TEST(MutationTest, OneLoopOverTilesIsEnough) {
  Schedule schedule = Packed();
  schedule.insert(schedule.begin(), Parallelize({64, 0, 0}));
  EXPECT_EQ(CountPutIntoALoop(schedule), 0);
}

TEST(MutationTest, WithoutPackingThereIsNothingToKeepInTheCache) {
  EXPECT_EQ(CountPutIntoALoop({Vectorize({1, 32, 8}, VectorizeMode::kContract)}), 0);
}

}  // namespace
}  // namespace weft
