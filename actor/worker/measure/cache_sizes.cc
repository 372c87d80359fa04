#include "actor/worker/measure/cache_sizes.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace weft {
namespace {

// First and second level, each with data and instructions, and the third are five.
constexpr int kMaxCaches = 16;

// Empty when there is no such file.
std::string FirstLine(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

// Of a text such as "1024K"; 0 for any other.
uint64_t Bytes(absl::string_view text) {
  uint64_t unit = 1;
  if (absl::ConsumeSuffix(&text, "K")) {
    unit = uint64_t{1} << 10;
  } else if (absl::ConsumeSuffix(&text, "M")) {
    unit = uint64_t{1} << 20;
  }
  uint64_t count = 0;
  return absl::SimpleAtoi(text, &count) ? count * unit : 0;
}

uint64_t FromSysconf(int name) {
  return static_cast<uint64_t>(std::max(sysconf(name), 0L));
}

}  // namespace

CacheSizes ReadCacheSizes(const std::string& folder) {
  CacheSizes sizes;
  for (int i = 0; i < kMaxCaches; ++i) {
    const std::string cache = absl::StrCat(folder, "/index", i);
    if (FirstLine(cache + "/type") == "Instruction") continue;
    const std::string level = FirstLine(cache + "/level");
    const uint64_t bytes = Bytes(FirstLine(cache + "/size"));
    if (level == "1") sizes.l1 = bytes;
    if (level == "2") sizes.l2 = bytes;
    if (level == "3") sizes.l3 = bytes;
  }
  return sizes;
}

CacheSizes SystemCacheSizes(int cpu) {
  CacheSizes sizes = ReadCacheSizes(
      absl::StrCat("/sys/devices/system/cpu/cpu", std::max(cpu, 0), "/cache"));
  if (sizes.l1 == 0) sizes.l1 = FromSysconf(_SC_LEVEL1_DCACHE_SIZE);
  if (sizes.l2 == 0) sizes.l2 = FromSysconf(_SC_LEVEL2_CACHE_SIZE);
  if (sizes.l3 == 0) sizes.l3 = FromSysconf(_SC_LEVEL3_CACHE_SIZE);
  return sizes;
}

}  // namespace weft
