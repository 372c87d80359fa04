// What a subcommand found, on standard output.
#ifndef WEFT_CLI_RESULT_OUTPUT_H_
#define WEFT_CLI_RESULT_OUTPUT_H_

#include <string_view>

#include "absl/status/status.h"

namespace weft {

// Writes the text to standard output and flushes it: what is said on standard error
// afterwards stands after it, also where both go to one file. An error, such as a
// full disk, names standard output. Thread-compatible.
absl::Status WriteResult(std::string_view text);

}  // namespace weft

#endif  // WEFT_CLI_RESULT_OUTPUT_H_
