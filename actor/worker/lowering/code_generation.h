// Lowering, end: from the LLVM dialect to an object file for this machine.
#ifndef WEFT_ACTOR_WORKER_LOWERING_CODE_GENERATION_H_
#define WEFT_ACTOR_WORKER_LOWERING_CODE_GENERATION_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "actor/worker/compiler_context.h"
#include "llvm/ADT/SmallVector.h"
#include "mlir/IR/BuiltinOps.h"

namespace weft {

// The symbol of the generated entry point: void(void* const* buffers).
inline constexpr char kEntrySymbol[] = "weft_kernel";

// kLlvmIr is text after all optimizations, with the host's target in it: `llc -O3
// -relocation-model=pic` makes of it the code that kObject has.
enum class CodeFormat { kObject, kAssembly, kLlvmIr };

// Translates the module's only function, which takes `num_arguments` pointers,
// optimizes it at -O3 for the host and emits it behind kEntrySymbol. Vectors may be as
// wide as the host's registers.
absl::StatusOr<llvm::SmallVector<char, 0>> GenerateCode(CompilerContext& context,
                                                        mlir::ModuleOp module,
                                                        size_t num_arguments,
                                                        CodeFormat format);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_LOWERING_CODE_GENERATION_H_
