// Bounds that several requests of worker.proto share.
#ifndef WEFT_ACTOR_WORKER_SERVER_REQUEST_BOUNDS_H_
#define WEFT_ACTOR_WORKER_SERVER_REQUEST_BOUNDS_H_

#include <algorithm>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace weft {

inline constexpr size_t kMaxSourceBytes = 8 << 20;
inline constexpr uint32_t kMaxThreads = 1024;

// INVALID_ARGUMENT, naming `field`, for a program or module that is too large.
inline absl::Status CheckSource(const std::string& source, const char* field) {
  if (source.size() <= kMaxSourceBytes) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(field, " has ", source.size(),
                                                 " bytes, at most ", kMaxSourceBytes,
                                                 " are allowed"));
}

// INVALID_ARGUMENT, naming `message`, for more threads than there may be.
inline absl::Status CheckThreads(uint32_t threads, const char* message) {
  if (threads <= kMaxThreads) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      message, ".threads is ", threads, ", at most ", kMaxThreads, " are allowed"));
}

// 0 in a request means 1.
inline int ThreadsOf(uint32_t threads) {
  return std::max(1, static_cast<int>(threads));
}

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_SERVER_REQUEST_BOUNDS_H_
