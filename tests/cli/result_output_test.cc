#include "cli/result_output.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include "gtest/gtest.h"

namespace weft {
namespace {

constexpr int kRefused = 3;

// Runs the body in a child whose two outputs go to the file, and ends it at once, so
// that nothing is flushed at its exit. Returns its exit code.
template <typename Body>
int InAChildThatWritesTo(const char* path, Body body) {
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    const int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (file < 0 || dup2(file, STDOUT_FILENO) < 0 || dup2(file, STDERR_FILENO) < 0) {
      _exit(125);
    }
    _exit(body());
  }
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  return WEXITSTATUS(status);
}

TEST(ResultOutputTest, WhatIsSaidAfterwardsOnStandardErrorStandsAfterIt) {
  const std::string path = ::testing::TempDir() + "/result_output_test.txt";
  const int code = InAChildThatWritesTo(path.c_str(), [] {
    const bool ok = WriteResult("the table\n").ok();
    std::fprintf(stderr, "where it is\n");
    return ok ? 0 : kRefused;
  });
  EXPECT_EQ(code, 0);
  std::ifstream file(path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(text, "the table\nwhere it is\n");
}

TEST(ResultOutputTest, AFullDiskIsAnError) {
  const int code = InAChildThatWritesTo("/dev/full", [] {
    const absl::Status status = WriteResult("the table\n");
    return status.message().find("standard output") != std::string::npos ? kRefused : 0;
  });
  EXPECT_EQ(code, kRefused);
}

}  // namespace
}  // namespace weft
