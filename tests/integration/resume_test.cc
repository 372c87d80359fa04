// What a learner does again after it was killed, with the real service.
#include <signal.h>

#include <filesystem>
#include <string>

#include "absl/strings/str_format.h"
#include "gtest/gtest.h"
#include "learner/checkpoint/checkpoint_file.h"
#include "tests/integration/training_run.h"

namespace weft {
namespace {

constexpr int kIterations = 8;
constexpr int kKept = 3;  // The checkpoints after it are lost.

std::string CheckpointPath(const TrainingRun& run, int iteration) {
  return absl::StrFormat("%s/checkpoints/checkpoint-%08d.weft", run.run_folder(),
                         iteration);
}

CheckpointSections Load(const TrainingRun& run, int iteration) {
  const auto sections = DecodeCheckpoint(FileText(CheckpointPath(run, iteration)));
  EXPECT_TRUE(sections.ok()) << sections.status();
  return sections.value_or(CheckpointSections());
}

// Which episodes come next depends on timing, what is made of those in the log does
// not.
TEST(ResumeTest, WhatIsLearntAgainFromTheLogIsTheSameToTheLastBit) {
  TrainingRun run(SyntheticConfig(kIterations) + "  keep_checkpoints: 100\n");
  run.Start();
  const auto status = run.Wait(absl::Seconds(120));
  ASSERT_TRUE(status && status->ok()) << run.Everything();
  const CheckpointSections before = Load(run, kIterations);
  ASSERT_NE(before.at("weights"), Load(run, kKept).at("weights"));
  for (int i = kKept + 1; i <= kIterations; ++i) {
    ASSERT_TRUE(std::filesystem::remove(CheckpointPath(run, i)));
  }

  // No actor: it has the log alone.
  const TemporaryFolder folder;
  auto learner = ChildProcess::Start(
      {Program("weft-learner"), "--config", run.run_folder() + "/config.yaml",
       "--run-dir", run.run_folder(), "--resume"},
      folder.path() + "/log");
  ASSERT_TRUE(learner.ok()) << learner.status();
  EXPECT_TRUE(Eventually([&] {
    return std::filesystem::exists(CheckpointPath(run, kIterations));
  })) << FileText(folder.path() + "/log");
  (*learner)->Signal(SIGTERM);
  const auto ended = (*learner)->Wait(absl::Seconds(60));
  ASSERT_TRUE(ended && ended->ok()) << FileText(folder.path() + "/log");

  const CheckpointSections after = Load(run, kIterations);
  EXPECT_EQ(after.at("weights"), before.at("weights"));
  EXPECT_EQ(after.at("episode_rewards"), before.at("episode_rewards"));
  EXPECT_EQ(run.Iterations().size(), static_cast<size_t>(kIterations));
}

}  // namespace
}  // namespace weft
