// A full disk and corrupt checkpoints: nothing that was stored before is lost.

#include <signal.h>
#include <sys/mount.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/integration/training_run.h"

namespace weft {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

std::vector<fs::path> Checkpoints(const TrainingRun& run) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry :
       fs::directory_iterator(run.run_folder() + "/checkpoints", error)) {
    if (entry.path().extension() == ".weft") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

// Runs until there are checkpoints, then stops in an orderly way.
void TrainAWhile(TrainingRun& run) {
  run.Start();
  ASSERT_TRUE(Eventually([&] { return Checkpoints(run).size() >= 2; }))
      << run.Everything();
  run.weft().Signal(SIGINT);
  ASSERT_TRUE(run.Wait(absl::Seconds(60))) << run.Everything();
}

TEST(DiskTest, ACorruptNewestCheckpointIsSkippedForTheOneBefore) {
  TrainingRun run(SyntheticConfig(100000));
  TrainAWhile(run);
  const std::vector<fs::path> files = Checkpoints(run);
  ASSERT_GE(files.size(), 2u);
  {
    std::fstream file(files.back(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(fs::file_size(files.back()) / 2));
    file.write("damage", 6);
  }
  const int done = run.Iterations().back()["iteration"];
  run.Resume({"learner.iterations=" + std::to_string(done + 2)});
  const auto status = run.Wait(absl::Seconds(120));
  ASSERT_TRUE(status && status->ok()) << run.Everything();
  EXPECT_THAT(FileText(run.run_folder() + "/logs/learner.log"),
              HasSubstr(files.back().filename().string()));
  EXPECT_EQ(run.Iterations().back()["iteration"].get<int>(), done + 2);
}

TEST(DiskTest, WithoutAnyValidCheckpointResumeIsAnErrorThatNamesThem) {
  TrainingRun run(SyntheticConfig(100000));
  TrainAWhile(run);
  for (const fs::path& file : Checkpoints(run)) fs::resize_file(file, 10);
  run.Resume();
  const auto status = run.Wait(absl::Seconds(60));
  ASSERT_TRUE(status);
  EXPECT_FALSE(status->ok());
  EXPECT_THAT(run.output(), HasSubstr("checkpoint"));
}

// The iteration of the last whole line of metrics.jsonl.
int LastIteration(const std::string& run) {
  std::ifstream file(run + "/metrics.jsonl");
  int last = 0;
  for (std::string line; std::getline(file, line);) {
    const auto iteration = nlohmann::json::parse(line, nullptr, false);
    if (iteration.is_object()) last = iteration["iteration"];
  }
  return last;
}

// A file system of its own, small enough to fill.
class SmallDisk {
 public:
  explicit SmallDisk(const std::string& path) : path_(path) {
    fs::create_directories(path);
    mounted_ = mount("tmpfs", path.c_str(), "tmpfs", 0, "size=2m") == 0;
  }
  ~SmallDisk() {
    if (mounted_) umount2(path_.c_str(), MNT_DETACH);
  }
  bool mounted() const { return mounted_; }

 private:
  const std::string path_;
  bool mounted_ = false;
};

TEST(DiskTest, AFullDiskIsNamedAndTheRunCanBeResumedOnceThereIsSpace) {
  const TemporaryFolder folder;
  SmallDisk disk(folder.path() + "/runs");
  if (!disk.mounted()) GTEST_SKIP() << "mounting a tmpfs needs root";
  WriteFile(folder.path() + "/config.yaml", "name: test\n" + SyntheticConfig(100000));
  const std::string filler = folder.path() + "/runs/filler";
  const std::string run = folder.path() + "/runs/test";
  auto weft =
      ChildProcess::Start({Program("weft"), "train", "--runs", folder.path() + "/runs",
                           folder.path() + "/config.yaml"},
                          folder.path() + "/weft.log");
  ASSERT_TRUE(weft.ok()) << weft.status();
  ASSERT_TRUE(Eventually([&] { return fs::exists(run + "/metrics.jsonl"); }))
      << FileText(folder.path() + "/weft.log");
  {
    std::ofstream file(filler, std::ios::binary);
    const std::string block(1 << 16, 'x');
    while (
        file.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) {
    }
  }
  const auto status = (*weft)->Wait(absl::Seconds(90));
  ASSERT_TRUE(status) << FileText(folder.path() + "/weft.log");
  EXPECT_EQ(status->signal, 0);
  EXPECT_FALSE(status->ok());
  EXPECT_THAT(FileText(folder.path() + "/weft.log"),
              HasSubstr("No space left on device"));

  fs::remove(filler);
  const int done = LastIteration(run);
  const Finished resumed = RunToEnd({Program("weft"), "train", "--resume", run, "--set",
                                     "learner.iterations=" + std::to_string(done + 2)});
  EXPECT_TRUE(resumed.status.ok())
      << resumed.output << FileText(run + "/logs/learner.log");
  EXPECT_EQ(LastIteration(run), done + 2);
}

}  // namespace
}  // namespace weft
