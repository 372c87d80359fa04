// How long the sums of a program are: what its rounding errors grow with.
#ifndef WEFT_ACTOR_WORKER_LOWERING_OPERATIONS_PER_ELEMENT_H_
#define WEFT_ACTOR_WORKER_LOWERING_OPERATIONS_PER_ELEMENT_H_

#include <vector>

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace weft {

// For every result of a function on tensors of static shape: the floating-point
// operations one after another on the longest way from an argument to one element of
// it. A linalg operation adds what it does for each output element (twice the
// reduction length for a matmul), anything else at most one. -1 where it cannot be
// told, for a result of a loop or branch: meant for programs as they came. Pure.
std::vector<double> OperationsPerElement(mlir::func::FuncOp function);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_LOWERING_OPERATIONS_PER_ELEMENT_H_
