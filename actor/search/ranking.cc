#include "actor/search/ranking.h"

#include <algorithm>
#include <cmath>

namespace weft {

void Ranking::Add(const Schedule& schedule, double seconds) {
  if (!std::isfinite(seconds)) return;
  const auto after = std::upper_bound(
      entries_.begin(), entries_.end(), seconds,
      [](double value, const Entry& entry) { return value < entry.seconds; });
  entries_.insert(after, Entry{schedule, seconds});
}

const Ranking::Entry& Ranking::Draw(double ratio, std::mt19937_64& random) const {
  size_t index = 0;
  while (index + 1 < entries_.size() &&
         static_cast<double>(random() >> 11) * 0x1p-53 < ratio) {
    ++index;
  }
  return entries_[index];
}

}  // namespace weft
