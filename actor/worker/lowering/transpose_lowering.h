// Transposes of vectors, in the few instructions that they need.
//
// Upstream lowers a transpose that is not 16x16 element by element. LLVM then finds
// shuffles for it, but poor ones: an inner loop whose rows come from a transposed
// broadcast loses a quarter of its multiply-adds to them.
#ifndef WEFT_ACTOR_WORKER_LOWERING_TRANSPOSE_LOWERING_H_
#define WEFT_ACTOR_WORKER_LOWERING_TRANSPOSE_LOWERING_H_

#include "mlir/IR/PatternMatch.h"

namespace weft {

// Adds patterns for vectors of any rank with unit dimensions:
//
// - one that only moves unit dimensions becomes a shape cast;
// - of a vector that was broadcast along new rows, each row of the result is one
// element
//   broadcast, which is what a load can do;
// - of R x C elements of f32, where C is a multiple of 8, becomes networks of shuffles
//   over blocks of 8 x 8, in three steps, or of 4 x 8, in two (the recursion of
//   Eklundh, "A fast computer method for matrix transposing", IEEE Trans. Computers
//   C-21, 1972).
//
// Any other is left to upstream's patterns, which do 16 x 16 as well.
void PopulateTransposePatterns(mlir::RewritePatternSet* patterns);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_LOWERING_TRANSPOSE_LOWERING_H_
