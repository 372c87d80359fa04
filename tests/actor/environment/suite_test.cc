#include "actor/environment/suite.h"

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace weft {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SuiteTest : public ::testing::Test {
 protected:
  SuiteTest() {
    std::string name = ::testing::TempDir() + "weft_suite_XXXXXX";
    folder_ = mkdtemp(name.data());
  }
  ~SuiteTest() override { std::filesystem::remove_all(folder_); }

  void Write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ + "/" + name) << text;
  }

  std::string folder_;
};

TEST_F(SuiteTest, IsEveryMlirFileOfTheFolderByName) {
  Write("relu.mlir", "relu text");
  Write("add.mlir", "add text");
  Write("README.md", "not a program");
  std::filesystem::create_directory(folder_ + "/more.mlir");
  const absl::StatusOr<Suite> suite = LoadSuite(folder_);
  ASSERT_TRUE(suite.ok()) << suite.status();
  EXPECT_THAT(suite->names(), ElementsAre("add", "relu"));
  ASSERT_NE(suite->Find("relu"), nullptr);
  EXPECT_EQ(suite->Find("relu")->source, "relu text");
  EXPECT_EQ(suite->Find("relu")->path, folder_ + "/relu.mlir");
  EXPECT_EQ(suite->Find("matmul"), nullptr);
}

TEST_F(SuiteTest, AnEmptyFolderIsAnErrorThatNamesIt) {
  const absl::Status status = LoadSuite(folder_).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr(folder_));
}

TEST_F(SuiteTest, AMissingFolderIsAnErrorThatNamesIt) {
  const absl::Status status = LoadSuite(folder_ + "/missing").status();
  EXPECT_TRUE(absl::IsNotFound(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr(folder_ + "/missing"));
}

TEST_F(SuiteTest, AProgramBeyondTheWorkersBoundIsAnError) {
  Write("huge.mlir", std::string((8 << 20) + 1, ' '));
  const absl::Status status = LoadSuite(folder_).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("huge.mlir"));
}

}  // namespace
}  // namespace weft
