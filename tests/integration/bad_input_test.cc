// What a user can get wrong: a clear error, an exit code other than 0, nothing lost.

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/integration/training_run.h"

namespace weft {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// Runs `weft train` on a suite of one program with this text.
Finished TrainOn(const std::string& program) {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder.path() + "/suite");
  WriteFile(folder.path() + "/suite/program.mlir", program);
  WriteFile(folder.path() + "/config.yaml",
            absl::StrCat("suite: ", folder.path(), "/suite\n"));
  return RunToEnd({Program("weft"), "train", "--runs", folder.path() + "/runs",
                   folder.path() + "/config.yaml"});
}

TEST(BadInputTest, AProgramWithAnLlvmOperationIsRefused) {
  const Finished finished = TrainOn(
      "func.func @main(%a: tensor<4xf32>) -> tensor<4xf32> {\n"
      "  %c = llvm.mlir.constant(1 : i32) : i32\n"
      "  return %a : tensor<4xf32>\n}\n");
  EXPECT_FALSE(finished.status.ok());
  EXPECT_THAT(
      finished.output,
      AllOf(HasSubstr("program"), HasSubstr("llvm.mlir.constant"), HasSubstr(":2:")));
}

TEST(BadInputTest, AProgramThatCallsOutIsRefused) {
  const Finished finished = TrainOn(
      "func.func private @outside(tensor<4xf32>) -> tensor<4xf32>\n"
      "func.func @main(%a: tensor<4xf32>) -> tensor<4xf32> {\n"
      "  %r = call @outside(%a) : (tensor<4xf32>) -> tensor<4xf32>\n"
      "  return %r : tensor<4xf32>\n}\n");
  EXPECT_FALSE(finished.status.ok());
  EXPECT_THAT(finished.output, HasSubstr("program"));
  EXPECT_THAT(finished.output, HasSubstr("outside"));
}

TEST(BadInputTest, MalformedMlirIsRefusedWithItsPlace) {
  const Finished finished = TrainOn("func.func @main(%a: tensor<4xf32>) -> {\n");
  EXPECT_FALSE(finished.status.ok());
  EXPECT_THAT(finished.output, HasSubstr("program"));
  EXPECT_THAT(finished.output, HasSubstr(":1:"));
}

TEST(BadInputTest, ATypoInTheConfigurationIsNamedAndNothingStarts) {
  const TemporaryFolder folder;
  WriteFile(folder.path() + "/config.yaml", "suite: .\nlearner:\n  iteration: 3\n");
  const Finished finished =
      RunToEnd({Program("weft"), "train", "--runs", folder.path() + "/runs",
                folder.path() + "/config.yaml"});
  EXPECT_EQ(finished.status.code, 2);
  EXPECT_THAT(finished.output,
              HasSubstr("config.yaml:3: learner.iteration: unknown key; did you mean "
                        "'iterations'?"));
  EXPECT_FALSE(std::filesystem::exists(folder.path() + "/runs"));
}

TEST(BadInputTest, ASuiteThatIsNotThereIsNamed) {
  const TemporaryFolder folder;
  WriteFile(folder.path() + "/config.yaml", "suite: no/such/folder\n");
  const Finished finished =
      RunToEnd({Program("weft"), "train", "--runs", folder.path() + "/runs",
                folder.path() + "/config.yaml"});
  EXPECT_EQ(finished.status.code, 2);
  EXPECT_THAT(finished.output, HasSubstr("no/such/folder"));
}

TEST(BadInputTest, ALearnerThatCannotBeReachedEndsTheActorWithItsAddress) {
  const TemporaryFolder folder;
  WriteFile(folder.path() + "/config.yaml", SyntheticConfig(1));
  const Finished finished = RunToEnd(
      {Program("weft-actor"), "--config", folder.path() + "/config.yaml", "--learner",
       "127.0.0.1:1", "--actor-id", "lonely", "--connect-timeout", "2s"});
  EXPECT_FALSE(finished.status.ok());
  EXPECT_EQ(finished.status.signal, 0);
  EXPECT_THAT(finished.output, HasSubstr("127.0.0.1:1"));
}

TEST(BadInputTest, AnAddressInUseEndsTheLearnerWithTheAddress) {
  TrainingRun run(SyntheticConfig(100000));
  run.Start();
  ASSERT_TRUE(Eventually([&] { return run.learner_pid() != 0; })) << run.Everything();
  const TemporaryFolder folder;
  WriteFile(folder.path() + "/config.yaml", SyntheticConfig(1));
  const Finished finished =
      RunToEnd({Program("weft-learner"), "--config", folder.path() + "/config.yaml",
                "--run-dir", folder.path(), "--set",
                "learner.admin_address=" + run.AdminAddress("learner.json")});
  EXPECT_FALSE(finished.status.ok());
  EXPECT_EQ(finished.status.signal, 0);
  EXPECT_THAT(finished.output, HasSubstr(run.AdminAddress("learner.json")));
}

}  // namespace
}  // namespace weft
