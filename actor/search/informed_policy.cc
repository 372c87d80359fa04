#include "actor/search/informed_policy.h"

#include <algorithm>
#include <array>
#include <vector>

#include "actor/search/action_repair.h"
#include "actor/search/register_tiles.h"
#include "common/schedule/feature_list.h"

namespace weft {
namespace {

// Of the tiles of one mode, the ones that are drawn from.
constexpr size_t kTiles = 16;
// Chance to go on to the next tile in the ranking.
constexpr double kNextTile = 0.75;
// Chance that a band splits one loop alone, which most good ones do where the inner
// structure is settled: the reduction of a packed matmul, the rows of a softmax.
constexpr double kSplitOneLoop = 0.5;
// Chance that any other band splits a loop that it may split.
constexpr double kSplitLoop = 0.5;

double Uniform(std::mt19937_64& random) {
  return static_cast<double>(random() >> 11) * 0x1p-53;
}

int CountActions(const Observation& observation) {
  return static_cast<int>(std::count(observation.kinds.begin(), observation.kinds.end(),
                                     TokenKind::kHistory));
}

// A size of `legal` other than 0; larger ones are likelier, because a band of many tiny
// tiles is a schedule of another band.
int64_t DrawTileSize(SizeSet legal, std::mt19937_64& random) {
  std::vector<int64_t> sizes;
  for (int j = 1; j < kNumSizes; ++j) {
    if (legal >> j & 1) sizes.push_back(kSizeTable[j]);
  }
  if (sizes.empty()) return 0;
  // The larger of two draws.
  return std::max(sizes[random() % sizes.size()], sizes[random() % sizes.size()]);
}

// One of the most promising register tiles.
std::vector<int64_t> DrawRegisterTile(const SizeMask& mask, int64_t lanes,
                                      std::mt19937_64& random) {
  const std::vector<RegisterTile> tiles = RankRegisterTiles(mask, lanes, kTiles);
  size_t index = 0;
  while (index + 1 < tiles.size() && Uniform(random) < kNextTile) ++index;
  // Any of those that are as promising.
  const auto first = std::find_if(
      tiles.begin(), tiles.end(),
      [&](const RegisterTile& tile) { return tile.score == tiles[index].score; });
  const auto last = std::find_if(first, tiles.end(), [&](const RegisterTile& tile) {
    return tile.score != tiles[index].score;
  });
  return first[random() % static_cast<uint64_t>(last - first)].sizes;
}

// The loops that may be split, as bits.
uint32_t SplittableLoops(const SizeMask& sizes) {
  uint32_t loops = 0;
  for (size_t i = 0; i < sizes.allowed.size(); ++i) {
    if (sizes.allowed[i] & ~SizeSet{1}) loops |= uint32_t{1} << i;
  }
  return loops;
}

int NthLoop(uint32_t loops, int n) {
  while (n-- > 0) loops &= loops - 1;
  return __builtin_ctz(loops);
}

uint32_t AllLoops(const ActionMask& mask) {
  return (uint32_t{1} << mask.num_loops) - 1;
}

// The loops whose order can matter: of the others a register tile has but one size,
// such as the inside of a panel. All loops where nothing can be vectorized.
uint32_t LoopsWithAnOrder(const ActionMask& mask) {
  uint32_t loops = 0;
  for (int m = 0; m < kNumVectorizeModes; ++m) {
    const auto mode = static_cast<VectorizeMode>(m);
    if (!mask.Allows(mode)) continue;
    const SizeMask& sizes = mask.sizes[SizeSlot(ActionKind::kVectorize, mode)];
    for (size_t i = 0; i < sizes.allowed.size(); ++i) {
      const SizeSet allowed = sizes.allowed[i];
      const bool one_size = (allowed & (allowed - 1)) == 0;
      const bool unit = allowed >> SizeIndex(1) & 1;
      if (!one_size || unit) loops |= uint32_t{1} << i;
    }
  }
  return __builtin_popcount(loops) >= 2 ? loops : AllLoops(mask);
}

// Whether what pack makes vectors of is not contiguous in the output, as the channels
// of a channels-first convolution: unpacking then transposes, which it does best tile
// by tile in the cache.
bool UnpackingTransposes(const ActionMask& mask) {
  constexpr VectorizeMode kMode = VectorizeMode::kGeneralize;
  if (!mask.Allows(ActionKind::kPack) || !mask.Allows(kMode)) return false;
  const SizeMask& pack = mask.sizes[SizeSlot(ActionKind::kPack, kMode)];
  const SizeMask& tile = mask.sizes[SizeSlot(ActionKind::kVectorize, kMode)];
  for (size_t i = 0; i < pack.allowed.size(); ++i) {
    const bool packed_vectors = !(pack.allowed[i] & 1);
    const bool rows = tile.allowed[i] >> SizeIndex(1) & 1;
    if (packed_vectors && rows) return true;
  }
  return false;
}

// Whether packing has settled the register tile.
bool IsPacked(const ActionMask& mask) {
  return LoopsWithAnOrder(mask) != AllLoops(mask);
}

}  // namespace

bool HasLargeOperand(const Observation& observation) {
  static const int fits_l2 = FeatureIndex(TokenKind::kOperand, "whole_fits_l2");
  for (int token = 0; token < observation.num_tokens(); ++token) {
    if (observation.kinds[token] == TokenKind::kOperand &&
        observation.features[token * kTokenWidth + fits_l2] == 0) {
      return true;
    }
  }
  return false;
}

bool HasNeighbours(const Observation& observation) {
  return std::count(observation.kinds.begin(), observation.kinds.end(),
                    TokenKind::kNeighbour) > 1;
}

InformedPolicy::InformedPolicy(const InformedPolicyOptions& options)
    : options_(options),
      lanes_(std::max<int64_t>(options.machine.vector_bytes / sizeof(float), 1)) {}

double InformedPolicy::Weight(const Observation& observation, ActionKind kind) const {
  const ActionMask& mask = observation.mask;
  const int taken = CountActions(observation);
  switch (kind) {
    case ActionKind::kFuse:
      return 8;
    case ActionKind::kPack:
      return 3;
    case ActionKind::kParallelize:
      if (taken > 0) return 0.1;
      if (options_.threads > 1) return 12;
      if (UnpackingTransposes(mask)) return 2.5;
      if (mask.Allows(ActionKind::kPack) && HasLargeOperand(observation)) {
        return 2.5;
      }
      return HasNeighbours(observation) ? 2.5 : 0.2;
    case ActionKind::kTile:
      return taken <= 1 ? 1.5 : 0.6;
    case ActionKind::kInterchange:
      return IsPacked(mask) ? 1.2 : 0.4;
    case ActionKind::kVectorize:
      return taken == 0 ? 0.8 : 1.6;
    case ActionKind::kStop:
      return mask.Allows(ActionKind::kVectorize) ? 0.08 : 1;
  }
  return 0;
}

Action InformedPolicy::DrawSplit(const ActionMask& mask, ActionKind kind,
                                 std::mt19937_64& random) const {
  const SizeMask& sizes = mask.sizes[SizeSlot(kind, VectorizeMode::kContract)];
  Action wanted;
  wanted.kind = kind;
  if (kind == ActionKind::kPack) {
    wanted.sizes = DrawRegisterTile(sizes, lanes_, random);  // A panel becomes one.
    return wanted;
  }
  const uint32_t loops = SplittableLoops(sizes);
  const int count = __builtin_popcount(loops);
  const bool settled = kind == ActionKind::kParallelize || IsPacked(mask);
  const bool one = settled && count > 0 && Uniform(random) < kSplitOneLoop;
  const int chosen =
      one ? NthLoop(loops, static_cast<int>(random() % static_cast<uint64_t>(count)))
          : -1;
  for (size_t i = 0; i < sizes.allowed.size(); ++i) {
    const bool split =
        one ? static_cast<int>(i) == chosen : Uniform(random) < kSplitLoop;
    wanted.sizes.push_back(split ? DrawTileSize(sizes.allowed[i], random) : 0);
  }
  wanted.sizes = NearestSizes(sizes, wanted.sizes);
  return wanted;
}

Action InformedPolicy::DecideTerminal(const ActionMask& mask,
                                      std::mt19937_64& random) const {
  Action action;
  if (!mask.Allows(ActionKind::kVectorize)) return action;
  std::vector<VectorizeMode> modes;
  for (int m = 0; m < kNumVectorizeModes; ++m) {
    const auto mode = static_cast<VectorizeMode>(m);
    // Partial results are the best choice where the output is short, and the worst of
    // all for a matmul.
    const int chances = mode == VectorizeMode::kReduction ? 1 : 3;
    if (mask.Allows(mode)) modes.insert(modes.end(), chances, mode);
  }
  action.kind = ActionKind::kVectorize;
  action.mode = modes[random() % modes.size()];
  action.sizes =
      DrawRegisterTile(mask.sizes[SizeSlot(action.kind, *action.mode)], lanes_, random);
  return action;
}

Decision InformedPolicy::Decide(const Observation& observation, Selection,
                                std::mt19937_64& random) const {
  const ActionMask& mask = observation.mask;
  std::array<double, kNumActionKinds> weights = {};
  double total = 0;
  for (int k = 0; k < kNumActionKinds; ++k) {
    const auto kind = static_cast<ActionKind>(k);
    if (mask.Allows(kind)) weights[k] = Weight(observation, kind);
    total += weights[k];
  }
  double draw = Uniform(random) * total;
  int chosen = __builtin_ctz(mask.kinds);
  for (int k = 0; k < kNumActionKinds; ++k) {
    if (weights[k] == 0) continue;
    chosen = k;
    draw -= weights[k];
    if (draw < 0) break;
  }
  Decision decision;
  Action& action = decision.action;
  action.kind = static_cast<ActionKind>(chosen);
  if (action.kind == ActionKind::kVectorize) {
    action = DecideTerminal(mask, random);
  } else if (action.kind == ActionKind::kInterchange) {
    std::vector<int> order(mask.num_loops);
    for (int i = 0; i < mask.num_loops; ++i) order[i] = i;
    // One loop moves: what matters is mostly which loop is outermost or innermost.
    const uint32_t loops = LoopsWithAnOrder(mask);
    const auto count = static_cast<uint64_t>(__builtin_popcount(loops));
    const int from = NthLoop(loops, static_cast<int>(random() % count));
    const int to = NthLoop(loops, static_cast<int>(random() % count));
    const int loop = order[from];
    order.erase(order.begin() + from);
    order.insert(order.begin() + to, loop);
    action.order = std::move(order);
    action = *RepairAction(mask, action);
  } else if (TakesSizes(action.kind)) {
    action = DrawSplit(mask, action.kind, random);
  }
  return decision;
}

}  // namespace weft
