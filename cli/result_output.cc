#include "cli/result_output.h"

#include <cerrno>
#include <cstdio>

namespace weft {

absl::Status WriteResult(std::string_view text) {
  const size_t written = std::fwrite(text.data(), 1, text.size(), stdout);
  if (written == text.size() && std::fflush(stdout) == 0) return absl::OkStatus();
  return absl::ErrnoToStatus(errno, "the result cannot be written to standard output");
}

}  // namespace weft
