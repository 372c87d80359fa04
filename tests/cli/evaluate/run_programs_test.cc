// What `weft evaluate` finds out about the programs of a run, with a real worker.

#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cli/evaluate/familiar_programs.h"
#include "cli/evaluate/fixed_of_run.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/integration/training_run.h"

namespace weft {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class RunProgramsTest : public ::testing::Test {
 protected:
  RunProgramsTest() { measure_.timing_budget_seconds = 0.01; }

  // An elementwise sum of rows x 32.
  void WriteSum(const std::string& folder, const std::string& name, int rows) {
    std::filesystem::create_directories(Folder(folder));
    const std::string type = absl::StrCat("tensor<", rows, "x32xf32>");
    WriteFile(absl::StrCat(Folder(folder), "/", name, ".mlir"),
              absl::StrCat("func.func @main(%a: ", type, ", %b: ", type, ", %o: ", type,
                           ") -> ", type, " {\n  %r = linalg.add ins(%a, %b : ", type,
                           ", ", type, ") outs(%o : ", type, ") -> ", type,
                           "\n  return %r : ", type, "\n}\n"));
  }
  std::string Folder(const std::string& name) const {
    return folder_.path() + "/" + name;
  }
  FamiliarPrograms Familiar(const TrainConfig& run, bool best_by_validation) const {
    return FindFamiliarPrograms(run, best_by_validation, *LoadSuite(Folder("suite")),
                                Program("weft-worker"), measure_);
  }

  const TemporaryFolder folder_;
  MeasureOptions measure_;
};

TEST_F(RunProgramsTest, FamiliarProgramsAreNamedByWhatTheyAreKnownAs) {
  WriteSum("training", "a", 8);
  WriteSum("training", "b", 16);
  WriteSum("validation", "c", 24);
  WriteSum("suite", "a", 40);  // A name says nothing.
  WriteSum("suite", "x", 16);
  WriteSum("suite", "y", 24);
  TrainConfig run;
  run.suite = Folder("training");
  run.validation.suite = Folder("validation");
  const FamiliarPrograms newest = Familiar(run, false);
  ASSERT_THAT(newest.trained, SizeIs(1));
  EXPECT_THAT(newest.trained[0].program, EndsWith("suite/x.mlir"));
  EXPECT_THAT(newest.trained[0].known, EndsWith("training/b.mlir"));
  EXPECT_THAT(newest.chosen_by, IsEmpty());
  EXPECT_THAT(newest.not_checked, IsEmpty());

  const FamiliarPrograms best = Familiar(run, true);
  ASSERT_THAT(best.chosen_by, SizeIs(1));
  EXPECT_THAT(best.chosen_by[0].program, EndsWith("suite/y.mlir"));
  EXPECT_THAT(FamiliarNotes(best), HasSubstr("trained on 1 of these programs: "));
  EXPECT_THAT(FamiliarNotes(best), HasSubstr("chosen by validation on 1 of these"));
  EXPECT_EQ(FamiliarJson(best)["trained"][0]["known"], best.trained[0].known);
}

TEST_F(RunProgramsTest, TasksOfThePreTrainingAreFamiliarWithSeveralThreads) {
  std::filesystem::create_directories(Folder("suite"));
  std::filesystem::copy_file(
      SourcePath("datasets/suites/quickstart/matmul_128x128x128.mlir"),
      Folder("suite") + "/square.mlir");
  WriteSum("training", "a", 8);
  TrainConfig run;
  run.suite = Folder("training");
  run.measure.threads = 2;
  EXPECT_THAT(Familiar(run, false).trained, IsEmpty());
  run.pretrain.iterations = 1;
  const FamiliarPrograms familiar = Familiar(run, false);
  ASSERT_THAT(familiar.trained, SizeIs(1));
  EXPECT_THAT(familiar.trained[0].known, HasSubstr("matmul_128x128x128"));
}

TEST_F(RunProgramsTest, AMissingSuiteOfTheRunIsSaidAndIsNoError) {
  WriteSum("suite", "x", 16);
  TrainConfig run;
  run.suite = Folder("gone");
  const FamiliarPrograms familiar = Familiar(run, false);
  EXPECT_THAT(familiar.not_checked, ElementsAre(HasSubstr("gone")));
  EXPECT_THAT(FamiliarNotes(familiar), HasSubstr("is not known: "));
}

TEST_F(RunProgramsTest, TheFixedScheduleIsChosenOnAllProgramsOfTheKind) {
  WriteSum("training", "a", 8);
  WriteSum("training", "b", 16);
  WriteFile(Folder("config.yaml"), "suite: " + Folder("training") + "\n");
  WriteFile(
      Folder("summary.json"),
      R"({"episodes": 2, "measurements": 2, "wrong": 0, "crashed": 0, "timed_out": 0,
  "geomean_speedup": 2.4, "wall_seconds": 1, "env_steps_per_second": 1,
  "measured_schedules_per_second": 1, "mean_reward_first_quarter": 0,
  "mean_reward_last_quarter": 0, "programs": [
  {"program": "a", "best_us": 1, "speedup": 3, "schedule": "tile[4,0] stop"},
  {"program": "b", "best_us": 1, "speedup": 2, "schedule": "stop"}]})");
  SearchTargetOptions target;
  target.worker_path = Program("weft-worker");
  target.measure = measure_;
  bool stop = false;
  std::vector<std::string> messages;
  const FixedOfRunHooks hooks = {
      [&] { return stop; },
      [&](const std::string& message) { messages.push_back(message); }};
  const auto found = FindFixedOfRun(folder_.path(), target, {}, hooks);
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_THAT(*found, SizeIs(1));
  EXPECT_FALSE(found->at("linalg.add").empty());
  EXPECT_THAT(messages, ElementsAre(HasSubstr("2 to choose from, on 2 programs")));
  stop = true;
  EXPECT_TRUE(
      absl::IsCancelled(FindFixedOfRun(folder_.path(), target, {}, hooks).status()));
  WriteFile(Folder("summary.json"), "{");
  stop = false;
  EXPECT_TRUE(
      absl::IsDataLoss(FindFixedOfRun(folder_.path(), target, {}, hooks).status()));
}

}  // namespace
}  // namespace weft
