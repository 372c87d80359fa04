#include "actor/search/openings.h"

#include <algorithm>
#include <utility>

#include "actor/search/opening_parts.h"
#include "actor/search/packed_openings.h"
#include "actor/search/register_tiles.h"

namespace weft {
namespace {

// Panels of so many different register tiles are tried.
constexpr size_t kPanels = 3;
// Of an operand that is not packed: a block of 32 KiB, in the first-level cache.
constexpr int64_t kBlockColumns = 128, kBlockReduction = 64;

constexpr VectorizeMode kAnyMode = VectorizeMode::kContract;

class OpeningMaker {
 public:
  OpeningMaker(const Observation& initial, const InformedPolicyOptions& options)
      : mask_(initial.mask), loops_(initial.mask) {
    packed_.lanes = std::max<int64_t>(options.machine.vector_bytes / sizeof(float), 1);
    packed_.threads = options.threads;
    packed_.chain = HasNeighbours(initial);
    packed_.large = HasLargeOperand(initial);
  }

  std::vector<Plan> Make() {
    // A search may take only the first few: the most promising of each kind.
    const std::vector<std::vector<int64_t>> panels = Panels();
    if (!panels.empty()) AddPacked(panels[0]);
    if (mask_.Allows(ActionKind::kVectorize)) AddRegisterTiles();
    for (size_t i = 1; i < panels.size(); ++i) AddPacked(panels[i]);
    // LLVM's own vectors: worth a measurement where the code is short and memory the
    // limit, but minutes of one of a contraction, which can be packed.
    if (!mask_.Allows(ActionKind::kPack)) Add({OfKind(ActionKind::kStop)});
    return std::move(plans_);
  }

 private:
  // None where nothing can be packed.
  std::vector<std::vector<int64_t>> Panels() const {
    if (!mask_.Allows(ActionKind::kPack)) return {};
    const SizeMask& sizes = mask_.sizes[SizeSlot(ActionKind::kPack, kAnyMode)];
    std::vector<std::vector<int64_t>> panels;
    for (const RegisterTile& tile : RankRegisterTiles(sizes, packed_.lanes, kPanels)) {
      panels.push_back(tile.sizes);
    }
    return panels;
  }

  void AddPacked(const std::vector<int64_t>& panel) {
    for (Schedule& schedule : PackedOpenings(loops_, panel, packed_)) {
      Add(std::move(schedule));
    }
  }

  void AddRegisterTiles() {
    for (int m = 0; m < kNumVectorizeModes; ++m) {
      const auto mode = static_cast<VectorizeMode>(m);
      if (!mask_.Allows(mode)) continue;
      const SizeMask& sizes = mask_.sizes[SizeSlot(ActionKind::kVectorize, mode)];
      const std::vector<RegisterTile> tiles = RankRegisterTiles(
          sizes, packed_.lanes, 1, IsWindow(mode) ? loops_.ChannelLoop() : -1);
      if (tiles.empty()) continue;
      Action vectorize = WithSizes(ActionKind::kVectorize, tiles[0].sizes);
      vectorize.mode = mode;
      Add({vectorize});
      if (mode == VectorizeMode::kContract) AddBlocked(vectorize, VectorLoopOf(sizes));
      if (IsWindow(mode) && mask_.Allows(ActionKind::kInterchange)) {
        AddOutermost(vectorize, VectorLoopOf(sizes));
      }
    }
  }

  // The same tile of a contraction over one block after the other of the operand that
  // the vectors come from.
  void AddBlocked(const Action& vectorize, int vector_loop) {
    const int reduction = loops_.InnermostReduction();
    if (reduction < 0 || vector_loop < 0 || !mask_.Allows(ActionKind::kPack)) return;
    Action block =
        Splitting(ActionKind::kTile, loops_.count(), reduction, kBlockReduction);
    block.sizes[static_cast<size_t>(vector_loop)] = kBlockColumns;
    Add({std::move(block), vectorize});
  }

  // The same tile of a convolution with another loop outermost, so that what does not
  // move with it stays in the cache: for channels last that of the output channels,
  // whose piece of a large filter is read for every point; for channels first that of
  // the image's rows, one of which is read for every channel.
  void AddOutermost(const Action& vectorize, int vector_loop) {
    const int channels = loops_.ChannelLoop();
    if (channels < 0) return;
    // Channels first have the rows of the image between the channels and the vectors.
    const long outermost = channels == vector_loop ? channels : vector_loop - 1;
    if (!SplitsBefore(outermost)) return;
    Action order = SameOrder(loops_.count());
    std::rotate(order.order.begin(), order.order.begin() + outermost,
                order.order.begin() + outermost + 1);
    Add({std::move(order), vectorize});
  }

  // Whether a loop before this one has more than one iteration, as far as tiles tell.
  bool SplitsBefore(long loop) const {
    for (int before = 0; before < loop; ++before) {
      if (loops_.CanSplit(ActionKind::kTile, before)) return true;
    }
    return false;
  }

  static bool IsWindow(VectorizeMode mode) {
    return mode == VectorizeMode::kDecompose || mode == VectorizeMode::kGeneralize;
  }

  void Add(Schedule schedule) {
    plans_.push_back({std::move(schedule), Completion::kEnd});
  }

  const ActionMask& mask_;
  const InitialLoops loops_;
  PackedOpeningOptions packed_;
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
