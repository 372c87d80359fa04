#include "actor/environment/adaptive_limits.h"

#include <algorithm>

namespace weft {
namespace {

constexpr double kCompileFactor = 30;
constexpr double kMinCompileSeconds = 5;
constexpr double kRunFactor = 20;
constexpr double kMinRunSeconds = 2;
// Bursts of samples with gaps between them, a second helping when too few were clean.
constexpr double kMinRunBudgets = 10;

}  // namespace

MeasureLimits ConfiguredLimits(const MeasureOptions& options) {
  return {options.compile_timeout_seconds, options.run_timeout_seconds,
          options.memory_limit_mebibytes << 20};
}

MeasureLimits AdaptLimits(const MeasureOptions& options, const Measurement* baseline,
                          const Measurement* best) {
  MeasureLimits limits = ConfiguredLimits(options);
  double compile = 0;
  double run = 0;
  for (const Measurement* known : {baseline, best}) {
    if (known == nullptr || known->outcome != Outcome::kOk) continue;
    compile = std::max(compile, known->compile_seconds);
    run = std::max(run, known->check_seconds + known->timing_seconds);
  }
  if (compile > 0) {
    limits.compile_seconds = std::min(
        limits.compile_seconds, std::max(kCompileFactor * compile, kMinCompileSeconds));
  }
  if (run > 0) {
    const double least =
        std::max(kMinRunSeconds, kMinRunBudgets * options.timing_budget_seconds);
    limits.run_seconds =
        std::min(limits.run_seconds, std::max(kRunFactor * run, least));
  }
  return limits;
}

}  // namespace weft
