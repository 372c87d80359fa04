// The fastest schedule so far, as a file that plain mlir-opt replays.
#ifndef WEFT_ACTOR_SEARCH_BEST_FILE_H_
#define WEFT_ACTOR_SEARCH_BEST_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "actor/search/search.h"
#include "actor/search/search_target.h"

namespace weft {

// Replaces the file at `path` by the transform module of progress.best with a comment
// that tells program, schedule, time, speed-up, rate, machine and threads. A reader
// sees the old file or the new one, never half of one. Requires progress.best.
absl::Status WriteBestFile(const std::string& path, const SearchTarget& target,
                           const SearchProgress& progress);

}  // namespace weft

#endif  // WEFT_ACTOR_SEARCH_BEST_FILE_H_
