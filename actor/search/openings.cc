#include "actor/search/openings.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "actor/search/register_tiles.h"

namespace weft {
namespace {

// Panels of so many different register tiles are tried.
constexpr size_t kPanels = 3;
// Steps of a reduction whose panels of 8 rows and 32 columns take 40 KiB.
constexpr int64_t kReductionPiece = 256;
// Of a fused loop over tiles: columns, and rows of a matmul or of an image.
constexpr int64_t kColumns = 256, kMatmulRows = 64, kImageRows = 4;

constexpr VectorizeMode kAnyMode = VectorizeMode::kContract;

bool CanSplit(const SizeMask& mask, int loop) {
  return (mask.allowed[static_cast<size_t>(loop)] & ~SizeSet{1}) != 0;
}

class OpeningMaker {
 public:
  OpeningMaker(const Observation& initial, const InformedPolicyOptions& options)
      : mask_(initial.mask),
        lanes_(std::max<int64_t>(options.machine.vector_bytes / sizeof(float), 1)),
        threads_(options.threads),
        large_(HasLargeOperand(initial)) {}

  std::vector<Plan> Make() {
    // A search may take only the first few: the most promising of each kind.
    const std::vector<std::vector<int64_t>> panels = Panels();
    if (!panels.empty()) AddPacked(panels[0]);
    if (mask_.Allows(ActionKind::kVectorize)) AddRegisterTiles();
    for (size_t i = 1; i < panels.size(); ++i) AddPacked(panels[i]);
    // LLVM's own vectors: worth a measurement where the code is short and memory the
    // limit, but minutes of one of a contraction, which can be packed.
    if (!mask_.Allows(ActionKind::kPack)) Add({Kind(ActionKind::kStop)});
    return std::move(plans_);
  }

 private:
  // None where nothing can be packed.
  std::vector<std::vector<int64_t>> Panels() const {
    if (!mask_.Allows(ActionKind::kPack)) return {};
    const SizeMask& sizes = mask_.sizes[SizeSlot(ActionKind::kPack, kAnyMode)];
    std::vector<std::vector<int64_t>> panels;
    for (const RegisterTile& tile : RankRegisterTiles(sizes, lanes_, kPanels)) {
      panels.push_back(tile.sizes);
    }
    return panels;
  }

  // The loops over the panels and their insides, by `panel`: rows and columns for a
  // matmul, columns alone for a convolution, whose rows cannot be packed.
  void AddPacked(const std::vector<int64_t>& panel) {
    const auto columns = std::max_element(panel.begin(), panel.end()) - panel.begin();
    int rows = -1;
    for (size_t i = 0; i < panel.size(); ++i) {
      if (panel[i] > 0 && static_cast<long>(i) != columns) rows = static_cast<int>(i);
    }
    Schedule packed = {Sized(ActionKind::kPack, panel)};
    if (rows >= 0) AddMatmulBand(panel, rows, static_cast<int>(columns), &packed);
    const bool whole = threads_ == 1 && !large_;
    const auto pieces = Pieces(panel, rows, static_cast<int>(columns));
    if (whole || pieces.empty()) Add(packed);
    if (whole && rows >= 0) return;
    for (const auto& [loop, size] : pieces) {
      Schedule schedule = {Split(ActionKind::kParallelize, panel.size(), loop, size)};
      schedule.push_back(Kind(ActionKind::kFuse));
      schedule.insert(schedule.end(), packed.begin(), packed.end());
      Add(std::move(schedule));
    }
  }

  // Columns of panels outermost, so that a panel of them stays while those of rows go
  // by, and pieces of the reduction that let both stay.
  void AddMatmulBand(const std::vector<int64_t>& panel, int rows, int columns,
                     Schedule* schedule) const {
    const auto insides = static_cast<size_t>(
        std::count_if(panel.begin(), panel.end(), [](int64_t s) { return s > 0; }));
    const size_t loops = panel.size() + insides;
    const int reduction = InnermostReduction();
    if (reduction >= 0) {
      schedule->push_back(Split(ActionKind::kTile, loops, reduction, kReductionPiece));
    }
    Action order = Kind(ActionKind::kInterchange);
    order.order.resize(loops);
    std::iota(order.order.begin(), order.order.end(), 0);
    std::swap(order.order[static_cast<size_t>(rows)],
              order.order[static_cast<size_t>(columns)]);
    schedule->push_back(std::move(order));
  }

  // Loops that a fused loop over tiles splits, with the sizes.
  std::vector<std::pair<int, int64_t>> Pieces(const std::vector<int64_t>& panel,
                                              int rows, int columns) const {
    if (!mask_.Allows(ActionKind::kParallelize)) return {};
    if (rows >= 0) return {{columns, kColumns}, {rows, kMatmulRows}};
    const SizeMask& sizes = mask_.sizes[SizeSlot(ActionKind::kParallelize, kAnyMode)];
    for (int loop = 0; loop < static_cast<int>(panel.size()); ++loop) {
      if (loop != columns && CanSplit(sizes, loop)) return {{loop, kImageRows}};
    }
    return {};
  }

