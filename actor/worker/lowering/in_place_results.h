// Which results of a bufferized function are its arguments.
#ifndef WEFT_ACTOR_WORKER_LOWERING_IN_PLACE_RESULTS_H_
#define WEFT_ACTOR_WORKER_LOWERING_IN_PLACE_RESULTS_H_

#include <vector>

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace weft {

// Removes from the function's results those that live in an argument; without this each
// call would copy the whole of them into a further argument, for upstream's
// drop-equivalent-buffer-results skips public functions.
//
// When there are as many results as writable arguments, of the same types, the results
// are these arguments, in order. One that a schedule has computed elsewhere, or that is
// another argument (a transpose that moves nothing folds to its input), is copied to
// where it belongs; the copy is part of the program's time. Two results that are each
// other's arguments are left alone, for a copy would destroy one of them.
//
// Returns for every result that there was the argument that it is in. The results that
// are left have those after the present ones, where buffer-results-to-out-params puts
// them.
std::vector<int> ResolveInPlaceResults(mlir::func::FuncOp function,
                                       const std::vector<bool>& writable);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_LOWERING_IN_PLACE_RESULTS_H_
