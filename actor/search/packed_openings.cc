#include "actor/search/packed_openings.h"

#include <algorithm>
#include <utility>

namespace weft {
namespace {

// Steps of a reduction whose panels of 8 rows and 32 columns take 40 KiB.
constexpr int64_t kReductionPiece = 256;
// Accumulators of a convolution's register tile, in vectors.
constexpr int64_t kAccumulators = 16;
// Of a fused loop over tiles: columns, and rows of a matmul or of an image.
constexpr int64_t kColumns = 256, kMatmulRows = 64, kImageRows = 4;

struct Panel {
  explicit Panel(const std::vector<int64_t>& panel) : sizes(panel) {
    columns =
        static_cast<int>(std::max_element(panel.begin(), panel.end()) - panel.begin());
    for (int i = 0; i < static_cast<int>(panel.size()); ++i) {
      if (panel[static_cast<size_t>(i)] == 0) continue;
      ++packed_loops;
      if (i != columns) rows = i;
    }
  }
  // Loops over panels in their old places, then the insides of panels.
  size_t loops() const { return sizes.size() + packed_loops; }
  int64_t width() const { return sizes[static_cast<size_t>(columns)]; }

  const std::vector<int64_t>& sizes;
  int columns = 0;
  int rows = -1;  // None are packed.
  size_t packed_loops = 0;
};

bool DividesItsLoops(const InitialLoops& loops, const Panel& panel) {
  for (int i = 0; i < static_cast<int>(panel.sizes.size()); ++i) {
    const int64_t size = panel.sizes[static_cast<size_t>(i)];
    if (size > 0 && !loops.CanSplitBy(size, i)) return false;
  }
  return true;
}

// Columns of panels outermost, so that a panel of them stays while those of rows go by.
Action ColumnsFirst(const Panel& panel) {
  Action order = SameOrder(panel.loops());
  std::swap(order.order[static_cast<size_t>(panel.rows)],
            order.order[static_cast<size_t>(panel.columns)]);
  return order;
}

// Points of an image's row for the register tile of a panel: as many as the
// accumulators allow of those that are unpacked in registers; 0: none.
int64_t PointsOfARow(const InitialLoops& loops, int row, int64_t vectors) {
  const int64_t most = std::max<int64_t>(kAccumulators / vectors, 1);
  if (loops.CanSplitBy(8, row)) return std::min<int64_t>(most, 8);
  // Rows of 28; of 14, which 4 does not divide, no loop has a smaller part.
  return loops.CanSplitBy(14, row) ? 4 : 0;
}

// Channels first: rows of the image outermost, so that the inputs of one stay while all
// channels go by. The register tile has points of one row, because a panel is unpacked
// in pieces of those. Empty for channels last.
Schedule ImageBand(const InitialLoops& loops, const Panel& panel, int64_t lanes) {
  const int row = loops.VectorLoop(VectorizeMode::kGeneralize);
  if (row <= panel.columns) return {};
  const int64_t vectors = std::max<int64_t>(panel.width() / lanes, 1);
  const int64_t points = PointsOfARow(loops, row, vectors);
  if (points == 0) return {};
  Action order = SameOrder(panel.loops());
  std::rotate(order.order.begin() + panel.columns,
              order.order.begin() + panel.columns + 1, order.order.begin() + row + 1);
  Action vectorize =
      WithSizes(ActionKind::kVectorize, std::vector<int64_t>(panel.loops(), 1));
  vectorize.mode = VectorizeMode::kGeneralize;
  vectorize.sizes[static_cast<size_t>(row)] = points;
  vectorize.sizes.back() = panel.width();
  return {std::move(order), std::move(vectorize)};
}

// A loop over pieces of the output, each of which is packed on its own.
Schedule InPieces(int loop, int64_t size, size_t loops, const Schedule& packed) {
  Schedule schedule = {Splitting(ActionKind::kParallelize, loops, loop, size),
                       OfKind(ActionKind::kFuse)};
  schedule.insert(schedule.end(), packed.begin(), packed.end());
  return schedule;
}

// Pieces of the reduction that let panels of both operands stay; and all of it at once,
// which keeps the accumulators in registers, where no panel is padded.
std::vector<Schedule> Matmuls(const InitialLoops& loops, const Panel& panel,
                              const PackedOpeningOptions& options) {
  const Action pack = WithSizes(ActionKind::kPack, panel.sizes);
  const Schedule at_once = {pack, ColumnsFirst(panel)};
  Schedule reduced = at_once;
  const int reduction = loops.InnermostReduction();
  if (reduction >= 0) {
    reduced.insert(reduced.begin() + 1, Splitting(ActionKind::kTile, panel.loops(),
                                                  reduction, kReductionPiece));
  }
  std::vector<Schedule> schedules;
  // What follows a matmul is then applied to register tiles.
  if (options.chain && DividesItsLoops(loops, panel) &&
      loops.CanSplitBy(kColumns, panel.columns)) {
    schedules.push_back(InPieces(panel.columns, kColumns, loops.count(), at_once));
  }
  if (options.large || options.threads > 1) {
    if (loops.CanSplitBy(kColumns, panel.columns)) {
      schedules.push_back(InPieces(panel.columns, kColumns, loops.count(), reduced));
    }
    if (loops.CanSplit(ActionKind::kParallelize, panel.rows)) {
      schedules.push_back(InPieces(panel.rows, kMatmulRows, loops.count(), reduced));
    }
  }
  if (options.threads == 1 || schedules.empty()) schedules.push_back(reduced);
  if (options.threads == 1 && !options.large && reduction >= 0 &&
      DividesItsLoops(loops, panel)) {
    schedules.push_back(at_once);
  }
  return schedules;
}

std::vector<Schedule> Convolutions(const InitialLoops& loops, const Panel& panel,
                                   const PackedOpeningOptions& options) {
  const Action pack = WithSizes(ActionKind::kPack, panel.sizes);
  Schedule whole = {pack};
  for (Action& action : ImageBand(loops, panel, options.lanes)) {
    whole.push_back(std::move(action));
  }
  std::vector<Schedule> schedules;
  if (options.threads == 1) schedules.push_back(whole);
  for (int loop = 0; loop < static_cast<int>(loops.count()); ++loop) {
    if (loop == panel.columns || !loops.CanSplit(ActionKind::kParallelize, loop)) {
      continue;
    }
    schedules.push_back(InPieces(loop, kImageRows, loops.count(), {pack}));
    break;
  }
  if (schedules.empty()) schedules.push_back(whole);
  return schedules;
}

}  // namespace

std::vector<Schedule> PackedOpenings(const InitialLoops& loops,
                                     const std::vector<int64_t>& panel,
                                     const PackedOpeningOptions& options) {
  const Panel of(panel);
  return of.rows >= 0 ? Matmuls(loops, of, options) : Convolutions(loops, of, options);
}

}  // namespace weft
