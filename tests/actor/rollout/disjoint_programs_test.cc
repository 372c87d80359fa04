#include "actor/rollout/disjoint_programs.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace weft {
namespace {

using ::testing::HasSubstr;

// Programs of the same first letter appear alike.
absl::StatusOr<std::string> FirstLetter(const std::string& program) {
  if (program == "broken") return absl::InternalError("the worker died");
  return program.substr(0, 1);
}

TEST(DisjointProgramsTest, ProgramsThatAppearOtherwisePass) {
  EXPECT_TRUE(CheckDisjoint({"a1", "a2", "b1"}, {"c1", "d1"}, FirstLetter).ok());
}

TEST(DisjointProgramsTest, AProgramThatAppearsAsOneOfTrainingIsNamedWithIt) {
  const absl::Status status = CheckDisjoint({"a1", "b1"}, {"c1", "b2"}, FirstLetter);
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("validation program b2 is the training program b1 again"));
}

TEST(DisjointProgramsTest, AProgramThatCannotBeSeenIsAnError) {
  EXPECT_TRUE(absl::IsInternal(CheckDisjoint({"broken"}, {"a"}, FirstLetter)));
  EXPECT_TRUE(absl::IsInternal(CheckDisjoint({"a"}, {"broken"}, FirstLetter)));
}

TEST(DisjointProgramsTest, EveryKnownProgramIsFoundWithWhatItIsKnownAs) {
  const auto found = FindKnown({"a1", "a2", "b1"}, {"b7", "c1", "a9"}, FirstLetter);
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_EQ(found->size(), 2u);
  EXPECT_EQ(found->at(0).program, "b7");
  EXPECT_EQ(found->at(0).known, "b1");
  EXPECT_EQ(found->at(1).program, "a9");
  EXPECT_EQ(found->at(1).known, "a1");
}

}  // namespace
}  // namespace weft
