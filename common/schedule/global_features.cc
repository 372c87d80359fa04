#include <array>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/schedule/feature_table.h"

namespace weft {
namespace {

using Table = FeatureTable<GlobalView>;

bool Took(const NestState& state, ActionKind kind) {
  for (const Action& action : state.history) {
    if (action.kind == kind) return true;
  }
  return false;
}

void AddTask(Table* table) {
  for (int kind = 0; kind < kNumAnchorKinds; ++kind) {
    const char* name = AnchorKindName(static_cast<AnchorKind>(kind));
    table->AddFlag(absl::StrCat("anchor_", name),
                   absl::StrCat("the anchor is of kind ", name),
                   [kind](const GlobalView& view) {
                     return static_cast<int>(view.state.anchor) == kind;
                   });
  }
  table->Add("loops", "loops / 8", 0, 1.5, "loops of the anchor",
             [](const GlobalView& view) {
               return static_cast<double>(view.state.loops.size()) / 8;
             });
  table->Add("flops", kCountUnit, 0, 2,
             "arithmetic of the program; a multiply-add is two",
             [](const GlobalView& view) { return ScaledCount(view.state.flops); });
  table->Add("bytes", kBytesUnit, 0, 2,
             "compulsory traffic: every input and output once",
             [](const GlobalView& view) { return ScaledCount(view.state.bytes); });
  table->Add("intensity", "log2(flops / byte) / 8", -1, 2, "flops over bytes",
             [](const GlobalView& view) {
               return (Log2(view.state.flops) - Log2(view.state.bytes)) / 8;
             });
  for (int axis = 0; axis < 2; ++axis) {
    const auto add = [table, axis](const char* name, const char* meaning,
                                   std::vector<int64_t> NestState::* values) {
      table->Add(absl::StrCat(name, axis), "x / 4", 0, 4,
                 absl::StrCat(meaning, " along window axis ", axis, "; 0 without"),
                 [axis, values](const GlobalView& view) {
                   const std::vector<int64_t>& all = view.state.*values;
                   return axis < static_cast<int>(all.size())
                              ? static_cast<double>(all[axis]) / 4
                              : 0.0;
                 });
    };
    add("window_stride_", "stride", &NestState::window_strides);
    add("window_dilation_", "dilation", &NestState::window_dilations);
    add("window_extent_", "extent of the kernel", &NestState::window_extents);
  }
}

void AddMachine(Table* table) {
  table->Add("threads", "log2(threads) / 8", 0, 1.25, "threads that a kernel may use",
             [](const GlobalView& view) { return ScaledExtent(view.state.threads); });
  const auto add_size = [table](const char* name, const char* meaning,
                                uint64_t MachineModel::* bytes) {
    table->Add(name, kBytesUnit, 0, 2, meaning, [bytes](const GlobalView& view) {
      return ScaledCount(static_cast<double>(view.state.machine.*bytes));
    });
  };
  add_size("l1_size", "first-level data cache", &MachineModel::l1_bytes);
  add_size("l2_size", "second-level cache", &MachineModel::l2_bytes);
  add_size("l3_size", "third-level cache", &MachineModel::l3_bytes);
  table->Add("vector_width", "bytes / 64", 0, 4, "a SIMD register",
             [](const GlobalView& view) {
               return static_cast<double>(view.state.machine.vector_bytes) / 64;
             });
  table->Add("vector_registers", "registers / 32", 0, 4, "SIMD registers",
             [](const GlobalView& view) {
               return static_cast<double>(view.state.machine.vector_registers) / 32;
             });
  table->Add(
      "peak", "log2(flop/s) / 40", 0, 1.5, "arithmetic peak of a core",
      [](const GlobalView& view) { return Log2(view.state.machine.peak_flops) / 40; });
  table->Add("memory_bandwidth", "log2(B/s) / 40", 0, 1.5, "of a core",
             [](const GlobalView& view) {
               return Log2(view.state.machine.memory_bandwidth) / 40;
             });
  table->Add("cache_bandwidth", "log2(B/s) / 40", 0, 1.5,
             "of a core from its first-level cache", [](const GlobalView& view) {
               return Log2(view.state.machine.cache_bandwidth) / 40;
             });
  table->Add("balance", "log2(ratio) / 8", -2, 2,
             "intensity over that at which the peak and memory take equally long; "
             "above 0 the arithmetic bounds the time",
             [](const GlobalView& view) {
               const MachineModel& machine = view.state.machine;
               return (Log2(view.state.flops) - Log2(view.state.bytes) -
                       Log2(machine.peak_flops) + Log2(machine.memory_bandwidth)) /
                      8;
             });
}

void AddSchedule(Table* table) {
  table->Add("steps_left", "actions / 10", 0, 1, "actions before the episode must end",
             [](const GlobalView& view) {
               return 1 - static_cast<double>(view.state.history.size()) / kMaxActions;
             });
  table->AddFlag("parallelized", "parallelize was taken", [](const GlobalView& view) {
    return Took(view.state, ActionKind::kParallelize);
  });
  table->AddFlag("fused", "fuse was taken", [](const GlobalView& view) {
    return Took(view.state, ActionKind::kFuse);
  });
  table->AddFlag("packed", "pack was taken", [](const GlobalView& view) {
    return Took(view.state, ActionKind::kPack);
  });
  table->Add("outer_loops", "loops / 16", 0, 2, "loops around the tile",
             [](const GlobalView& view) {
               return static_cast<double>(view.state.outer_loops.size()) / 16;
             });
  table->Add("parallel_tiles", kExtentUnit, 0, 4, "tiles that may run at once",
             [](const GlobalView& view) {
               return ScaledExtent(view.analysis.parallel_trips);
             });
  table->Add("tiles_per_thread", "log2(x) / 8", -1.25, 4,
             "tiles that may run at once, over threads", [](const GlobalView& view) {
               return (Log2(view.analysis.parallel_trips) - Log2(view.state.threads)) /
                      8;
             });
}

void AddTile(Table* table) {
  table->Add(
      "tile_points", kCountUnit, 0, 2, "iterations of the current tile",
      [](const GlobalView& view) { return ScaledCount(view.analysis.tile_points); });
  table->Add(
      "tile_bytes", kBytesUnit, 0, 2, "working set of the current tile",
      [](const GlobalView& view) { return ScaledCount(view.analysis.tile_bytes); });
  table->Add(
      "tile_flops", kCountUnit, 0, 2, "arithmetic of one tile",
      [](const GlobalView& view) { return ScaledCount(view.analysis.tile_flops); });
  table->Add("register_pressure", "log2(x) / 8", -1, 4,
             "registers that the tile's output would fill, over those there are",
             [](const GlobalView& view) {
               return (Log2(view.analysis.output_vectors) -
                       Log2(view.state.machine.vector_registers)) /
                      8;
             });
  for (int level = 0; level < kNumCacheLevels; ++level) {
    const std::string cache = absl::StrCat("L", level + 1);
    const std::string prefix = absl::StrCat("l", level + 1, "_");
    table->Add(prefix + "tile_fill", "log2(x) / 16", -2, 2,
               absl::StrCat("working set of the tile over ", cache),
               [level](const GlobalView& view) {
                 const MachineModel& machine = view.state.machine;
                 const std::array<uint64_t, kNumCacheLevels> sizes = {
                     machine.l1_bytes, machine.l2_bytes, machine.l3_bytes};
                 return (Log2(view.analysis.tile_bytes) -
                         Log2(static_cast<double>(sizes[level]))) /
                        16;
               });
    table->Add(prefix + "points", kCountUnit, 0, 2,
               absl::StrCat("iterations of the largest part of the nest whose working "
                            "set fits ",
                            cache),
               [level](const GlobalView& view) {
                 return ScaledCount(view.analysis.caches[level].points);
               });
    table->Add(
        prefix + "intensity", "log2(flops / byte) / 8", -1, 2,
        absl::StrCat("flops over the bytes that pass into ", cache,
                     " when it holds that part"),
        [level](const GlobalView& view) {
          return (Log2(view.state.flops) - Log2(view.analysis.caches[level].traffic)) /
                 8;
        });
  }
}

}  // namespace

const FeatureTable<GlobalView>& GlobalFeatures() {
  static const auto* const table = [] {
    auto* all = new Table;
    AddTask(all);
    AddMachine(all);
    AddSchedule(all);
    AddTile(all);
    return all;
  }();
  return *table;
}

}  // namespace weft
