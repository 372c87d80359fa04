// What a measurement depends on, as text: the parts of the schedule store's key that
// only a worker knows.
#ifndef WEFT_ACTOR_WORKER_FINGERPRINT_FINGERPRINT_H_
#define WEFT_ACTOR_WORKER_FINGERPRINT_FINGERPRINT_H_

#include <string>

#include "absl/strings/string_view.h"
#include "common/schedule/features.h"

namespace weft {

struct Fingerprint {
  std::string ir;        // SHA-256 of the canonical text, 64 hexadecimal digits.
  std::string pipeline;  // Version of the lowering in this program.
  std::string compiler;  // "LLVM 19.1.7".
  std::string cpu;       // See CpuFingerprint.
  std::string protocol;  // Version of the measurement in this program.
};

// `ir_text` is a module as MLIR prints it by default: without locations, and with value
// names that the printer makes up from operations and positions, so that names,
// comments and layout of the source file have no influence. Pure.
Fingerprint MakeFingerprint(absl::string_view ir_text, const MachineModel& machine);

// Model name of /proc/cpuinfo, LLVM's name, a hash of the features that LLVM may use,
// and the sizes of the caches. Two machines with equal fingerprints should time a
// kernel alike; clock rates and neighbours are not in it.
std::string CpuFingerprint(const MachineModel& machine);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_FINGERPRINT_FINGERPRINT_H_
