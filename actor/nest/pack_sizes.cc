#include <algorithm>
#include <initializer_list>

#include "actor/nest/legal_actions.h"
#include "actor/nest/packed_op.h"

namespace weft {
namespace {

constexpr std::initializer_list<int64_t> kPanelVectors = {8, 16, 32, 64};
constexpr std::initializer_list<int64_t> kPanelRows = {2, 4, 7, 8, 14, 16};

// Padding may add an eighth of the work.
bool Fits(int64_t extent, int64_t size) {
  const int64_t padded = (extent + size - 1) / size * size;
  return size < extent && padded * 8 <= extent * 9;
}

SizeSet FittingSizes(std::initializer_list<int64_t> sizes, int64_t extent) {
  SizeSet set = 0;
  for (int64_t size : sizes) {
    if (Fits(extent, size)) set |= SizeSet{1} << SizeIndex(size);
  }
  return set;
}

}  // namespace

SizeMask PackSizes(const Nest& nest, const MachineModel& machine) {
  SizeMask mask;
  const StructuredOp& op = nest.op;
  const PackableLoops packable = FindPackableLoops(op);
  ProductBound accumulators;
  accumulators.max_product = MaxAccumulators(op, machine);
  for (int i = 0; i < op.num_loops(); ++i) {
    SizeSet sizes = 1;  // 0: not packed.
    if (packable.vectors >> i & 1) {
      sizes = FittingSizes(kPanelVectors, nest.extents[i]);
      if (sizes == 0) return SizeMask();
    } else if (packable.rows >> i & 1) {
      sizes |= FittingSizes(kPanelRows, nest.extents[i]);
    }
    mask.allowed.push_back(sizes);
    accumulators.loops |= uint32_t{1} << i;
  }
  if (packable.vectors == 0) return SizeMask();
  // Every packed loop becomes two.
  const int packed = __builtin_popcount(packable.vectors | packable.rows);
  if (op.num_loops() + packed > kMaxLoops) return SizeMask();
  mask.bounds = {accumulators};
  return mask;
}

}  // namespace weft
