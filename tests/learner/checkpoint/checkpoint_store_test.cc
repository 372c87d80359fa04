#include "learner/checkpoint/checkpoint_store.h"

#include <signal.h>
#include <sys/resource.h>

#include <filesystem>
#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/learner/temporary_folder.h"

namespace weft {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

CheckpointSections Sections(const std::string& mark) {
  return {{"ppo", mark + std::string(3000, 'p')}, {"empty", ""}, {"run_state", "{}"}};
}

class CheckpointStoreTest : public ::testing::Test {
 protected:
  CheckpointStore Open(int keep = 3) {
    return *CheckpointStore::Open(folder_.path() + "/checkpoints", keep);
  }
  std::string PathOf(int iteration) const {
    return absl::StrCat(folder_.path(), "/checkpoints/checkpoint-0000000", iteration,
                        ".weft");
  }
  TemporaryFolder folder_;
};

TEST_F(CheckpointStoreTest, GivesBackWhatWasSaved) {
  CheckpointStore store = Open();
  EXPECT_EQ(*store.Save(4, Sections("a")), PathOf(4));
  const absl::StatusOr<Checkpoint> checkpoint = Open().LoadNewestValid();
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
  EXPECT_EQ(checkpoint->iteration, 4u);
  EXPECT_EQ(checkpoint->sections, Sections("a"));
}

TEST_F(CheckpointStoreTest, KeepsTheNewestAndRemovesTheOthers) {
  CheckpointStore store = Open(2);
  for (uint64_t i : {1, 3, 5, 9}) ASSERT_TRUE(store.Save(i, Sections("a")).ok());
  EXPECT_THAT(store.Iterations(), ElementsAre(5, 9));
}

TEST_F(CheckpointStoreTest, ADamagedOneOfALaterIterationDisplacesNoneThatIsSaved) {
  {
    CheckpointStore store = Open();
    for (uint64_t i : {6, 8}) ASSERT_TRUE(store.Save(i, Sections("good")).ok());
    Overwrite(PathOf(9), "junk");
  }
  CheckpointStore store = Open(1);  // Resumed from 8.
  ASSERT_TRUE(store.Save(8, Sections("again")).ok());
  const absl::StatusOr<Checkpoint> checkpoint = store.LoadNewestValid();
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
  EXPECT_EQ(checkpoint->sections, Sections("again"));
  EXPECT_THAT(store.Iterations(), ElementsAre(8, 9));
}

TEST_F(CheckpointStoreTest, WhatACrashLeftHalfWrittenIsRemovedByTheNextSave) {
  CheckpointStore store = Open();
  const std::string half = PathOf(1) + ".tmp";
  Overwrite(half, "WEFTCKPT");
  EXPECT_EQ(store.LoadNewestValid().status().code(), absl::StatusCode::kNotFound);
  ASSERT_TRUE(store.Save(2, Sections("good")).ok());
  EXPECT_FALSE(std::filesystem::exists(half));
}

TEST_F(CheckpointStoreTest, ACheckpointDamagedAnywhereIsSkippedForTheOneBefore) {
  CheckpointStore store = Open();
  ASSERT_TRUE(store.Save(1, Sections("good")).ok());
  ASSERT_TRUE(store.Save(2, Sections("newer")).ok());
  const std::string whole = Contents(PathOf(2));
  std::mt19937_64 random(3);
  for (int trial = 0; trial < 200; ++trial) {
    std::string damaged = whole;
    damaged[random() % whole.size()] ^= static_cast<char>(1 + random() % 255);
    Overwrite(PathOf(2), damaged);
    const absl::StatusOr<Checkpoint> checkpoint = store.LoadNewestValid();
    ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
    ASSERT_EQ(checkpoint->sections, Sections("good"));
  }
}

TEST_F(CheckpointStoreTest, ACheckpointCutOffAnywhereIsSkippedForTheOneBefore) {
  CheckpointStore store = Open();
  ASSERT_TRUE(store.Save(1, Sections("good")).ok());
  ASSERT_TRUE(store.Save(2, Sections("newer")).ok());
  const std::string whole = Contents(PathOf(2));
  for (size_t length = 0; length < whole.size(); length += 37) {
    Overwrite(PathOf(2), whole.substr(0, length));
    ASSERT_EQ(store.LoadNewestValid()->iteration, 1u) << length << " bytes";
  }
}

TEST_F(CheckpointStoreTest, SaysWhetherThereAreNoneOrNoneThatIsValid) {
  CheckpointStore store = Open();
  EXPECT_EQ(store.LoadNewestValid().status().code(), absl::StatusCode::kNotFound);
  Overwrite(PathOf(1), "WEFTCKPT and then nothing of use");
  const absl::Status status = store.LoadNewestValid().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()), HasSubstr(PathOf(1)));
}

TEST_F(CheckpointStoreTest, AFullDiskLeavesOlderOnesIntactAndNothingHalfWritten) {
  CheckpointStore store = Open();
  ASSERT_TRUE(store.Save(1, Sections("good")).ok());
  signal(SIGXFSZ, SIG_IGN);
  rlimit unlimited;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &unlimited), 0);
  rlimit limited = unlimited;
  limited.rlim_cur = 1000;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limited), 0);
  const absl::Status status = store.Save(2, Sections("newer")).status();
  setrlimit(RLIMIT_FSIZE, &unlimited);

  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(status.message()), HasSubstr(PathOf(2)));
  EXPECT_EQ(store.LoadNewestValid()->iteration, 1u);
  EXPECT_FALSE(std::filesystem::exists(PathOf(2) + ".tmp"));
  EXPECT_TRUE(store.Save(2, Sections("newer")).ok());
}

}  // namespace
}  // namespace weft
