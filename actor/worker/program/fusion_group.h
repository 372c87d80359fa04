// Which operations of a program can be fused with its anchor.
#ifndef WEFT_ACTOR_WORKER_PROGRAM_FUSION_GROUP_H_
#define WEFT_ACTOR_WORKER_PROGRAM_FUSION_GROUP_H_

#include <vector>

#include "actor/nest/program_info.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace weft {

// `found` are the operations that `info.ops` describes, in the same order; of `info`,
// ops and anchor_index are read.
FusionGroup FindFusionGroup(const std::vector<mlir::linalg::LinalgOp>& found,
                            const ProgramInfo& info);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_PROGRAM_FUSION_GROUP_H_
