// Programs that are put together again from scheduled tasks.
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <optional>
#include <thread>

#include "actor/worker/compiler_context.h"
#include "actor/worker/transforms/scheduled_program.h"
#include "gmock/gmock.h"
#include "tests/actor/worker/program_files.h"
#include "tests/actor/worker/tasks/task_files.h"

namespace weft {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

CompilerContext& Context() {
  static auto* context = new CompilerContext;
  return *context;
}

MeasureSettings Settings() {
  MeasureSettings settings;
  settings.timing_budget_seconds = 0.01;
  settings.lease_path =
      ::testing::TempDir() + "weft-assembly-test." + std::to_string(getpid());
  return settings;
}

std::unique_ptr<TaskProgram> Cut(const std::string& name) {
  auto program = TaskProgram::Cut(Context(), name, TaskTestProgram(name));
  EXPECT_TRUE(program.ok()) << program.status();
  return program.ok() ? *std::move(program) : nullptr;
}

std::string ScheduleOf(const TaskDescription& task, const Schedule& schedule) {
  auto program =
      ScheduledProgram::Load(Context(), task.name, task.source, MachineModel());
  EXPECT_TRUE(program.ok()) << program.status();
  for (const Action& action : schedule) {
    const absl::Status applied = (*program)->Apply(action).status();
    EXPECT_TRUE(applied.ok()) << applied;
  }
  return (*program)->ScheduleModule();
}

std::string VectorizedMatmul(const TaskDescription& task) {
  return ScheduleOf(
      task, {{ActionKind::kVectorize, {4, 16, 1}, {}, VectorizeMode::kContract}});
}

// mlir-opt ends its output with one more newline than the printer.
std::string Trimmed(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

TEST(AssemblyTest, TheUnscheduledAssemblyComputesTheProgram) {
  for (const char* name :
       {"mlp2", "residual", "timed_matmul", "writable_read", "writable_inputs"}) {
    const auto program = Cut(name);
    ASSERT_NE(program, nullptr);
    const auto measured = program->MeasureScheduled(
        std::vector<std::string>(program->tasks().size()), MachineModel(), Settings());
    ASSERT_TRUE(measured.ok()) << measured.status();
    EXPECT_EQ(measured->measurement.outcome, Outcome::kOk)
        << name << ": " << measured->measurement.message;
    EXPECT_THAT(measured->faults, IsEmpty());
  }
}

TEST(AssemblyTest, TheScheduledAssemblyComputesTheProgram) {
  const auto program = Cut("mlp2");
  ASSERT_NE(program, nullptr);
  const auto measured = program->MeasureScheduled(
      {VectorizedMatmul(program->tasks()[0])}, MachineModel(), Settings());
  ASSERT_TRUE(measured.ok()) << measured.status();
  EXPECT_EQ(measured->measurement.outcome, Outcome::kOk)
      << measured->measurement.message;
  EXPECT_LT(measured->measurement.max_relative_error, 1e-4);
}

TEST(AssemblyTest, TheAssembledProgramIsTimedInPairsWithTheProgramAsItCame) {
  const auto program = Cut("mlp2");
  ASSERT_NE(program, nullptr);
  const auto measured = program->MeasureScheduled(
      {VectorizedMatmul(program->tasks()[0])}, MachineModel(), Settings());
  ASSERT_TRUE(measured.ok()) << measured.status();
  const std::optional<Confirmation>& pairs = measured->measurement.confirmation;
  ASSERT_TRUE(pairs.has_value()) << measured->measurement.message;
  EXPECT_GT(pairs->pairs, 0);
  EXPECT_GT(pairs->previous_seconds, 0);
  EXPECT_EQ(pairs->seconds, measured->measurement.seconds);
}

TEST(AssemblyTest, AFaultIsLabelledWithTheTaskWhoseScheduleHasIt) {
  const auto program = Cut("residual");
  ASSERT_NE(program, nullptr);
  // Sizes of one dimension for an operation of six.
  const std::string misplaced = R"mlir(
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%module: !transform.any_op) {
    %pooling = transform.structured.match ops{["linalg.pooling_nhwc_max"]} in %module
        : (!transform.any_op) -> !transform.any_op
    transform.structured.vectorize %pooling vector_sizes [1] : !transform.any_op
    transform.yield
  }
})mlir";
  const auto measured =
      program->MeasureScheduled({"", "", misplaced}, MachineModel(), Settings());
  ASSERT_TRUE(measured.ok()) << measured.status();
  EXPECT_EQ(measured->measurement.outcome, Outcome::kCompileFailed);
  EXPECT_THAT(measured->faults, ElementsAre(AllOf(HasSubstr("task02_pooling_nhwc_max"),
                                                  HasSubstr("compile_failed"))));
}

