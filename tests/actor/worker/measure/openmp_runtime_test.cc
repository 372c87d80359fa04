#include "actor/worker/measure/openmp_runtime.h"

#include <sched.h>

#include <set>

#include "gtest/gtest.h"

namespace weft {
namespace {

std::set<int> Allowed() {
  cpu_set_t set;
  EXPECT_EQ(sched_getaffinity(0, sizeof(set), &set), 0);
  std::set<int> cpus;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &set)) cpus.insert(cpu);
  }
  return cpus;
}

TEST(TimingCpusTest, AreDistinctAndOurs) {
  const std::set<int> allowed = Allowed();
  const std::vector<int> cpus =
      TimingCpus(-1, static_cast<int>(allowed.size())).value();
  EXPECT_EQ(std::set<int>(cpus.begin(), cpus.end()), allowed);
}

TEST(TimingCpusTest, TheTimingCpuComesFirst) {
  const int first = *Allowed().begin();
  EXPECT_EQ(TimingCpus(first, 1).value(), std::vector<int>{first});
}

TEST(TimingCpusTest, WithoutOneItIsTheLast) {
  EXPECT_EQ(TimingCpus(-1, 1).value(), std::vector<int>{*Allowed().rbegin()});
}

TEST(TimingCpusTest, MoreThreadsThanCpusAreRefused) {
  EXPECT_EQ(TimingCpus(-1, static_cast<int>(Allowed().size()) + 1).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace weft
