// What `weft search` shows while it runs and at its end.
#ifndef WEFT_CLI_SEARCH_SEARCH_DISPLAY_H_
#define WEFT_CLI_SEARCH_SEARCH_DISPLAY_H_

#include <optional>
#include <string>

#include "actor/search/search.h"
#include "cli/side_by_side.h"
#include "nlohmann/json.hpp"

namespace weft {

// What turns times into rates.
struct SearchScale {
  std::string program;
  std::string anchor;
  std::string cpu;
  int threads = 1;
  double flops = 0;       // Of one call.
  double bytes = 0;       // Compulsory traffic of one call.
  double peak_flops = 0;  // Of all threads.
};

// The best schedule beside the unscheduled program, at the end of the search.
struct FinalTiming {
  std::optional<SideBySide> times;
  std::string why_not;  // When there are none.
};

// "2 timed_out, 1 crashed": what did not end well, by kind; empty when all did.
std::string Failures(const SearchProgress& progress);

// `17/60 | best 812.4 us, 165.1 GFLOP/s, 73 % of peak, 120x | failed: 2 timed_out`
std::string ProgressLine(const SearchProgress& progress, int budget,
                         const SearchScale& scale);

// The table at the end: unscheduled and best, and what was measured. Their times are
// those of `timing` if it has any.
std::string ResultTable(const SearchProgress& progress, const SearchScale& scale,
                        const FinalTiming& timing);

// The same for a program; times in microseconds. Without a best schedule `best_us` and
// `schedule` are null; `confirmed` says whether the times were taken side by side.
nlohmann::json ResultJson(const SearchProgress& progress, const SearchScale& scale,
                          const FinalTiming& timing);

}  // namespace weft

#endif  // WEFT_CLI_SEARCH_SEARCH_DISPLAY_H_
