#include "absl/strings/str_cat.h"
#include "common/schedule/feature_table.h"

namespace weft {
namespace {

using Table = FeatureTable<HistoryView>;

void AddWhat(Table* table) {
  for (int kind = 0; kind < kNumActionKinds; ++kind) {
    const auto wanted = static_cast<ActionKind>(kind);
    table->AddFlag(
        ActionKindName(wanted), absl::StrCat("the action is ", ActionKindName(wanted)),
        [wanted](const HistoryView& view) { return view.action().kind == wanted; });
  }
  for (int mode = 0; mode < kNumVectorizeModes; ++mode) {
    const auto wanted = static_cast<VectorizeMode>(mode);
    table->AddFlag(
        absl::StrCat("mode_", VectorizeModeName(wanted)),
        absl::StrCat("its mode is ", VectorizeModeName(wanted)),
        [wanted](const HistoryView& view) { return view.action().mode == wanted; });
  }
  table->Add("step", "actions / 10", 0, 1, "actions before it",
             [](const HistoryView& view) {
               return static_cast<double>(view.index) / kMaxActions;
             });
}

}  // namespace

const FeatureTable<HistoryView>& HistoryFeatures() {
  static const auto* const table = [] {
    auto* all = new Table;
    AddWhat(all);
    for (size_t loop = 0; loop < static_cast<size_t>(kMaxLoops); ++loop) {
      all->Add(absl::StrCat("size_", loop), "log2(size + 1) / 8", 0, 2,
               absl::StrCat("its size for loop ", loop, "; 0 without"),
               [loop](const HistoryView& view) {
                 const std::vector<int64_t>& sizes = view.action().sizes;
                 return loop < sizes.size()
                            ? ScaledExtent(static_cast<double>(sizes[loop]) + 1)
                            : 0.0;
               });
    }
    for (size_t depth = 0; depth < static_cast<size_t>(kMaxLoops); ++depth) {
      all->Add(absl::StrCat("order_", depth), "(loop + 1) / 8", 0, 1.5,
               absl::StrCat("the loop that it puts at depth ", depth, "; 0 without"),
               [depth](const HistoryView& view) {
                 const std::vector<int>& order = view.action().order;
                 return depth < order.size() ? static_cast<double>(order[depth] + 1) / 8
                                             : 0.0;
               });
    }
    return all;
  }();
  return *table;
}

}  // namespace weft
