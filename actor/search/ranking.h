// The schedules measured so far, the fastest first.
#ifndef WEFT_ACTOR_SEARCH_RANKING_H_
#define WEFT_ACTOR_SEARCH_RANKING_H_

#include <random>
#include <vector>

#include "common/schedule/action.h"

namespace weft {

// Failed schedules (infinite seconds) are not kept. Bounded by the budget of the search
// that fills it. Not thread-safe.
class Ranking {
 public:
  struct Entry {
    Schedule schedule;
    double seconds = 0;
  };

  void Add(const Schedule& schedule, double seconds);
  bool empty() const { return entries_.empty(); }
  const Entry& best() const { return entries_.front(); }
  const std::vector<Entry>& entries() const { return entries_; }

  // Draws an entry; the i-th best is `ratio` times as likely as the one before it.
  // Requires an entry.
  const Entry& Draw(double ratio, std::mt19937_64& random) const;

 private:
  std::vector<Entry> entries_;  // By seconds; ties in the order added.
};

}  // namespace weft

#endif  // WEFT_ACTOR_SEARCH_RANKING_H_
