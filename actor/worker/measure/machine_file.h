// A machine's probed limits in a file, valid until the machine boots again.
#ifndef WEFT_ACTOR_WORKER_MEASURE_MACHINE_FILE_H_
#define WEFT_ACTOR_WORKER_MEASURE_MACHINE_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/schedule/features.h"

namespace weft {

// A new one for each boot; empty where the kernel does not tell.
std::string BootId();

// NOT_FOUND when there is no file, FAILED_PRECONDITION when it is of another boot or
// another format.
absl::StatusOr<MachineModel> ReadMachineFile(const std::string& path);

// Replaces the file as a whole: a reader sees the old one or the new one.
absl::Status WriteMachineFile(const std::string& path, const MachineModel& machine);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_MEASURE_MACHINE_FILE_H_
