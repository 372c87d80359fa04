#include "actor/worker/lowering/inherited_code.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "gtest/gtest.h"
#include "tests/actor/worker/lowering/compile_text.h"

namespace weft {
namespace {

// Far more than a fault maps around itself.
constexpr size_t kStride = 1 << 20;

int Touch(const CodeRange& range) {
  int touched = 0;
  for (size_t offset = 0; offset < range.bytes; offset += kStride, ++touched) {
    *static_cast<volatile const char*>(range.begin + offset);
  }
  return touched;
}

long Faults() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt;
}

// Faults of a child that touches what this process has touched.
int FaultsOfAChild(const CodeRange& range) {
  const pid_t child = fork();
  if (child == 0) {
    const long before = Faults();
    Touch(range);
    _exit(static_cast<int>(std::min(Faults() - before, 200L)));
  }
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  return WEXITSTATUS(status);
}

TEST(InheritedCodeTest, AChildFaultsForNoCodeThatItsParentHasMapped) {
  Context();  // Links the compiler in.
  std::vector<CodeRange> ranges = CompilerCode();
  ASSERT_GE(ranges.size(), 2u);
  const CodeRange& largest =
      *std::max_element(ranges.begin(), ranges.end(),
                        [](const auto& a, const auto& b) { return a.bytes < b.bytes; });
  ASSERT_GT(Touch(largest), 20);
  EXPECT_GT(FaultsOfAChild(largest), 20);
  InheritCompilerCode();
  EXPECT_LT(FaultsOfAChild(largest), 10);
}

TEST(InheritedCodeTest, TheCompilerStillCompiles) {
  InheritCompilerCode();
  EXPECT_NE(Compile(ReadProgram("matmul.mlir")), nullptr);
}

}  // namespace
}  // namespace weft
