// A machine's probed limits in a file that all users of the machine share.
#ifndef WEFT_ACTOR_WORKER_MEASURE_MACHINE_FILE_H_
#define WEFT_ACTOR_WORKER_MEASURE_MACHINE_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/schedule/features.h"

namespace weft {

// A new one for each boot; empty where the kernel does not tell.
std::string BootId();

// What the limits in a file were measured on and are valid for. One boot can see two
// CPUs: a virtual machine that moves to another host keeps its boot id.
struct MachineFileKey {
  std::string boot_id;
  std::string cpu_model;
  int timing_cpu = -1;  // -1: any. Cores of one machine can differ in speed.

  // Of this machine, as it is now.
  static MachineFileKey Here(int timing_cpu);
};

// NOT_FOUND when there is no file; FAILED_PRECONDITION when it cannot be trusted
// (ReadSharedFile), has another format, or is of another boot, CPU model or, unless the
// key's is -1, timing CPU.
absl::StatusOr<MachineModel> ReadMachineFile(const std::string& path,
                                             const MachineFileKey& key);

// Replaces the file as a whole (ReplaceSharedFile).
absl::Status WriteMachineFile(const std::string& path, const MachineFileKey& key,
                              const MachineModel& machine);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_MEASURE_MACHINE_FILE_H_
