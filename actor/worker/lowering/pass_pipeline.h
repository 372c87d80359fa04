// Running a textual pass pipeline with errors as values.
#ifndef WEFT_ACTOR_WORKER_LOWERING_PASS_PIPELINE_H_
#define WEFT_ACTOR_WORKER_LOWERING_PASS_PIPELINE_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "actor/worker/compiler_context.h"
#include "mlir/IR/BuiltinOps.h"

namespace weft {

// Runs `pipeline`, anchored at builtin.module, with the verifier on after every pass:
// without it MLIR 19 silently deletes loops of invalid IR. INTERNAL with `stage` and
// the diagnostics when a pass fails.
absl::Status RunPassPipeline(CompilerContext& context, mlir::ModuleOp module,
                             absl::string_view stage, absl::string_view pipeline);

// INTERNAL, naming the stage, with the diagnostics captured since the last error.
absl::Status StageError(CompilerContext& context, absl::string_view stage,
                        absl::string_view what);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_LOWERING_PASS_PIPELINE_H_
