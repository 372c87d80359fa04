// What a measurement was of: the key of the schedule store.
#ifndef WEFT_COMMON_STORE_MEASUREMENT_KEY_H_
#define WEFT_COMMON_STORE_MEASUREMENT_KEY_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace weft {

// SHA-256 (FIPS 180-4) as 64 lower-case hexadecimal digits.
std::string Sha256Hex(absl::string_view bytes);
bool IsSha256Hex(absl::string_view text);

// A program on a machine, whatever its schedule and however it was compiled.
struct TaskKey {
  std::string task;  // Sha256Hex of the canonical IR before any transformation.
  std::string cpu;
  int threads = 1;
  std::string pipeline, compiler, protocol;  // Of MeasurementKey; empty: any.
};

// Two measurements with equal keys measured the same thing the same way, so that one
// can stand for the other.
//
// The task is part of the key although the transformed IR says what runs: the verdict
// "computes the right result" compares with the task, and a transformation that turned
// one task wrongly into another's IR must not inherit the other's verdict.
struct MeasurementKey {
  std::string ir;        // Sha256Hex of the canonical transformed IR.
  std::string task;      // Sha256Hex of the canonical IR before any transformation.
  std::string pipeline;  // Version of the lowering from that IR to machine code.
  std::string compiler;  // Such as "LLVM 19.1.7".
  std::string cpu;       // Fingerprint: model, features and caches.
  int threads = 1;
  std::string protocol;  // Version of the measurement and what it was set to.

  // Of these versions alone.
  TaskKey task_key() const {
    return {task, cpu, threads, pipeline, compiler, protocol};
  }

  // Sha256Hex over all parts, each with its length, so that no two keys collide by how
  // their parts are cut.
  std::string Hash() const;

  // INVALID_ARGUMENT unless both hashes are hashes, the other parts have 1 to 512 bytes
  // of printable ASCII, and threads is 1 to 1024.
  absl::Status Validate() const;
};

// The same checks for the parts of a TaskKey.
absl::Status Validate(const TaskKey& task);

}  // namespace weft

#endif  // WEFT_COMMON_STORE_MEASUREMENT_KEY_H_
