// From transformed IR to a callable kernel.
#ifndef WEFT_ACTOR_WORKER_LOWERING_KERNEL_H_
#define WEFT_ACTOR_WORKER_LOWERING_KERNEL_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "actor/worker/compiler_context.h"
#include "actor/worker/lowering/callable.h"
#include "mlir/IR/BuiltinOps.h"

namespace weft {

// Lowers a module with one function on statically shaped tensors of f32 or f64,
// scheduled or not, and compiles it for this machine at -O3 with the verifier on. An
// argument with `bufferization.writable = true` is an output; a result that ends up in
// such an argument is that argument, any other becomes a further output (but see
// in_place_results.h). With several `threads`, every scf.forall becomes a parallel
// loop, and the process must have loaded libomp. Consumes `module`.
//
// INVALID_ARGUMENT when the module is not of that form; INTERNAL with the diagnostics
// when a stage refuses it, naming the stage. Can abort or hang on a bad schedule, so
// call it in a child process. Takes 30-150 ms for one operation; see
// docs/measurement.md.
absl::StatusOr<std::unique_ptr<Kernel>> CompileKernel(
    CompilerContext& context, mlir::OwningOpRef<mlir::ModuleOp> module,
    int threads = 1);

// The same up to the machine code, as assembly text for a person.
absl::StatusOr<std::string> KernelAssembly(CompilerContext& context,
                                           mlir::OwningOpRef<mlir::ModuleOp> module,
                                           int threads = 1);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_LOWERING_KERNEL_H_
