#include "common/schedule/feature_table.h"

namespace weft {
namespace {

using Table = FeatureTable<NeighbourView>;

double OutputElements(const NestState& state) {
  for (const OperandState& operand : state.operands) {
    if (operand.output) return static_cast<double>(operand.elements);
  }
  return 1;
}

}  // namespace

const FeatureTable<NeighbourView>& NeighbourFeatures() {
  static const auto* const table = [] {
    auto* all = new Table;
    all->AddFlag("producer", "the anchor reads it; else it reads the anchor",
                 [](const NeighbourView& view) { return view.neighbour().producer; });
    all->AddFlag("fill", "it fills the anchor's output with a constant",
                 [](const NeighbourView& view) { return view.neighbour().fill; });
    all->AddFlag(
        "elementwise", "it works point by point",
        [](const NeighbourView& view) { return view.neighbour().elementwise; });
    all->AddFlag("fusable", "fuse moves it into the anchor's loop",
                 [](const NeighbourView& view) { return view.neighbour().fusable; });
    all->AddFlag("fused", "it is in the anchor's loop",
                 [](const NeighbourView& view) { return view.neighbour().fused; });
    all->Add("elements", kCountUnit, 0, 2, "of its result",
             [](const NeighbourView& view) {
               return ScaledCount(static_cast<double>(view.neighbour().elements));
             });
    all->AddFlag("size_of_output", "as many elements as the anchor's output",
                 [](const NeighbourView& view) {
                   return static_cast<double>(view.neighbour().elements) ==
                          OutputElements(view.state);
                 });
    return all;
  }();
  return *table;
}

}  // namespace weft
