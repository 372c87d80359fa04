#include "common/store/store_proto.h"

#include <algorithm>
#include <utility>

#include "common/wire/schedule_proto.h"

namespace weft {
namespace {

// Protobuf's numbers are wider than ours; what does not fit is refused by Validate.
int ThreadsOf(uint32_t threads) {
  return static_cast<int>(std::min<uint32_t>(threads, 1u << 30));
}

}  // namespace

v1::MeasurementKey ToProto(const MeasurementKey& key) {
  v1::MeasurementKey proto;
  proto.set_ir(key.ir);
  proto.set_task(key.task);
  proto.set_pipeline(key.pipeline);
  proto.set_compiler(key.compiler);
  proto.set_cpu(key.cpu);
  proto.set_threads(static_cast<uint32_t>(key.threads));
  proto.set_protocol(key.protocol);
  return proto;
}

absl::StatusOr<MeasurementKey> FromProto(const v1::MeasurementKey& proto) {
  MeasurementKey key;
  key.ir = proto.ir();
  key.task = proto.task();
  key.pipeline = proto.pipeline();
  key.compiler = proto.compiler();
  key.cpu = proto.cpu();
  key.threads = ThreadsOf(proto.threads());
  key.protocol = proto.protocol();
  if (absl::Status valid = key.Validate(); !valid.ok()) return valid;
  return key;
}

v1::MeasureLimits ToProto(const MeasureLimits& limits) {
  v1::MeasureLimits proto;
  proto.set_compile_seconds(limits.compile_seconds);
  proto.set_run_seconds(limits.run_seconds);
  proto.set_memory_bytes(limits.memory_bytes);
  return proto;
}

MeasureLimits FromProto(const v1::MeasureLimits& proto) {
  return {proto.compile_seconds(), proto.run_seconds(), proto.memory_bytes()};
}

v1::MeasurementRecord ToProto(const MeasurementRecord& record) {
  v1::MeasurementRecord proto;
  *proto.mutable_key() = ToProto(record.key);
  proto.set_program(record.program);
  proto.set_baseline(record.baseline);
  *proto.mutable_measurement() = ToProto(record.measurement);
  *proto.mutable_limits() = ToProto(record.limits);
  proto.set_schedule(record.schedule);
  proto.set_schedule_module(record.schedule_module);
  return proto;
}

absl::StatusOr<MeasurementRecord> FromProto(const v1::MeasurementRecord& proto) {
  absl::StatusOr<MeasurementKey> key = FromProto(proto.key());
  if (!key.ok()) return key.status();
  absl::StatusOr<Measurement> measurement = FromProto(proto.measurement());
  if (!measurement.ok()) return measurement.status();
  MeasurementRecord record;
  record.key = *std::move(key);
  record.program = proto.program();
  record.baseline = proto.baseline();
  record.measurement = *std::move(measurement);
  record.limits = FromProto(proto.limits());
  record.schedule = proto.schedule();
  record.schedule_module = proto.schedule_module();
  if (absl::Status valid = Validate(record); !valid.ok()) return valid;
  return record;
}

}  // namespace weft
