#include "actor/worker/transforms/apply_schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "actor/worker/program/loaded_program.h"
#include "actor/worker/transforms/schedule_text.h"
#include "tests/actor/worker/program_files.h"

namespace weft {
namespace {

using ::testing::HasSubstr;

class ApplyScheduleTest : public testing::Test {
 protected:
  ApplyScheduleTest()
      : payload_((*LoadedProgram::Load(context_, "matmul", ReadProgram("matmul")))
                     ->Clone()) {}

  absl::Status Apply(const std::string& schedule) {
    return ApplyScheduleModule(context_, schedule, *payload_);
  }

  CompilerContext context_;
  mlir::OwningOpRef<mlir::ModuleOp> payload_;
};

TEST_F(ApplyScheduleTest, ATransformThatRefusesIsNamed) {
  ScheduleText text;
  text.Decompose(text.MatchAll("linalg.matmul"));  // Only windows decompose.
  const absl::Status status = Apply(text.Module());
  EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
  EXPECT_THAT(std::string(status.message()), HasSubstr("a transform refuses"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("decompose failed to apply"));
}

TEST_F(ApplyScheduleTest, VectorsOfUnknownLengthAreRefused) {
  ScheduleText text;
  text.Vectorize(text.TileUsingFor(text.MatchAll("linalg.matmul"), {7, 0, 0}, {}));
  const absl::Status status = Apply(text.Module());
  EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
  EXPECT_THAT(std::string(status.message()), HasSubstr("Attempted to vectorize"));
}

TEST_F(ApplyScheduleTest, TextThatDoesNotParseIsRefused) {
  const absl::Status status = Apply("module { transform.nothing }");
  EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
  EXPECT_THAT(std::string(status.message()), HasSubstr("does not parse"));
}

TEST_F(ApplyScheduleTest, AModuleWithoutEntryIsRefused) {
  const absl::Status status = Apply("module {}");
  EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
  EXPECT_THAT(std::string(status.message()), HasSubstr("no entry"));
}

TEST_F(ApplyScheduleTest, DiagnosticsOfOneCallDoNotReachTheNext) {
  EXPECT_FALSE(Apply("module { transform.nothing }").ok());
  const absl::Status status = Apply("module {}");
  EXPECT_THAT(std::string(status.message()), testing::Not(HasSubstr("nothing")));
}

}  // namespace
}  // namespace weft
