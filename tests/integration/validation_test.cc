// Validation with real processes: the greedy policy on programs that are held out.

#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/integration/training_run.h"

namespace weft {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

TEST(ValidationTest, ARunValidatesBeforeDuringAndAtTheEnd) {
  TrainingRun run(SyntheticConfig(6));
  run.Start({"validation.every_iterations=2"});
  const auto status = run.Wait(absl::Seconds(120));
  ASSERT_TRUE(status && status->ok()) << run.Everything();
  EXPECT_THAT(run.output(), HasSubstr("validation reward: first"));

  std::vector<uint64_t> iterations;
  std::set<std::string> validated;
  std::ifstream file(run.run_folder() + "/metrics.jsonl");
  for (std::string line; std::getline(file, line);) {
    const nlohmann::json json = nlohmann::json::parse(line);
    if (!json.contains("validation")) continue;
    iterations.push_back(json["iteration"]);
    EXPECT_EQ(json["validation"]["failures"], 0) << line;
    EXPECT_GT(json["validation"]["tasks"].size(), 0u) << line;
    for (const auto& task : json["validation"]["tasks"]) {
      validated.insert(task["program"]);
    }
  }
  ASSERT_GE(iterations.size(), 2u) << run.Everything();
  EXPECT_EQ(iterations.back(), 6u);
  const nlohmann::json validation = run.Summary()["validation"];
  EXPECT_EQ(validation["last"]["iteration"], 6);
  EXPECT_GE(validation["best"]["mean_reward"], validation["last"]["mean_reward"]);
  if (validation["best"]["iteration"] > 0) {
    EXPECT_TRUE(fs::exists(run.run_folder() + "/checkpoints/best.weft"));
  }
  for (const nlohmann::json& program : run.Summary()["programs"]) {
    EXPECT_EQ(validated.count(program["program"]), 0u) << "is trained on: " << program;
  }
}

TEST(ValidationTest, ARunOnRealProgramsIsJudgedOnOthers) {
  const TemporaryFolder held_out;
  WriteFile(held_out.path() + "/held_out.mlir",
            "func.func @main(%a: tensor<24x40xf32>, %b: tensor<24x40xf32>, "
            "%o: tensor<24x40xf32>) -> tensor<24x40xf32> {\n"
            "  %r = linalg.add ins(%a, %b : tensor<24x40xf32>, tensor<24x40xf32>) "
            "outs(%o : tensor<24x40xf32>) -> tensor<24x40xf32>\n"
            "  return %r : tensor<24x40xf32>\n}\n");
  TrainingRun run(RealConfig(2));
  run.Start({"validation.every_iterations=2",
             absl::StrCat("validation.suite=", held_out.path())});
  const auto status = run.Wait(absl::Seconds(240));
  ASSERT_TRUE(status && status->ok()) << run.Everything();
  const nlohmann::json summary = run.Summary();
  EXPECT_EQ(summary["validation"]["last"]["programs"], 1);
  EXPECT_EQ(summary["validation"]["last"]["failures"], 0) << run.Everything();
  for (const nlohmann::json& program : summary["programs"]) {
    EXPECT_NE(program["program"], "held_out");
  }
}

TEST(ValidationTest, AProgramThatIsTrainedOnCannotValidate) {
  const TemporaryFolder folder;
  fs::create_directory(folder.path() + "/held_out");
  const fs::path trained = *fs::directory_iterator(SourcePath("tests/programs"));
  fs::copy_file(trained, folder.path() + "/held_out/renamed.mlir");
  TrainingRun run(RealConfig(2));
  run.Start({"validation.every_iterations=1",
             absl::StrCat("validation.suite=", folder.path(), "/held_out")});
  const auto status = run.Wait(absl::Seconds(120));
  ASSERT_TRUE(status) << run.Everything();
  EXPECT_FALSE(status->ok());
  EXPECT_THAT(run.output(), HasSubstr("validation program renamed is the training"));
}

// A program that the cost model has, too, in a folder of its own.
class ModelledProgramTest : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::create_directory(folder_.path() + "/held_out");
    fs::copy_file(SourcePath("datasets/suites/quickstart/matmul_128x128x128.mlir"),
                  folder_.path() + "/held_out/square.mlir");
  }
  std::vector<std::string> Validating(std::vector<std::string> overrides) const {
    overrides.push_back("validation.every_iterations=1");
    overrides.push_back(absl::StrCat("validation.suite=", folder_.path(), "/held_out"));
    return overrides;
  }
  static void ExpectRefusal(TrainingRun& run) {
    const auto status = run.Wait(absl::Seconds(120));
    ASSERT_TRUE(status) << run.Everything();
    EXPECT_FALSE(status->ok());
    EXPECT_THAT(run.output(),
                HasSubstr("validation program square is the training program "
                          "of the cost model, matmul_128x128x128"));
  }

  const TemporaryFolder folder_;
};

TEST_F(ModelledProgramTest, CannotValidateARunThatIsPreTrained) {
  TrainingRun run(RealConfig(2));
  run.Start(Validating({"pretrain.iterations=1"}));
  ExpectRefusal(run);
}

// A policy sees the number of threads: it must be the same on both sides.
TEST_F(ModelledProgramTest, CannotValidateAPreTrainedRunOnSeveralThreadsEither) {
  TrainingRun run(RealConfig(2));
  run.Start(Validating({"pretrain.iterations=1", "measure.threads=2"}));
  ExpectRefusal(run);
}

TEST_F(ModelledProgramTest, CannotValidateARunThatWasOnTheCostModelByHand) {
  TrainingRun run(RealConfig(1));
  run.Start({"environment=cost-model"});
  const auto status = run.Wait(absl::Seconds(120));
  ASSERT_TRUE(status && status->ok()) << run.Everything();
  run.Resume(Validating({"environment=mlir", "learner.iterations=2"}));
  ExpectRefusal(run);
}

TEST_F(ModelledProgramTest, ValidatesARunThatWasNeverPreTrained) {
  TrainingRun run(RealConfig(1));
  run.Start(Validating({}));
  const auto status = run.Wait(absl::Seconds(240));
  ASSERT_TRUE(status && status->ok()) << run.Everything();
  EXPECT_EQ(run.Summary()["validation"]["last"]["programs"], 1);
}

TEST(ValidationTest, AValidationWithoutASuiteIsRefused) {
  const TemporaryFolder folder;
  WriteFile(folder.path() + "/config.yaml",
            absl::StrCat("suite: ", SourcePath("tests/programs"),
                         "\nvalidation: {every_iterations: 3}\n"));
  const Finished finished =
      RunToEnd({Program("weft"), "train", folder.path() + "/config.yaml"});
  EXPECT_EQ(finished.status.code, 2);
  EXPECT_THAT(finished.output, HasSubstr("validation.suite: missing"));
}

}  // namespace
}  // namespace weft
