#include "actor/worker/server/reference_cache.h"

#include <signal.h>

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/actor/worker/measure/function_kernel.h"

namespace weft {
namespace {

// A program of one output that is all `value`.
CompileFunction Constant(float value, int64_t elements = 4) {
  return Compiles({{elements, 4, true}}, [=](void* const* buffers) {
    for (int64_t i = 0; i < elements; ++i) static_cast<float*>(buffers[0])[i] = value;
  });
}

class ReferenceCacheTest : public ::testing::Test {
 protected:
  // The first element of the reference of `source`, whose program computes `value` when
  // it has to be run.
  float Find(const std::string& source, float value, int64_t elements = 4) {
    absl::StatusOr<const Reference*> reference =
        cache_.FindOrCompute(source, Constant(value, elements), 0, ChildLimits());
    EXPECT_TRUE(reference.ok()) << reference.status();
    return *static_cast<const float*>((*reference)->expected(0));
  }

  ReferenceCache cache_;
};

TEST_F(ReferenceCacheTest, AProgramIsRunOnce) {
  EXPECT_EQ(Find("a", 1), 1);
  EXPECT_EQ(Find("a", 2), 1);
}

TEST_F(ReferenceCacheTest, AnotherTextIsAnotherProgram) {
  EXPECT_EQ(Find("a", 1), 1);
  EXPECT_EQ(Find("b", 2), 2);
  EXPECT_EQ(Find("a", 3), 1);
}

TEST_F(ReferenceCacheTest, TheLeastRecentlyUsedGoesFirst) {
  Find("kept", 1);
  Find("gone", 1);
  for (size_t i = 2; i < ReferenceCache::kMaxEntries; ++i) Find(std::to_string(i), 1);
  Find("kept", 2);  // The cache is full; "gone" is the oldest now.
  Find("new", 1);
  EXPECT_EQ(Find("kept", 3), 1);
  EXPECT_EQ(Find("gone", 3), 3);
}

TEST_F(ReferenceCacheTest, OutputsBeyondTheBoundDisplaceOthersButAreKept) {
  constexpr int64_t kElements = ReferenceCache::kMaxBytes / 16;  // A quarter each.
  Find("small", 1);
  for (const char* source : {"w", "x", "y", "z"}) Find(source, 1, kElements);
  EXPECT_EQ(Find("z", 2, kElements), 1);
  EXPECT_EQ(Find("small", 2), 2);
}

TEST_F(ReferenceCacheTest, AFailureIsNotRemembered) {
  EXPECT_FALSE(
      cache_
          .FindOrCompute("a",
                         Compiles({{4, 4, true}}, [](void* const*) { raise(SIGSEGV); }),
                         0, ChildLimits())
          .ok());
  EXPECT_EQ(Find("a", 2), 2);
}

}  // namespace
}  // namespace weft
