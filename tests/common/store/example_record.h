// Records with values that differ from every default, for tests.
#ifndef WEFT_TESTS_COMMON_STORE_EXAMPLE_RECORD_H_
#define WEFT_TESTS_COMMON_STORE_EXAMPLE_RECORD_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "common/store/measurement_record.h"

namespace weft {

// Schedules with different names have different IR; the task is the same.
inline MeasurementKey ExampleKey(const std::string& schedule = "tile") {
  MeasurementKey key;
  key.ir = Sha256Hex(absl::StrCat("module scheduled by ", schedule));
  key.task = Sha256Hex("module");
  key.pipeline = "0123456789ab";
  key.compiler = "LLVM 19.1.7";
  key.cpu = "znver4; 1 MiB";
  key.threads = 2;
  key.protocol = "ba9876543210; budget 0.1 s";
  return key;
}

inline MeasurementRecord ExampleRecord(const std::string& schedule = "tile",
                                       double seconds = 2.5e-5) {
  MeasurementRecord record;
  record.key = ExampleKey(schedule);
  record.program = "matmul";
  record.measurement.seconds = seconds;
  record.measurement.samples = {seconds * 1.1, seconds, seconds * 1.3};
  record.measurement.max_relative_error = 1e-7;
  record.measurement.compile_seconds = 0.05;
  record.measurement.check_seconds = 0.01;
  record.measurement.timing_seconds = 0.11;
  record.measurement.lease_wait_seconds = 0.3;
  record.limits = {20, 10, uint64_t{4} << 30};
  record.schedule = schedule;
  record.schedule_module = "module { transform }";
  return record;
}

inline MeasurementRecord FailedRecord(Outcome outcome,
                                      const std::string& schedule = "tile") {
  MeasurementRecord record = ExampleRecord(schedule);
  record.measurement = Measurement();
  record.measurement.outcome = outcome;
  record.measurement.message = "what went wrong";
  record.schedule_module.clear();
  return record;
}

inline MeasureLimits ExampleLimits() { return ExampleRecord().limits; }

}  // namespace weft

#endif  // WEFT_TESTS_COMMON_STORE_EXAMPLE_RECORD_H_
