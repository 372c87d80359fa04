// Runs a transform module on a program inside this process.
#ifndef WEFT_ACTOR_WORKER_TRANSFORMS_APPLY_SCHEDULE_H_
#define WEFT_ACTOR_WORKER_TRANSFORMS_APPLY_SCHEDULE_H_

#include <string>

#include "absl/status/status.h"
#include "actor/worker/compiler_context.h"
#include "mlir/IR/BuiltinOps.h"

namespace weft {

// Applies @__transform_main of `schedule` to `payload` and verifies the result. ABORTED
// with the diagnostics when a transform or the verifier refuses; `payload` is then
// spoiled.
absl::Status ApplyScheduleModule(CompilerContext& context, const std::string& schedule,
                                 mlir::ModuleOp payload);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_TRANSFORMS_APPLY_SCHEDULE_H_
