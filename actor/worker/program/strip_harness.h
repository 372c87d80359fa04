// Programs as other tools write them, in the form that Weft schedules.
#ifndef WEFT_ACTOR_WORKER_PROGRAM_STRIP_HARNESS_H_
#define WEFT_ACTOR_WORKER_PROGRAM_STRIP_HARNESS_H_

#include <string>
#include <vector>

#include "mlir/IR/BuiltinOps.h"

namespace weft {

// Takes away what a timing harness such as that of MLIR-RL put around a computation:
//   1. of a function that computes tensors, the results that are not tensors (elapsed
//      times);
//   2. functions that are only declared and return no tensor (@nanoTime, @printI64,
//      @printMemrefF32), with their calls and what only those need or feed;
//   3. when one of several functions holds all linalg operations, the other functions
//      (a @main that calls it in a loop);
//   4. the attributes `tag` and `llvm.emit_c_interface`;
// and makes a bufferization.alloc_tensor without a copy the tensor.empty that it is.
// No linalg operation is added, removed or moved, so that a schedule of what is left
// replays on the original text. Returns one line per thing taken away, for a person. A
// module without a harness is left exactly as it is.
std::vector<std::string> StripHarness(mlir::ModuleOp module);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_PROGRAM_STRIP_HARNESS_H_
