// From what LibTorch throws to a status.
#ifndef WEFT_LEARNER_PPO_THROWN_ERROR_H_
#define WEFT_LEARNER_PPO_THROWN_ERROR_H_

#include <exception>
#include <type_traits>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace weft {

// INTERNAL.
inline absl::Status ThrownError(const std::exception& error) {
  const absl::string_view what = error.what();  // Then comes where it happened.
  return absl::InternalError(what.substr(0, what.find('\n')));
}

// What `function` returns, a Status or a StatusOr, or what it throws. LibTorch throws
// where a device has no memory left, for example.
template <typename Function>
std::invoke_result_t<Function> OrThrownError(const Function& function) {
  try {
    return function();
  } catch (const std::exception& error) {
    return ThrownError(error);
  }
}

}  // namespace weft

#endif  // WEFT_LEARNER_PPO_THROWN_ERROR_H_
