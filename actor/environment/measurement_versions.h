// What the worker's fingerprint and the options say about how something is measured.
#ifndef WEFT_ACTOR_ENVIRONMENT_MEASUREMENT_VERSIONS_H_
#define WEFT_ACTOR_ENVIRONMENT_MEASUREMENT_VERSIONS_H_

#include "common/config/options.h"
#include "common/store/measurement_key.h"
#include "weft/v1/worker.pb.h"

namespace weft {

// The key of what the worker has now, but for its task. The timing budget is part of
// the protocol.
MeasurementKey KeyOf(const v1::FingerprintResponse& parts,
                     const MeasureOptions& options);

}  // namespace weft

#endif  // WEFT_ACTOR_ENVIRONMENT_MEASUREMENT_VERSIONS_H_
