// The copies that packing makes, as vector code.
#ifndef WEFT_ACTOR_WORKER_TRANSFORMS_VECTORIZE_PACK_H_
#define WEFT_ACTOR_WORKER_TRANSFORMS_VECTORIZE_PACK_H_

#include <cstdint>
#include <vector>

#include "actor/nest/structured_op.h"
#include "actor/worker/transforms/schedule_text.h"

namespace weft {

// A packing of `op`, with loops of `extents`, into `packed`.
struct Packing {
  const StructuredOp& op;
  const std::vector<int64_t>& extents;
  const std::vector<int64_t>& sizes;
  const StructuredOp& packed;
  // The copy is made once for a parallel loop, before it: threads are to share the
  // work.
  bool shared = false;
};

// `pack` is the tensor.pack that makes operand `operand` of the packed operation.
// Copies between which vectors would have to hop from element to element become plain
// loops. No operation is left that makes the operand, only loops.
void VectorizePack(const Packing& packing, size_t operand, const Handle& pack,
                   ScheduleText* text);

// How many columns of rows that are not packed are unpacked at once; 0: too few divide
// `extent` for vectors.
int64_t UnpackedColumns(int64_t extent);

// The tensor.unpack of a packed result.
struct Unpacking {
  Handle handle;
  StructuredOp op;  // Before it was packed.
  // By its loops: the extents of what the unpack writes, where it is now, and the sizes
  // of panels.
  std::vector<int64_t> extents;
  std::vector<int64_t> sizes;
};

void VectorizeUnpack(const Unpacking& unpacking, ScheduleText* text);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_TRANSFORMS_VECTORIZE_PACK_H_
