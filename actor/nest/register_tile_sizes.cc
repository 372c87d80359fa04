#include <algorithm>
#include <initializer_list>

#include "actor/nest/legal_actions.h"

namespace weft {
namespace {

// Points of a vectorized iteration space: compile time grows faster than linearly with
// it (1,024 multiply-adds compile in 0.1 s, 262,144 in 15 s).
constexpr int64_t kMaxVectorPoints = 1024;
// Share of the registers that accumulators may take; the rest holds operands.
constexpr double kAccumulatorShare = 0.875;

// Other vector lengths, such as 24 or 40, compile to code that is 10 times slower.
constexpr std::initializer_list<int64_t> kVectorSizes = {8, 16, 32, 64};
constexpr std::initializer_list<int64_t> kShortVectorSizes = {4};
// Loops whose elements do not sit side by side in memory may have any small size.
constexpr std::initializer_list<int64_t> kRowSizes = {1, 2, 4, 7, 8, 14};
constexpr std::initializer_list<int64_t> kPowerOfTwoSizes = {1, 2, 4, 8, 16};
constexpr std::initializer_list<int64_t> kUnit = {1};
// A masked vector covers a whole loop and is at most a third longer. There is none
// where vectors of this length, or longer ones, divide the loop.
constexpr int64_t kShortestUnmasked = 16;

SizeSet DividingSizes(std::initializer_list<int64_t> sizes, int64_t extent) {
  SizeSet set = 0;
  for (int64_t size : sizes) {
    if (extent % size == 0) set |= SizeSet{1} << SizeIndex(size);
  }
  return set;
}

// At most `longest`: what fits the registers.
SizeSet MaskedSizes(int64_t extent, int64_t longest) {
  if (extent % kShortestUnmasked == 0) return 0;
  SizeSet set = 0;
  for (int64_t size : kVectorSizes) {
    if (size > extent && 4 * extent >= 3 * size && size <= longest) {
      set |= SizeSet{1} << SizeIndex(size);
    }
  }
  return set;
}

// For loops that no vector divides.
SizeSet SizesWithRest(int64_t extent) {
  SizeSet set = 0;
  for (int64_t size : kVectorSizes) {
    if (size < extent) set |= SizeSet{1} << SizeIndex(size);
  }
  return set;
}

bool CanDecompose(const StructuredOp& op) {
  for (const char* name :
       {"linalg.conv_2d_nhwc_hwcf", "linalg.conv_2d_nchw_fchw",
        "linalg.depthwise_conv_2d_nhwc_hwc", "linalg.pooling_nhwc_sum",
        "linalg.pooling_nhwc_max", "linalg.pooling_nhwc_min", "linalg.pooling_nchw_sum",
        "linalg.pooling_nchw_max"}) {
    if (op.name == name) return true;
  }
  return false;
}

bool ModeFits(const StructuredOp& op, VectorizeMode mode) {
  switch (mode) {
    case VectorizeMode::kContract:
      return op.vectorizable;
    case VectorizeMode::kDecompose:
      return CanDecompose(op);
    case VectorizeMode::kGeneralize:
      return !op.window.empty();
    case VectorizeMode::kReduction:
      // On windows the partial results are wrong without any diagnostic.
      return op.splittable_reduction && op.window.empty();
  }
  return false;
}

int ReductionLoop(const StructuredOp& op) {
  for (int i = 0; i < op.num_loops(); ++i) {
    if (op.loops[i].reduction) return i;
  }
  return -1;
}

bool ContiguousInSomeInput(const StructuredOp& op, int loop) {
  return std::any_of(op.operands.begin(), op.operands.end(), [&](const auto& operand) {
    return !operand.output && ContiguousLoop(operand) == loop;
  });
}

// Window loops: what decomposing and generalizing need to be of size 1.
bool MustBeUnit(const StructuredOp& op, VectorizeMode mode, int loop) {
  for (size_t axis = 0; axis < op.window.size(); ++axis) {
    const WindowAxis& window = op.window[axis];
    const bool position = window.position_loop == loop;
    if (!position && window.window_loop != loop) continue;
    // The first axis is the one that decompose drops; it unrolls the other.
    if (mode == VectorizeMode::kDecompose) return axis == 0;
    return !position || window.stride != 1;
  }
  return false;
}

// 0 when the vector loop has no vector length.
SizeSet SizesOfLoop(const StructuredOp& op, const Nest& nest, VectorizeMode mode,
                    int loop, int vector_loop, int64_t max_accumulators) {
  const int64_t extent = nest.extents[loop];
  // A register tile of a packed operation is one panel.
  if (nest.counts_panels[loop]) return DividingSizes(kUnit, extent);
  if (nest.inside_panel[loop]) return DividingSizes({extent}, extent);
  if (MustBeUnit(op, mode, loop)) {
    return loop == vector_loop ? 0 : DividingSizes(kUnit, extent);
  }
  if (loop == vector_loop) {
    SizeSet wide = DividingSizes(kVectorSizes, extent);
    // The operation is elementwise then: its loops are those of the results alone.
    if (mode == VectorizeMode::kGeneralize) {
      wide |= MaskedSizes(extent, max_accumulators);
    }
    if (wide != 0) return wide;
    return DividingSizes(kShortVectorSizes, extent) |
           (MayLeaveRest(op) ? SizesWithRest(extent) : 0);
  }
  // A longer step makes a contraction of what the window leaves. With more than one
  // loop of rows, or a channels-first filter, its lowering goes element by element, 50
  // times slower; where it does not, steps of one point are as fast.
  if (mode == VectorizeMode::kGeneralize && op.loops[loop].reduction) {
    return DividingSizes(kUnit, extent);
  }
  // Decomposed windows are transposed to channels-last first, where no other loop is
  // contiguous.
  const bool powers_of_two =
      op.loops[loop].reduction || op.transpose ||
      (mode != VectorizeMode::kDecompose && ContiguousInSomeInput(op, loop));
  return DividingSizes(powers_of_two ? kPowerOfTwoSizes : kRowSizes, extent);
}

}  // namespace

// The rest of a contraction would stay a loop that is as slow as the whole is fast.
bool MayLeaveRest(const StructuredOp& op) {
  return op.kind == AnchorKind::kElementwise || op.kind == AnchorKind::kReduction;
}

int VectorLoop(const StructuredOp& op, VectorizeMode mode) {
  if (mode == VectorizeMode::kReduction) return ReductionLoop(op);
  // The vectorizer moves channels innermost before it vectorizes a channels-first
  // window.
  if (mode == VectorizeMode::kDecompose && op.name.find("nchw") != std::string::npos) {
    return 1;
  }
  if (op.kind == AnchorKind::kReduction) return ContiguousLoop(op.operands[0]);
  return ContiguousLoop(Output(op));
}

int64_t MaxAccumulators(const StructuredOp& op, const MachineModel& machine) {
  const double lanes =
      static_cast<double>(machine.vector_bytes) / Output(op).element_bytes;
  const double accumulators = machine.vector_registers * lanes * kAccumulatorShare;
  // At least one vector of the largest smallest size must fit.
  return std::max<int64_t>(static_cast<int64_t>(accumulators), 8);
}

uint32_t VectorLoops(const StructuredOp& anchor) {
  uint32_t loops = 0;
  // Split reductions are left out: a matmul rather needs short steps of its reduction.
  for (VectorizeMode mode : {VectorizeMode::kContract, VectorizeMode::kDecompose,
                             VectorizeMode::kGeneralize}) {
    if (!ModeFits(anchor, mode)) continue;
    const int loop = VectorLoop(anchor, mode);
    if (loop >= 0 && !MustBeUnit(anchor, mode, loop)) loops |= uint32_t{1} << loop;
  }
  return loops;
}

SizeMask RegisterTileSizes(const Nest& nest, VectorizeMode mode,
                           const MachineModel& machine) {
  const StructuredOp& anchor = nest.op;
  SizeMask mask;
  if (!ModeFits(anchor, mode)) return mask;
  const int vector_loop = VectorLoop(anchor, mode);
  if (vector_loop < 0) return mask;
  ProductBound accumulators;
  ProductBound points;
  accumulators.max_product = MaxAccumulators(anchor, machine);
  for (int i = 0; i < anchor.num_loops(); ++i) {
    const SizeSet sizes =
        SizesOfLoop(anchor, nest, mode, i, vector_loop, accumulators.max_product);
    if (sizes == 0) return SizeMask();
    mask.allowed.push_back(sizes);
    points.loops |= uint32_t{1} << i;
    // Partial results of a split reduction are accumulators, too.
    if (!anchor.loops[i].reduction || mode == VectorizeMode::kReduction) {
      accumulators.loops |= uint32_t{1} << i;
    }
  }
  points.max_product = kMaxVectorPoints;
  mask.bounds = {accumulators, points};
  return mask;
}

}  // namespace weft