TEST(AssemblyTest, AScheduleThatComputesWrongValuesIsNamed) {
  const auto program = Cut("mlp2");
  ASSERT_NE(program, nullptr);
  // Makes the zero of fill and relu a five.
  const std::string wrong = R"mlir(
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%module: !transform.any_op) {
    %zero = transform.structured.match ops{["arith.constant"]} in %module
        : (!transform.any_op) -> !transform.any_op
    %five = transform.param.constant 5.0 : f32 -> !transform.any_param
    transform.annotate %zero "value" = %five : !transform.any_op, !transform.any_param
    transform.yield
  }
})mlir";
  const auto measured = program->MeasureScheduled({wrong}, MachineModel(), Settings());
  ASSERT_TRUE(measured.ok()) << measured.status();
  EXPECT_EQ(measured->measurement.outcome, Outcome::kWrongResult)
      << measured->measurement.message;
  EXPECT_THAT(measured->faults, ElementsAre(AllOf(HasSubstr("task00_matmul_16x32x32"),
                                                  HasSubstr("wrong_result"))));
}

TEST(AssemblyTest, ParallelLoopsOfAnAssembledTaskComputeTheProgram) {
  if (std::thread::hardware_concurrency() < 2) GTEST_SKIP() << "one CPU";
  const auto program = Cut("mlp2");
  ASSERT_NE(program, nullptr);
  const std::string parallel =
      ScheduleOf(program->tasks()[0],
                 {{ActionKind::kParallelize, {4, 0, 0}, {}, VectorizeMode::kContract},
                  {ActionKind::kStop, {}, {}, VectorizeMode::kContract}});
  MeasureSettings settings = Settings();
  settings.threads = 2;
  const auto measured = program->MeasureScheduled({parallel}, MachineModel(), settings);
  ASSERT_TRUE(measured.ok()) << measured.status();
  EXPECT_EQ(measured->measurement.outcome, Outcome::kOk)
      << measured->measurement.message;
}

TEST(AssemblyTest, MlirOptReplaysTheExportedScheduleOnTheExportedProgram) {
  const auto program = Cut("mlp2");
  ASSERT_NE(program, nullptr);
  const std::vector<std::string> schedules = {VectorizedMatmul(program->tasks()[0])};
  const auto assembled = program->AssembledText();
  const auto schedule = program->ScheduleText(schedules);
  const auto scheduled = program->ScheduledText(schedules);
  ASSERT_TRUE(assembled.ok() && schedule.ok() && scheduled.ok());
  EXPECT_THAT(*scheduled, HasSubstr("vector.contract"));
  const std::string path = ::testing::TempDir() + "assembly" + std::to_string(getpid());
  std::ofstream(path + ".mlir") << *assembled;
  std::ofstream(path + ".schedule.mlir") << *schedule;
  const std::string command =
      "timeout 60 mlir-opt-19 '" + path +
      ".mlir' --transform-preload-library=transform-library-paths='" + path +
      ".schedule.mlir' --transform-interpreter -o '" + path + ".replayed.mlir'";
  ASSERT_EQ(std::system(command.c_str()), 0) << command;
  EXPECT_EQ(Trimmed(ReadFile(path + ".replayed.mlir")), Trimmed(*scheduled));
}

TEST(AssemblyTest, TheWrongNumberOfSchedulesIsRefused) {
  const auto program = Cut("residual");
  ASSERT_NE(program, nullptr);
  EXPECT_EQ(program->MeasureScheduled({""}, MachineModel(), Settings()).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(AssemblyTest, LlvmIrAndObjectHaveTheEntryAndEveryTask) {
  const auto program = Cut("residual");
  ASSERT_NE(program, nullptr);
  const std::vector<std::string> none(3);
  const auto text = program->LlvmText(none, 1);
  ASSERT_TRUE(text.ok()) << text.status();
  for (const TaskDescription& task : program->tasks()) {
    EXPECT_THAT(*text, ContainsRegex("define internal [a-z ]*void @" + task.name));
  }
  EXPECT_THAT(*text, HasSubstr("void @weft_kernel("));
  const auto object = program->Object(none, 1);
  ASSERT_TRUE(object.ok()) << object.status();
  EXPECT_EQ(object->substr(1, 3), "ELF");
  EXPECT_THAT(*object, HasSubstr("weft_kernel"));
}

TEST(AssemblyTest, TheEmittedLlvmIrCompilesToTheObjectThatIsMeasured) {
  const auto program = Cut("mlp2");
  ASSERT_NE(program, nullptr);
  const std::vector<std::string> schedules = {VectorizedMatmul(program->tasks()[0])};
  const auto text = program->LlvmText(schedules, 1);
  const auto object = program->Object(schedules, 1);
  ASSERT_TRUE(text.ok() && object.ok());
  EXPECT_THAT(*text, AllOf(HasSubstr("target triple"), HasSubstr("\"target-cpu\""),
                           HasSubstr(" contract ")));
  const std::string path = ::testing::TempDir() + "emitted" + std::to_string(getpid());
  std::ofstream(path + ".ll") << *text;
  const std::string command =
      "timeout 60 llc-19 -O3 -relocation-model=pic "
      "-filetype=obj -o '" +
      path + ".o' '" + path + ".ll'";
  ASSERT_EQ(std::system(command.c_str()), 0) << command;
  const std::string compiled = ReadFile(path + ".o");
  EXPECT_TRUE(compiled == *object)
      << compiled.size() << " bytes, not " << object->size();
}

}  // namespace
}  // namespace weft
