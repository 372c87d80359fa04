// The MLIR context of a worker process: dialects, interfaces and captured diagnostics.
#ifndef WEFT_ACTOR_WORKER_COMPILER_CONTEXT_H_
#define WEFT_ACTOR_WORKER_COMPILER_CONTEXT_H_

#include <string>

#include "mlir/IR/DialectRegistry.h"
#include "mlir/IR/MLIRContext.h"

namespace weft {

// Registers upstream's dialects, passes and translations and the native target; loads
// what schedules need. Threading is off: the process forks a child per measurement.
// Creating one costs 10-25 ms; a process has one for its life. Not thread-safe.
class CompilerContext {
 public:
  CompilerContext();
  CompilerContext(const CompilerContext&) = delete;
  CompilerContext& operator=(const CompilerContext&) = delete;

  mlir::MLIRContext* mlir() { return &context_; }

  // Diagnostics emitted since the last call, one per line with their locations, cut off
  // at 4,000 characters. They are captured instead of printed.
  std::string TakeDiagnostics();

 private:
  static mlir::DialectRegistry& Registry();

  mlir::MLIRContext context_;
  std::string diagnostics_;
};

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_COMPILER_CONTEXT_H_
