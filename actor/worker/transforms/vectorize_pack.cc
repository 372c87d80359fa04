#include "actor/worker/transforms/vectorize_pack.h"

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

int64_t PackedSize(const Packing& packing, const std::vector<int64_t>& dimension) {
  return packing.sizes[LoopOfDimension(dimension)];
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
  text->VectorizeBySizes(text->TileUsingFor(pack, tile, order), tile);
}

// Straight into the result: lowering the unpack first would make a copy of the whole
// result and another pass over it.
void VectorizeUnpack(const Packing& packing, const Handle& unpack, ScheduleText* text) {
  const OperandInfo& output = Output(packing.op);
  std::vector<int64_t> tile;
  for (const std::vector<int64_t>& dimension : output.coefficients) {
    const int64_t size = PackedSize(packing, dimension);
    tile.push_back(size == 0 ? 1 : size);
  }
  const std::vector<int64_t>& last = output.coefficients.back();
  if (PackedSize(packing, last) == 0) {
    tile.back() = LargestDivisor(packing.extents[LoopOfDimension(last)], kSide);
    if (tile.back() < kShortest) {
      text->LowerUnpack(unpack);
      return;
    }
  }
  text->VectorizeBySizes(text->TileUsingFor(unpack, tile, {}), tile);
}

}  // namespace weft
