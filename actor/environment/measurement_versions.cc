#include "actor/environment/measurement_versions.h"

#include "absl/strings/str_cat.h"

namespace weft {

MeasurementKey KeyOf(const v1::FingerprintResponse& parts,
                     const MeasureOptions& options) {
  MeasurementKey key;
  key.ir = parts.ir();
  key.pipeline = parts.pipeline();
  key.compiler = parts.compiler();
  key.cpu = parts.cpu();
  key.threads = options.threads;
  key.protocol =
      absl::StrCat(parts.protocol(), "; budget ", options.timing_budget_seconds, " s");
  return key;
}

}  // namespace weft
