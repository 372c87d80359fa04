#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/schedule/feature_table.h"

namespace weft {
namespace {

using Table = FeatureTable<LoopView>;

// Operands whose strides a loop token shows.
constexpr size_t kShownOperands = 4;
// Strides of at least so many elements, in powers of two, make the lines that a
// loop walks compete for the same few sets of a cache.
constexpr int64_t kShortestAliasingStride = 512;

int64_t StrideOf(const LoopView& view, size_t operand) {
  return operand < view.state.operands.size()
             ? view.state.operands[operand].stride[view.index]
             : 0;
}

bool IsPowerOfTwo(int64_t value) { return value > 0 && (value & (value - 1)) == 0; }

void AddShape(Table* table) {
  table->Add("position", "loops / 8", 0, 1.5, "loops of the anchor outside this one",
             [](const LoopView& view) { return static_cast<double>(view.index) / 8; });
  table->Add("position_from_inside", "loops / 8", 0, 1.5,
             "loops of the anchor inside this one", [](const LoopView& view) {
               return static_cast<double>(view.state.loops.size() - 1 - view.index) / 8;
             });
  table->Add("full_extent", kExtentUnit, 0, 5,
             "iterations without any tiling; of panels once packed",
             [](const LoopView& view) {
               return ScaledExtent(static_cast<double>(view.loop().full_extent));
             });
  table->Add("extent", kExtentUnit, 0, 5, "iterations of the current tile",
             [](const LoopView& view) {
               return ScaledExtent(static_cast<double>(view.loop().extent));
             });
  table->AddFlag("unit", "the current tile has one iteration",
                 [](const LoopView& view) { return view.loop().extent == 1; });
  table->AddFlag("reduction", "iterator kind: reduction, else parallel",
                 [](const LoopView& view) { return view.loop().reduction; });
  for (int64_t divisor : {2, 4, 7, 8, 14, 16, 32, 64}) {
    table->AddFlag(
        absl::StrCat("divisible_by_", divisor),
        absl::StrCat("the extent is a multiple of ", divisor),
        [divisor](const LoopView& view) { return view.loop().extent % divisor == 0; });
  }
}

void AddSchedule(Table* table) {
  table->AddFlag("parallelized", "parallelize split it",
                 [](const LoopView& view) { return view.loop().parallelized; });
  table->Add("times_tiled", "bands / 4", 0, 2, "bands that split it",
             [](const LoopView& view) {
               return static_cast<double>(view.loop().times_tiled) / 4;
             });
  table->Add("outer_trips", kExtentUnit, 0, 5, "tiles of it around the current one",
             [](const LoopView& view) {
               return ScaledExtent(view.analysis.trips[view.index]);
             });
  table->Add("outer_depth", "loops / 16", 0, 2,
             "one more than the loops outside its innermost loop over tiles; 0 "
             "without",
             [](const LoopView& view) {
               return static_cast<double>(view.analysis.depth[view.index] + 1) / 16;
             });
  table->AddFlag("order_pending", "interchange has given it a place in the next band",
                 [](const LoopView& view) { return view.loop().pending_depth >= 0; });
  table->Add("pending_depth", "loops / 8", 0, 1.5, "that place; 0 is outermost",
             [](const LoopView& view) {
               return static_cast<double>(std::max(view.loop().pending_depth, 0)) / 8;
             });
  table->AddFlag("counts_panels", "packing split it: an iteration is a panel",
                 [](const LoopView& view) { return view.loop().counts_panels; });
  table->AddFlag("inside_panel", "packing made it: it walks the inside of a panel",
                 [](const LoopView& view) { return view.loop().inside_panel; });
}

// Sizes are chosen from the loop's own token, and what is good depends on the
// anchor.
void AddAnchor(Table* table) {
  for (int kind = 0; kind < kNumAnchorKinds; ++kind) {
    const char* name = AnchorKindName(static_cast<AnchorKind>(kind));
    table->AddFlag(absl::StrCat("anchor_", name),
                   absl::StrCat("the anchor is of kind ", name),
                   [kind](const LoopView& view) {
                     return static_cast<int>(view.state.anchor) == kind;
                   });
  }
}

void AddAccess(Table* table) {
  table->AddFlag("output_contiguous", "the output's elements side by side are its own",
                 [](const LoopView& view) { return view.loop().output_contiguous; });
  for (size_t i = 0; i < kShownOperands; ++i) {
    const std::string prefix = absl::StrCat("operand", i, "_");
    const std::string operand = absl::StrCat("operand ", i);
    table->AddFlag(prefix + "still",
                   operand + " does not move with it, or there is none",
                   [i](const LoopView& view) { return StrideOf(view, i) == 0; });
    table->AddFlag(prefix + "contiguous", operand + " moves by one element",
                   [i](const LoopView& view) { return StrideOf(view, i) == 1; });
    table->Add(prefix + "stride", "log2(elements) / 16", 0, 2.5,
               operand + " moves by so many elements", [i](const LoopView& view) {
                 const auto stride = static_cast<double>(StrideOf(view, i));
                 return Log2(std::max(stride, 1.0)) / 16;
               });
    table->AddFlag(prefix + "aliases",
                   operand + " moves by a power of two of at least 512 elements",
                   [i](const LoopView& view) {
                     const int64_t stride = StrideOf(view, i);
                     return stride >= kShortestAliasingStride && IsPowerOfTwo(stride);
                   });
  }
}

}  // namespace

const FeatureTable<LoopView>& LoopFeatures() {
  static const auto* const table = [] {
    auto* all = new Table;
    AddShape(all);
    AddSchedule(all);
    AddAccess(all);
    AddAnchor(all);
    return all;
  }();
  return *table;
}

}  // namespace weft
