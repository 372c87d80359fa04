#include <array>

#include "absl/strings/str_cat.h"
#include "common/schedule/feature_table.h"

namespace weft {
namespace {

using Table = FeatureTable<OperandView>;

double TileElements(const OperandView& view) {
  return view.analysis.operand_elements[view.index];
}

double TileBytes(const OperandView& view) {
  return TileElements(view) * view.operand().element_bytes;
}

double WholeBytes(const OperandView& view) {
  return static_cast<double>(view.operand().elements) * view.operand().element_bytes;
}

double CacheBytes(const OperandView& view, int level) {
  const MachineModel& machine = view.state.machine;
  const std::array<uint64_t, kNumCacheLevels> bytes = {
      machine.l1_bytes, machine.l2_bytes, machine.l3_bytes};
  return static_cast<double>(bytes[level]);
}

int64_t StrideOf(const OperandView& view, size_t loop) {
  return loop < view.operand().stride.size() ? view.operand().stride[loop] : 0;
}

// Iterations of the tile along the loop that moves by one element.
double ContiguousRun(const OperandView& view) {
  for (size_t i = 0; i < view.state.loops.size(); ++i) {
    if (StrideOf(view, i) == 1) {
      return static_cast<double>(view.state.loops[i].extent);
    }
  }
  return 1;
}

void AddSize(Table* table) {
  table->AddFlag("output", "it is written",
                 [](const OperandView& view) { return view.operand().output; });
  table->Add("element_bytes", "bytes / 8", 0, 1, "of an element",
             [](const OperandView& view) {
               return static_cast<double>(view.operand().element_bytes) / 8;
             });
  table->Add("elements", kCountUnit, 0, 2, "of the whole operand",
             [](const OperandView& view) {
               return ScaledCount(static_cast<double>(view.operand().elements));
             });
  table->Add("tile_elements", kCountUnit, 0, 2, "that the current tile touches",
             [](const OperandView& view) { return ScaledCount(TileElements(view)); });
  table->Add("reuse", kCountUnit, 0, 2, "iterations of the tile per element it touches",
             [](const OperandView& view) {
               return ScaledCount(view.analysis.tile_points / TileElements(view));
             });
  table->Add("tile_vectors", "log2(x) / 8", -1, 4,
             "SIMD registers that these would fill, over those there are",
             [](const OperandView& view) {
               const MachineModel& machine = view.state.machine;
               return (Log2(TileBytes(view)) - Log2(machine.vector_bytes) -
                       Log2(machine.vector_registers)) /
                      8;
             });
  table->Add("contiguous_run", kExtentUnit, 0, 5,
             "elements side by side that the tile walks",
             [](const OperandView& view) { return ScaledExtent(ContiguousRun(view)); });
  for (int level = 0; level < kNumCacheLevels; ++level) {
    const std::string cache = absl::StrCat("L", level + 1);
    table->AddFlag(absl::StrCat("whole_fits_l", level + 1),
                   absl::StrCat("the whole operand fits ", cache),
                   [level](const OperandView& view) {
                     return WholeBytes(view) <= CacheBytes(view, level);
                   });
    table->AddFlag(absl::StrCat("tile_fits_l", level + 1),
                   absl::StrCat("what the tile touches fits ", cache),
                   [level](const OperandView& view) {
                     return TileBytes(view) <= CacheBytes(view, level);
                   });
  }
}

void AddLoop(Table* table, size_t loop) {
  const std::string prefix = absl::StrCat("loop", loop, "_");
  const std::string by = absl::StrCat(" with loop ", loop);
  table->AddFlag(prefix + "still",
                 absl::StrCat("does not move", by, ", or there is none"),
                 [loop](const OperandView& view) { return StrideOf(view, loop) == 0; });
  table->AddFlag(prefix + "contiguous", absl::StrCat("moves by one element", by),
                 [loop](const OperandView& view) { return StrideOf(view, loop) == 1; });
  table->Add(prefix + "stride", "log2(elements) / 16", 0, 2.5,
             absl::StrCat("moves by so many elements", by),
             [loop](const OperandView& view) {
               const auto stride = static_cast<double>(StrideOf(view, loop));
               return Log2(std::max(stride, 1.0)) / 16;
             });
}

}  // namespace

const FeatureTable<OperandView>& OperandFeatures() {
  static const auto* const table = [] {
    auto* all = new Table;
    AddSize(all);
    for (int loop = 0; loop < kMaxLoops; ++loop) AddLoop(all, loop);
    return all;
  }();
  return *table;
}

}  // namespace weft
