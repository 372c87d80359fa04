// An object file, linked into this process.
#ifndef WEFT_ACTOR_WORKER_LOWERING_JIT_KERNEL_H_
#define WEFT_ACTOR_WORKER_LOWERING_JIT_KERNEL_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "actor/worker/lowering/callable.h"
#include "llvm/ADT/SmallVector.h"

namespace weft {

// Links `object`, which defines kEntrySymbol. Its calls to libm resolve to this
// process, its allocations to wrappers that report a lack of memory (out_of_memory.h)
// instead of handing a null pointer to code that does not check.
absl::StatusOr<std::unique_ptr<Kernel>> LinkKernel(
    llvm::SmallVector<char, 0> object, std::vector<KernelArgument> arguments);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_LOWERING_JIT_KERNEL_H_
