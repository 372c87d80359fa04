// Which programs Weft schedules.
#ifndef WEFT_ACTOR_WORKER_PROGRAM_VERIFY_PROGRAM_H_
#define WEFT_ACTOR_WORKER_PROGRAM_VERIFY_PROGRAM_H_

#include <string>

#include "absl/status/status.h"
#include "mlir/IR/BuiltinOps.h"

namespace weft {

// OK for a module with one defined function from static tensors of f32 or f64 to such
// tensors, made of builtin, func, linalg, tensor, arith, math and scf operations alone,
// without calls. Else INVALID_ARGUMENT, starting with NAME:LINE:COLUMN of the culprit.
absl::Status VerifyProgram(mlir::ModuleOp module, const std::string& name);

// "NAME:LINE:COLUMN", or NAME alone for a location without a position.
std::string FormatLocation(mlir::Location location, const std::string& name);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_PROGRAM_VERIFY_PROGRAM_H_
