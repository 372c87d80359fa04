// From a checked module to ProgramInfo: its operations, its anchor, its costs.
#ifndef WEFT_ACTOR_WORKER_PROGRAM_DESCRIBE_PROGRAM_H_
#define WEFT_ACTOR_WORKER_PROGRAM_DESCRIBE_PROGRAM_H_

#include <string>

#include "absl/status/statusor.h"
#include "actor/nest/program_info.h"
#include "mlir/IR/BuiltinOps.h"

namespace weft {

// Requires that VerifyProgram accepted the module. The anchor is the operation with the
// most flops, then the one with the most data, then the first. INVALID_ARGUMENT when
// there is no linalg operation or the anchor has more than kMaxLoops loops.
absl::StatusOr<ProgramInfo> DescribeProgram(mlir::ModuleOp module,
                                            const std::string& name);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_PROGRAM_DESCRIBE_PROGRAM_H_
