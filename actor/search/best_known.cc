#include "actor/search/best_known.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"

namespace weft {

absl::StatusOr<Trial> FindBestKnown(const std::string& program,
                                    const EnvironmentFactory& factory,
                                    const BestKnownOptions& options) {
  std::optional<Trial> best;
  for (int i = 0; i < options.searches; ++i) {
    SearchOptions search;
    search.budget = options.budget;
    search.seed = options.seed + static_cast<uint64_t>(i);
    search.informed = options.informed;
    // What the searches before it found is where the next one begins.
    if (best) search.first = {best->schedule};
    absl::StatusOr<SearchProgress> found =
        RunSearch(program, search, factory, nullptr, SearchHooks());
    if (!found.ok()) return found.status();
    if (!found->best) continue;
    if (!best ||
        found->best->result.measurement.seconds < best->result.measurement.seconds) {
      best = *std::move(found->best);
    }
  }
  if (!best) {
    return absl::NotFoundError(
        absl::StrCat("no schedule of ", program, " was measured without a failure"));
  }
  return *std::move(best);
}

}  // namespace weft