  // The last loop that tile splits and parallelize does not; -1: none.
  int InnermostReduction() const {
    const SizeMask& tile = mask_.sizes[SizeSlot(ActionKind::kTile, kAnyMode)];
    const SizeMask& parallel =
        mask_.sizes[SizeSlot(ActionKind::kParallelize, kAnyMode)];
    if (!mask_.Allows(ActionKind::kTile) || !mask_.Allows(ActionKind::kParallelize)) {
      return -1;
    }
    for (int loop = mask_.num_loops - 1; loop >= 0; --loop) {
      if (CanSplit(tile, loop) && !CanSplit(parallel, loop)) return loop;
    }
    return -1;
  }

  // The output channels of a convolution: the only loop that can be packed.
  int ChannelLoop() const {
    if (!mask_.Allows(ActionKind::kPack)) return -1;
    const SizeMask& pack = mask_.sizes[SizeSlot(ActionKind::kPack, kAnyMode)];
    for (int loop = 0; loop < mask_.num_loops; ++loop) {
      if (CanSplit(pack, loop)) return loop;
    }
    return -1;
  }

  void AddRegisterTiles() {
    for (int m = 0; m < kNumVectorizeModes; ++m) {
      const auto mode = static_cast<VectorizeMode>(m);
      if (!mask_.Allows(mode)) continue;
      const SizeMask& sizes = mask_.sizes[SizeSlot(ActionKind::kVectorize, mode)];
      const std::vector<RegisterTile> tiles =
          RankRegisterTiles(sizes, lanes_, 1, IsWindow(mode) ? ChannelLoop() : -1);
      if (tiles.empty()) continue;
      Action vectorize = Sized(ActionKind::kVectorize, tiles[0].sizes);
      vectorize.mode = mode;
      Add({vectorize});
      if (IsWindow(mode) && mask_.Allows(ActionKind::kInterchange)) {
        AddOutermost(vectorize, VectorLoopOf(sizes));
      }
    }
  }

  // The same tile of a convolution with another loop outermost, so that what does not
  // move with it stays in the cache: for channels last that of the output channels,
  // whose piece of a large filter is read for every point; for channels first that of
  // the image's rows, one of which is read for every channel.
  void AddOutermost(const Action& vectorize, int vector_loop) {
    const int channels = ChannelLoop();
    if (channels < 0) return;
    // Channels first have the rows of the image between the channels and the vectors.
    const long outermost = channels == vector_loop ? channels : vector_loop - 1;
    if (!SplitsBefore(outermost)) return;
    Action order = Kind(ActionKind::kInterchange);
    order.order.resize(vectorize.sizes.size());
    std::iota(order.order.begin(), order.order.end(), 0);
    std::rotate(order.order.begin(), order.order.begin() + outermost,
                order.order.begin() + outermost + 1);
    Add({std::move(order), vectorize});
  }

  // Whether a loop before this one has more than one iteration, as far as tiles tell.
  bool SplitsBefore(long loop) const {
    const SizeMask& tile = mask_.sizes[SizeSlot(ActionKind::kTile, kAnyMode)];
    for (int before = 0; before < loop; ++before) {
      if (mask_.Allows(ActionKind::kTile) && CanSplit(tile, before)) return true;
    }
    return false;
  }

  static bool IsWindow(VectorizeMode mode) {
    return mode == VectorizeMode::kDecompose || mode == VectorizeMode::kGeneralize;
  }

  static Action Kind(ActionKind kind) {
    Action action;
    action.kind = kind;
    return action;
  }
  static Action Sized(ActionKind kind, std::vector<int64_t> sizes) {
    Action action = Kind(kind);
    action.sizes = std::move(sizes);
    return action;
  }
  static Action Split(ActionKind kind, size_t loops, int loop, int64_t size) {
    std::vector<int64_t> sizes(loops, 0);
    sizes[static_cast<size_t>(loop)] = size;
    return Sized(kind, std::move(sizes));
  }
  void Add(Schedule schedule) {
    plans_.push_back({std::move(schedule), Completion::kEnd});
  }

  const ActionMask& mask_;
  const int64_t lanes_;
  const int threads_;
  const bool large_;
  std::vector<Plan> plans_;
};

}  // namespace

std::vector<Plan> Openings(const Observation& initial,
                           const InformedPolicyOptions& options, size_t limit) {
  std::vector<Plan> plans = OpeningMaker(initial, options).Make();
  if (plans.size() > limit) plans.resize(limit);
  return plans;
}

}  // namespace weft
