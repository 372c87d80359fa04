// A program that was parsed, checked and understood.
#ifndef WEFT_ACTOR_WORKER_PROGRAM_LOADED_PROGRAM_H_
#define WEFT_ACTOR_WORKER_PROGRAM_LOADED_PROGRAM_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "actor/nest/program_info.h"
#include "actor/worker/compiler_context.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace weft {

// Owns the IR as it was written, less the timing harness that StripHarness takes away;
// nothing else in it is ever changed, so that a schedule made here replays with
// mlir-opt on the original file. Not thread-safe; the context must outlive it.
class LoadedProgram {
 public:
  // `name` stands for the program in messages. INVALID_ARGUMENT, starting with
  // NAME:LINE:COLUMN, for text that does not parse or verify and for everything that
  // VerifyProgram refuses; also when there is no linalg operation, or when the anchor
  // has more loops than kMaxLoops.
  static absl::StatusOr<std::unique_ptr<LoadedProgram>> Load(CompilerContext& context,
                                                             const std::string& name,
                                                             const std::string& source);

  const ProgramInfo& info() const { return info_; }
  // What StripHarness took away; empty when nothing.
  const std::vector<std::string>& notes() const { return notes_; }
  CompilerContext& context() const { return context_; }

  // A copy to transform.
  mlir::OwningOpRef<mlir::ModuleOp> Clone() const;

  // A copy to lower, transformed or not: arguments of the entry without a
  // bufferization.writable attribute get it as false, for a plain argument is an input.
  static mlir::OwningOpRef<mlir::ModuleOp> CloneToLower(mlir::ModuleOp module);

 private:
  LoadedProgram(CompilerContext& context, mlir::OwningOpRef<mlir::ModuleOp> module,
                ProgramInfo info, std::vector<std::string> notes);

  CompilerContext& context_;
  mlir::OwningOpRef<mlir::ModuleOp> module_;
  ProgramInfo info_;
  std::vector<std::string> notes_;
};

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_PROGRAM_LOADED_PROGRAM_H_
