// Following a tensor to the one whose memory it will be in.
#ifndef WEFT_ACTOR_WORKER_TRANSFORMS_TENSOR_ORIGIN_H_
#define WEFT_ACTOR_WORKER_TRANSFORMS_TENSOR_ORIGIN_H_

#include <functional>

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Value.h"

namespace weft {

// Goes from a slice to what it is a slice of, from what a loop or an operation writes
// to what it writes into, and so on to a tensor that comes from nowhere: an argument,
// an empty tensor, the result of anything else. Every tensor on the way has the same
// dimensions; a slice of another rank ends it. `on_slice` is called for every slice.
mlir::Value OriginOf(
    mlir::Value tensor,
    const std::function<void(mlir::tensor::ExtractSliceOp)>& on_slice = {});

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_TRANSFORMS_TENSOR_ORIGIN_H_
