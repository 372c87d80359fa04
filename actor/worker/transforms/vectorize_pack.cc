#include "actor/worker/transforms/vectorize_pack.h"

#include <utility>

#include "actor/nest/packed_op.h"
#include "actor/worker/transforms/largest_divisor.h"

namespace weft {
namespace {

// Side of a square that is transposed in registers.
constexpr int64_t kSide = 8;
// Vectors shorter than this are not worth the code.
constexpr int64_t kShortest = 4;

// The loops over the panels' outer dimensions, ordered as `operand` lies in memory.
std::vector<int> MemoryOrder(const Packing& packing, const OperandInfo& operand) {
  const std::vector<int64_t> panels = PanelOrder(packing.op, operand);
  std::vector<int> order(panels.size());
  for (size_t i = 0; i < panels.size(); ++i) order[panels[i]] = static_cast<int>(i);
  return order;
}

int64_t PackedExtent(const Packing& packing, const std::vector<int64_t>& dimension) {
  return packing.packed.loops[LoopOfDimension(dimension)].extent;
}

// For where vectors would have to hop from element to element. What is left is a loop,
// no operation that bands around the anchor would take along.
void EmitPlainPack(const Packing& packing, const OperandInfo& panels,
                   const Handle& pack, ScheduleText* text) {
  std::vector<int64_t> tile(panels.coefficients.size(), 0);
  size_t first = 0;
  while (PackedExtent(packing, panels.coefficients[first]) == 1) ++first;
  tile[first] = 1;
  text->TileUsingFor(text->LowerPack(pack), tile, {});
}

}  // namespace

int64_t UnpackedColumns(int64_t extent) {
  const int64_t columns = LargestDivisor(extent, kSide);
  return columns < kShortest ? 0 : columns;
}

void VectorizePack(const Packing& packing, size_t operand, const Handle& pack,
                   ScheduleText* text) {
  const OperandInfo& before = packing.op.operands[operand];
  const OperandInfo& panels = packing.packed.operands[operand];
  const size_t outer = before.coefficients.size();
  std::vector<int64_t> tile(outer, 1);
  tile.back() =
      LargestDivisor(PackedExtent(packing, panels.coefficients[outer - 1]), kSide);
  if (tile.back() < kShortest) {
    EmitPlainPack(packing, panels, pack, text);
    return;
  }
  // Panel after panel would read short pieces of distant rows, which no prefetcher sees
  // coming, all in the same sets of the caches where a row is a power of two long.
  const std::vector<int> order = MemoryOrder(packing, before);
  std::vector<int64_t> band = tile;
  Handle inside = pack;
  if (packing.shared) {
    const auto outermost = static_cast<size_t>(order.front());
    std::vector<int64_t> pieces(outer, 0);
    std::swap(pieces[outermost], band[outermost]);
    inside = text->TileUsingForall(pack, pieces).tiled;
  }
  text->VectorizeBySizes(text->TileUsingFor(inside, band, order), tile);
}

// Straight into the result: lowering the unpack first would make a copy of the whole
// result and another pass over it.
void VectorizeUnpack(const Unpacking& unpacking, ScheduleText* text) {
  std::vector<int64_t> tile;
  std::vector<int64_t> band;
  for (const std::vector<int64_t>& dimension : Output(unpacking.op).coefficients) {
    const int loop = LoopOfDimension(dimension);
    const bool last = &dimension == &Output(unpacking.op).coefficients.back();
    int64_t size = unpacking.sizes[loop];
    if (size == 0) size = last ? UnpackedColumns(unpacking.extents[loop]) : 1;
    if (size == 0) {
      text->LowerUnpack(unpacking.handle);
      return;
    }
    tile.push_back(size);
    band.push_back(size < unpacking.extents[loop] ? size : 0);
  }
  text->VectorizeBySizes(text->TileUsingFor(unpacking.handle, band, {}), tile);
}

}  // namespace weft
