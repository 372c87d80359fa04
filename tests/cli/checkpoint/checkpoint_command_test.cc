// `weft checkpoint` on the checkpoints of a real run.
#include <torch/script.h>

#include <filesystem>
#include <map>
#include <regex>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/policy/encoders/encoder.h"
#include "common/policy/network.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "learner/checkpoint/checkpoint_file.h"
#include "nlohmann/json.hpp"
#include "tests/integration/training_run.h"

namespace weft {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr int kIterations = 3;

class CheckpointCommandTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    run_ = new TrainingRun(SyntheticConfig(kIterations));
    run_->Start();
    const auto status = run_->Wait(absl::Seconds(120));
    ASSERT_TRUE(status && status->ok()) << run_->Everything();
  }
  static void TearDownTestSuite() {
    delete run_;
    run_ = nullptr;
  }

  static std::string Newest() {
    return absl::StrCat(run_->run_folder(), "/checkpoints/checkpoint-0000000",
                        kIterations, ".weft");
  }
  static Finished Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {Program("weft"), "checkpoint"});
    return RunToEnd(arguments);
  }
  static nlohmann::json Json(const std::string& path) {
    const Finished finished = Run({"inspect", path, "--json"});
    EXPECT_TRUE(finished.status.ok()) << finished.output;
    return nlohmann::json::parse(finished.output, nullptr, false);
  }
  std::string Exported() const {
    const std::string file = folder_.path() + "/weights.pt";
    const Finished finished = Run({"export", run_->run_folder(), "-o", file});
    EXPECT_TRUE(finished.status.ok()) << finished.output;
    return file;
  }

  static TrainingRun* run_;
  TemporaryFolder folder_;
};

TrainingRun* CheckpointCommandTest::run_ = nullptr;

TEST_F(CheckpointCommandTest, InspectTellsWhatTheRunWasAndWhatItLearnt) {
  const nlohmann::json json = Json(Newest());
  EXPECT_EQ(json["valid"], true);
  EXPECT_EQ(json["iteration"], kIterations);
  EXPECT_EQ(json["episodes"], kIterations * 8);
  EXPECT_EQ(json["bytes"], std::filesystem::file_size(Newest()));
  EXPECT_EQ(json["policy"]["encoder"], "lstm");
  EXPECT_EQ(json["policy"]["width"], 16);
  EXPECT_EQ(json["policy"]["weights_version"], kIterations + 1);
  EXPECT_THAT(json["config"].get<std::string>(),
              AllOf(HasSubstr("environment: synthetic"),
                    HasSubstr("episodes_per_iteration: 8")));
  EXPECT_GT(json["sections"]["ppo"], json["sections"]["weights"]);
}

TEST_F(CheckpointCommandTest, AFolderStandsForItsNewestValidCheckpoint) {
  EXPECT_EQ(Json(run_->run_folder())["path"], Newest());
  EXPECT_EQ(Json(run_->run_folder() + "/checkpoints")["path"], Newest());
  const std::string copy = folder_.path() + "/run";
  std::filesystem::create_directory(copy);
  for (const int iteration : {kIterations - 1, kIterations}) {
    const std::string name = absl::StrCat("/checkpoint-0000000", iteration, ".weft");
    const std::string bytes = ReadFile(run_->run_folder() + "/checkpoints" + name);
    WriteFile(copy + name, iteration == kIterations ? bytes.substr(0, 500) : bytes);
  }
  const Finished finished = Run({"inspect", copy});
  EXPECT_TRUE(finished.status.ok()) << finished.output;
  EXPECT_THAT(finished.output, HasSubstr("skipping checkpoint"));
  EXPECT_THAT(finished.output,
              HasSubstr(absl::StrCat("iteration    ", kIterations - 1, ",")));
}

