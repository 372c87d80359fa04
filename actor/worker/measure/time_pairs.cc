#include "actor/worker/measure/time_pairs.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "actor/worker/measure/batch_timer.h"
#include "actor/worker/measure/slice_timer.h"
#include "common/time/stopwatch.h"

namespace weft {
namespace {

constexpr int kPairs = 16;
constexpr double kPatience = 2;
constexpr double kWonShare = 0.75;
constexpr double kWonShareDisturbed = 0.875;
constexpr double kFasterRatio = 1.02;
constexpr int kEnoughPairs = 6;
constexpr double kEnoughPairsSeconds = 1;
constexpr double kFasterRatioOfFew = 1.25;

struct Pair {
  double first;
  double second;
};

Slice RunHalf(double seconds, BatchTimer* timer, InterferenceMonitor* monitor,
              CoreLooks* looks) {
  if (timer->batch_seconds() < seconds / 4) timer->Run();  // Fills the caches.
  return SliceTimer(timer, monitor, looks).Run(seconds);
}

// Of which the verdict is: the clean ones where there are enough of them.
struct Evidence {
  std::vector<Pair> pairs;
  bool disturbed = false;  // Most of them are.
};

Evidence Choose(std::vector<Pair> clean, const std::vector<Pair>& rejected) {
  if (clean.size() >= kEnoughPairs || clean.size() >= rejected.size()) {
    return {std::move(clean), false};
  }
  // As many as travel, the latest ones.
  const size_t most = std::min<size_t>(rejected.size(), kPairs);
  clean.insert(clean.end(), rejected.end() - static_cast<ptrdiff_t>(most),
               rejected.end());
  return {std::move(clean), true};
}

Confirmation Decide(const std::vector<Pair>& pairs, bool disturbed) {
  Confirmation result;
  result.seconds = std::numeric_limits<double>::infinity();
  result.previous_seconds = result.seconds;
  for (const Pair& pair : pairs) {
    result.seconds = std::min(result.seconds, pair.first);
    result.previous_seconds = std::min(result.previous_seconds, pair.second);
    result.pairs_won += pair.first < pair.second ? 1 : 0;
  }
  result.pairs = static_cast<int>(pairs.size());
  result.ratio = result.previous_seconds / result.seconds;
  result.faster = IsFaster(result, disturbed);
  return result;
}

}  // namespace

bool IsFaster(const Confirmation& confirmation, bool disturbed) {
  const int pairs = confirmation.pairs;
  const int won = confirmation.pairs_won;
  if (pairs < kEnoughPairs) {
    return pairs > 0 && won == pairs && confirmation.ratio >= kFasterRatioOfFew;
  }
  return won >= (disturbed ? kWonShareDisturbed : kWonShare) * pairs &&
         confirmation.ratio >= kFasterRatio;
}

PairTiming TimePairs(const Kernel& first, const Kernel& second, void* const* buffers,
                     double budget_seconds, InterferenceMonitor* monitor) {
  BatchTimer timers[] = {BatchTimer(first, buffers), BatchTimer(second, buffers)};
  for (BatchTimer& timer : timers) timer.WarmUp(budget_seconds);
  CoreLooks looks[2];
  PairTiming timing;
  std::vector<Pair> clean;
  std::vector<Pair> rejected;
  const Stopwatch total;
  const auto in_time = [&] {
    return total.seconds() < 2 * budget_seconds * (rejected.empty() ? 1 : kPatience);
  };
  const auto too_few = [&] {
    return std::max(clean.size(), rejected.size()) < kEnoughPairs &&
           total.seconds() < kEnoughPairsSeconds;
  };
  do {
    Slice half[2];
    monitor->Begin();
    const size_t starts = (clean.size() + rejected.size()) % 2;
    for (size_t which : {starts, 1 - starts}) {
      half[which] =
          RunHalf(budget_seconds / kPairs, &timers[which], monitor, &looks[which]);
    }
    const InterferenceSet seen =
        Either(monitor->End(), Either(half[0].why, half[1].why));
    (Any(seen) ? rejected : clean).push_back({half[0].seconds, half[1].seconds});
    if (Any(seen)) timing.rejections.Add(seen, 1);
  } while (clean.size() < kPairs && (in_time() || too_few()));
  timing.disturbed = clean.empty();
  const Evidence evidence = Choose(std::move(clean), rejected);
  timing.confirmation = Decide(evidence.pairs, evidence.disturbed);
  for (const Pair& pair : evidence.pairs) timing.samples.push_back(pair.first);
  timing.page_faults = timers[0].page_faults();
  return timing;
}

}  // namespace weft
