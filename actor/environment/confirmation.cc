#include "actor/environment/confirmation.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"

namespace weft {
namespace {

constexpr double kSuspiciousRatio = 1.05;

}  // namespace

bool NeedsConfirmation(const Measurement& measurement, double best_seconds) {
  return measurement.outcome == Outcome::kOk &&
         measurement.seconds * kSuspiciousRatio < best_seconds;
}

Measurement AfterConfirmation(const Measurement& first, const Measurement& second,
                              double best_seconds) {
  // The comparison takes more time and memory than a measurement and runs another
  // schedule, too; this one was measured well.
  const bool in_vain = second.outcome == Outcome::kTimedOut ||
                       second.outcome == Outcome::kOutOfMemory ||
                       second.outcome == Outcome::kCrashed;
  if (second.outcome != Outcome::kOk && !in_vain) return second;
  Measurement result = in_vain ? first : second;
  if (!in_vain) KeepSamples(first, &result);
  if (result.confirmation && result.confirmation->faster) return result;
  const std::string why =
      result.confirmation
          ? absl::StrCat(first.seconds, " s at first, but not faster than the best in ",
                         result.confirmation->pairs, " interleaved pairs")
          : absl::StrCat(first.seconds, " s, which could not be confirmed");
  // The best may have been measured at a worse moment: what the pairs say about the two
  // holds, so that schedules slower than it keep their order.
  const bool slower = result.confirmation && result.confirmation->ratio > 0 &&
                      result.confirmation->ratio < 1;
  const double relative =
      slower ? best_seconds / result.confirmation->ratio : best_seconds;
  result.seconds = std::max({result.seconds, first.seconds, relative});
  result.message =
      absl::StrCat(why, second.message.empty() ? "" : ": ", second.message);
  return result;
}

}  // namespace weft
