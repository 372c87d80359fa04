// `weft evaluate` as a person runs it: a real checkpoint, real programs, a real
// compiler.

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/integration/training_run.h"

namespace weft {
namespace {

using ::testing::HasSubstr;

class EvaluateCommandTest : public ::testing::Test {
 protected:
  Finished Evaluate(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {Program("weft"), "evaluate"});
    arguments.insert(arguments.end(), {"--store", folder_.path() + "/store.sqlite"});
    return RunToEnd(arguments, absl::Seconds(240));
  }
  // A suite of one program of the tests.
  std::string Suite(const std::string& program) {
    const std::string suite = folder_.path() + "/suite";
    std::filesystem::create_directories(suite);
    std::filesystem::copy_file(SourcePath("tests/programs/" + program + ".mlir"),
                               suite + "/" + program + ".mlir");
    return suite;
  }

  TemporaryFolder folder_;
};

TEST_F(EvaluateCommandTest, AFreshPolicyIsComparedWithItsRivals) {
  const std::string suite = Suite("add");
  TrainingRun run(
      absl::StrReplaceAll(RealConfig(2), {{SourcePath("tests/programs"), suite}}));
  run.Start();
  const auto status = run.Wait(absl::Seconds(240));
  ASSERT_TRUE(status && status->ok()) << run.Everything();
  const std::string json = folder_.path() + "/evaluation.json";
  const std::vector<std::string> arguments = {
      run.run_folder(), suite, "--budget",        "6",
      "--random",       "3",   "--fixed",         run.run_folder(),
      "--json",         json,  "--timing-budget", "0.01"};
  const Finished first = Evaluate(arguments);
  ASSERT_TRUE(first.status.ok()) << first.output;
  EXPECT_THAT(first.output, HasSubstr("share"));
  EXPECT_THAT(first.output, HasSubstr("best of 3 random schedules"));
  EXPECT_THAT(first.output, HasSubstr("note: the policy was trained on 1 of these"));
  const auto evaluation = nlohmann::json::parse(FileText(json));
  ASSERT_EQ(evaluation["programs"].size(), 1u);
  const nlohmann::json& program = evaluation["programs"][0];
  EXPECT_EQ(program["program"], "add");
  EXPECT_EQ(program["policy"]["outcome"], "ok");
  EXPECT_EQ(program["search_measurements"], 6);
  EXPECT_EQ(program["fixed"]["outcome"], "ok");
  EXPECT_GT(program["share_of_search"].get<double>(), 0);
  EXPECT_EQ(evaluation["summary"]["policy_failures"], 0);
  EXPECT_EQ(evaluation["familiar"]["trained"][0]["program"], suite + "/add.mlir");

  // What was measured is known now: the same schedules have the same times.
  const Finished second = Evaluate(arguments);
  ASSERT_TRUE(second.status.ok()) << second.output;
  EXPECT_EQ(nlohmann::json::parse(FileText(json))["programs"][0]["policy"],
            program["policy"]);
}

TEST_F(EvaluateCommandTest, AMissingCheckpointIsNamed) {
  const Finished finished = Evaluate({folder_.path() + "/none.weft", Suite("add")});
  EXPECT_EQ(finished.status.code, 2);
  EXPECT_THAT(finished.output, HasSubstr("none.weft"));
}

TEST_F(EvaluateCommandTest, ACorruptCheckpointIsNamedWithWhatIsWrong) {
  const std::string path = folder_.path() + "/bad.weft";
  WriteFile(path, "WEFTCKPT but no more");
  const Finished finished = Evaluate({path, Suite("add")});
  EXPECT_EQ(finished.status.code, 2);
  EXPECT_THAT(finished.output, HasSubstr("bad.weft: "));
}

TEST_F(EvaluateCommandTest, AFolderWithoutProgramsIsNamed) {
  const Finished finished = Evaluate({folder_.path() + "/none.weft", folder_.path()});
  EXPECT_EQ(finished.status.code, 2);
  EXPECT_THAT(finished.output, HasSubstr("has no .mlir file"));
}

}  // namespace
}  // namespace weft
