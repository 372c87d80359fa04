#include "actor/worker/measure/cpu_model.h"

#include <algorithm>
#include <cstddef>
#include <fstream>

#include "absl/strings/ascii.h"

namespace weft {
namespace {

constexpr size_t kMaxBytes = 100;

}  // namespace

std::string CpuModel() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("model name", 0) != 0) continue;
    std::string model = line.substr(std::min(line.find(':') + 1, line.size()));
    std::replace_if(
        model.begin(), model.end(),
        [](unsigned char character) {
          return character >= 0x80 || !absl::ascii_isprint(character);
        },
        '?');
    return std::string(absl::StripAsciiWhitespace(model)).substr(0, kMaxBytes);
  }
  return "";
}

}  // namespace weft
