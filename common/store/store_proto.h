// Between the records of common/store and their messages in store.proto.
//
// FromProto checks every bound with Validate and the measurement with the wire's own
// checks; INVALID_ARGUMENT names the part. All functions are pure and thread-safe.
#ifndef WEFT_COMMON_STORE_STORE_PROTO_H_
#define WEFT_COMMON_STORE_STORE_PROTO_H_

#include "absl/status/statusor.h"
#include "common/store/measurement_record.h"
#include "weft/v1/store.pb.h"

namespace weft {

v1::MeasurementKey ToProto(const MeasurementKey& key);
absl::StatusOr<MeasurementKey> FromProto(const v1::MeasurementKey& proto);

v1::MeasureLimits ToProto(const MeasureLimits& limits);
// The three numbers as they are: Validate(MeasurementRecord) checks those of a record.
MeasureLimits FromProto(const v1::MeasureLimits& proto);

v1::MeasurementRecord ToProto(const MeasurementRecord& record);
absl::StatusOr<MeasurementRecord> FromProto(const v1::MeasurementRecord& proto);

}  // namespace weft

#endif  // WEFT_COMMON_STORE_STORE_PROTO_H_