TEST_F(CheckpointCommandTest, ExportGivesTheArchiveWithTheTensorsThatInspectLists) {
  const std::string file = Exported();
  const auto sections = DecodeCheckpoint(ReadFile(Newest()));
  ASSERT_TRUE(sections.ok()) << sections.status();
  EXPECT_EQ(ReadFile(file), sections->at("weights"));

  const torch::jit::Module module = torch::jit::load(file);
  const nlohmann::json json = Json(Newest());
  std::map<std::string, nlohmann::json> listed;
  for (const nlohmann::json& tensor : json["tensors"]) {
    listed[tensor["name"].get<std::string>()] = tensor;
  }
  int64_t parameters = 0;
  size_t count = 0;
  const auto check = [&](const std::string& name, const torch::Tensor& tensor,
                         bool trainable) {
    ++count;
    ASSERT_EQ(listed.count(name), 1u) << name;
    EXPECT_EQ(listed[name]["shape"].get<std::vector<int64_t>>(), tensor.sizes().vec());
    EXPECT_NEAR(listed[name]["norm"], tensor.norm().item<double>(), 1e-4) << name;
    EXPECT_EQ(listed[name]["trainable"], trainable);
    if (trainable) parameters += tensor.numel();
  };
  for (const auto& item : module.named_parameters()) check(item.name, item.value, true);
  for (const auto& item : module.named_buffers()) check(item.name, item.value, false);
  EXPECT_EQ(count, listed.size());
  EXPECT_EQ(json["parameters"], parameters);
  EXPECT_GT(parameters, 1000);
}

TEST_F(CheckpointCommandTest, PythonReadsTheExportedWeights) {
  if (!RunToEnd({"/usr/bin/python3", "-c", "import torch"}).status.ok()) {
    GTEST_SKIP() << "no python3-torch";
  }
  const Finished python =
      RunToEnd({"/usr/bin/python3", "-c",
                absl::StrCat("import torch; m = torch.jit.load('", Exported(),
                             "'); print(sum(p.numel() for p in m.parameters()))")});
  EXPECT_TRUE(python.status.ok()) << python.output;
  EXPECT_EQ(python.output, Json(Newest())["parameters"].dump() + "\n");
}

TEST_F(CheckpointCommandTest, ADamagedOrMissingFileIsToldAndNothingIsExported) {
  const std::string damaged = folder_.path() + "/damaged.weft";
  std::string bytes = ReadFile(Newest());
  bytes[bytes.size() / 2] ^= 1;
  WriteFile(damaged, bytes);
  const Finished inspect = Run({"inspect", damaged, "--json"});
  EXPECT_EQ(inspect.status.code, 1);
  EXPECT_THAT(inspect.output, HasSubstr("\"valid\": false"));
  EXPECT_THAT(inspect.output, HasSubstr("checksum"));
  const std::string output = folder_.path() + "/none.pt";
  EXPECT_EQ(Run({"export", damaged, "-o", output}).status.code, 1);
  EXPECT_FALSE(std::filesystem::exists(output));
  const Finished missing = Run({"inspect", folder_.path() + "/no.weft"});
  EXPECT_EQ(missing.status.code, 1);
  EXPECT_THAT(missing.output, HasSubstr("no.weft"));
  EXPECT_EQ(Run({"inspect"}).status.code, 2);
  EXPECT_EQ(Run({}).status.code, 2);
}

// With N for the number of a block or a layer.
TEST(CheckpointDocumentation, NamesEveryTensorOfEveryEncoder) {
  const std::string text = ReadFile(SourcePath("docs/checkpoints.md"));
  for (const std::string& encoder : EncoderNames()) {
    PolicyOptions options;
    options.encoder = encoder;
    options.width = 32;
    const auto network = PolicyNetwork::CreateToLoad(options);
    ASSERT_TRUE(network.ok()) << network.status();
    std::vector<std::string> names = (*network)->named_parameters().keys();
    for (const std::string& buffer : (*network)->named_buffers().keys()) {
      names.push_back(buffer);
    }
    for (std::string name : names) {
      name = std::regex_replace(name, std::regex("block[0-9]+"), "blockN");
      name = std::regex_replace(name, std::regex("_l[0-9]+"), "_lN");
      // A table row for each module, which lists what it has.
      const size_t dot = name.rfind('.');
      const std::string module = dot == std::string::npos ? name : name.substr(0, dot);
      const std::string tensor = dot == std::string::npos ? name : name.substr(dot + 1);
      const size_t row = text.find(absl::StrCat("| `", module, "` |"));
      ASSERT_NE(row, std::string::npos) << encoder << ": " << name;
      EXPECT_THAT(text.substr(row, text.find('\n', row) - row), HasSubstr(tensor))
          << encoder;
    }
  }
}

}  // namespace
}  // namespace weft
