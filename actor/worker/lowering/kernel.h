// From transformed IR to a callable kernel.
#ifndef WEFT_ACTOR_WORKER_LOWERING_KERNEL_H_
#define WEFT_ACTOR_WORKER_LOWERING_KERNEL_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "actor/worker/compiler_context.h"
#include "mlir/IR/BuiltinOps.h"

namespace weft {

// One buffer of a kernel, in the order of the entry function's arguments; the entry's
// results that are not one of its arguments follow as further outputs.
struct KernelArgument {
  int64_t elements = 0;
  int element_bytes = 4;  // 4: f32, 8: f64.
  bool output = false;
};

// Machine code in this process. Thread-compatible.
class Kernel {
 public:
  virtual ~Kernel() = default;
  // buffers[i] is the data of argument i, aligned to 64 bytes. Inputs are not written.
  virtual void Run(void* const* buffers) const = 0;
  virtual const std::vector<KernelArgument>& arguments() const = 0;
};

// Lowers a module with one function on statically shaped tensors, scheduled or not, and
// compiles it for this machine at -O3 with the verifier on. Consumes `module`. INTERNAL
// with the diagnostics when a stage refuses it, naming the stage; can abort or hang on a
// bad schedule, so call it in a child process.
absl::StatusOr<std::unique_ptr<Kernel>> CompileKernel(
    CompilerContext& context, mlir::OwningOpRef<mlir::ModuleOp> module);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_LOWERING_KERNEL_H_
