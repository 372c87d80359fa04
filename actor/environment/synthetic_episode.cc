#include "actor/environment/synthetic_episode.h"

#include <algorithm>

namespace weft {
namespace {

// Bound on the elements of a register tile, as code size demands.
constexpr int64_t kMaxRegisterTile = 512;

uint32_t BitOf(ActionKind kind) { return uint32_t{1} << static_cast<int>(kind); }
uint32_t BitOf(VectorizeMode mode) { return uint32_t{1} << static_cast<int>(mode); }

bool Contains(const Schedule& history, ActionKind kind) {
  return std::any_of(history.begin(), history.end(),
                     [kind](const Action& action) { return action.kind == kind; });
}

// Sizes that divide `extent`, up to `largest`, with 0 for a loop left alone if
// `or_none`.
SizeSet Divisors(int64_t extent, int64_t largest, bool or_none) {
  SizeSet set = or_none ? 1 : 0;
  for (int j = 1; j < kNumSizes; ++j) {
    if (kSizeTable[j] <= largest && extent % kSizeTable[j] == 0) set |= SizeSet{1} << j;
  }
  return set;
}

SizeMask TileSizes(const SyntheticProgram& program) {
  SizeMask mask;
  for (int64_t extent : program.extents) {
    mask.allowed.push_back(Divisors(extent, extent - 1, /*or_none=*/true));
  }
  mask.forbid_all_zero = true;
  return mask;
}

SizeMask RegisterSizes(const SyntheticNest& nest) {
  SizeMask mask;
  for (int64_t extent : nest.tile) {
    mask.allowed.push_back(Divisors(extent, extent, /*or_none=*/false));
  }
  const uint32_t all = (uint32_t{1} << nest.tile.size()) - 1;
  mask.bounds.push_back({all, kMaxRegisterTile});
  return mask;
}

LoopState DescribeLoop(const SyntheticProgram& program, const SyntheticNest& nest,
                       const Schedule& history, int loop) {
  LoopState state;
  state.full_extent = program.extents[loop];
  state.extent = nest.tile[loop];
  state.reduction = program.reduction[loop];
  state.times_tiled = nest.tile[loop] == program.extents[loop] ? 0 : 1;
  state.output_contiguous = program.strides.back()[loop] == 1;
  // A pending order is one that no tile has consumed yet.
  if (!history.empty() && history.back().kind == ActionKind::kInterchange) {
    const std::vector<int>& order = history.back().order;
    state.pending_depth =
        static_cast<int>(std::find(order.begin(), order.end(), loop) - order.begin());
  }
  return state;
}

// The band of the tile action, outermost first; none before it.
std::vector<OuterLoop> OuterLoops(const SyntheticProgram& program,
                                  const SyntheticNest& nest) {
  std::vector<OuterLoop> outer;
  if (!nest.tiled) return outer;
  for (int loop : nest.tile_order) {
    const int64_t trips = program.extents[loop] / nest.tile[loop];
    if (trips > 1) outer.push_back({loop, trips, false});
  }
  return outer;
}

// A dimension for each loop that the operand moves with, outermost first.
std::vector<std::vector<int64_t>> Dimensions(const std::vector<int64_t>& strides) {
  std::vector<std::vector<int64_t>> dimensions;
  for (size_t loop = 0; loop < strides.size(); ++loop) {
    if (strides[loop] == 0) continue;
    dimensions.emplace_back(strides.size(), 0).at(loop) = 1;
  }
  return dimensions;
}

// Calls `visit` with every legal choice of sizes.
template <typename Visit>
void ForEachSizes(const SizeMask& mask, std::vector<int64_t>* chosen,
                  const Visit& visit) {
  if (chosen->size() == mask.allowed.size()) {
    visit(*chosen);
    return;
  }
  const SizeSet legal = LegalSizes(mask, *chosen);
  for (int j = 0; j < kNumSizes; ++j) {
    if (!(legal >> j & 1)) continue;
    chosen->push_back(kSizeTable[j]);
    ForEachSizes(mask, chosen, visit);
    chosen->pop_back();
  }
}

// Calls `visit` with every action that the mask allows.
template <typename Visit>
void ForEachAction(const ActionMask& mask, const Visit& visit) {
  if (mask.Allows(ActionKind::kStop)) visit(Action{});
  for (ActionKind kind : {ActionKind::kTile, ActionKind::kVectorize}) {
    if (!mask.Allows(kind)) continue;
    for (int m = 0; m < kNumVectorizeModes; ++m) {
      const auto mode = static_cast<VectorizeMode>(m);
      const bool vectorize = kind == ActionKind::kVectorize;
      if (vectorize ? !mask.Allows(mode) : m > 0) continue;
      std::vector<int64_t> chosen;
      ForEachSizes(mask.sizes[SizeSlot(kind, mode)], &chosen,
                   [&](const std::vector<int64_t>& sizes) {
                     Action action;
                     action.kind = kind;
                     action.sizes = sizes;
                     if (vectorize) action.mode = mode;
                     visit(action);
                   });
    }
  }
  if (mask.Allows(ActionKind::kInterchange)) {
    Action action;
    action.kind = ActionKind::kInterchange;
    for (int i = 0; i < mask.num_loops; ++i) action.order.push_back(i);
    // The first permutation is the identity, which is no action.
    while (std::next_permutation(action.order.begin(), action.order.end()))
      visit(action);
  }
}

class Search {
 public:
  Search(const SyntheticProgram& program, const MachineModel& machine)
      : program_(program), machine_(machine) {}

  void Visit(const SyntheticNest& nest) {
    ForEachAction(SyntheticMask(program_, nest, history_), [&](const Action& action) {
      SyntheticNest next = nest;
      ApplyToNest(action, &next);
      history_.push_back(action);
      if (IsTerminal(action.kind)) {
        Consider(next);
      } else {
        Visit(next);
      }
      history_.pop_back();
    });
  }

  SyntheticOptimum best;

 private:
  void Consider(const SyntheticNest& nest) {
    const double seconds = SyntheticSeconds(program_, machine_, nest);
    if (best.schedule.empty() || seconds < best.seconds) best = {seconds, history_};
  }

  const SyntheticProgram& program_;
  const MachineModel& machine_;
  Schedule history_;
};

}  // namespace

ActionMask SyntheticMask(const SyntheticProgram& program, const SyntheticNest& nest,
                         const Schedule& history) {
  ActionMask mask;
  mask.num_loops = program.num_loops();
  if (!history.empty() && IsTerminal(history.back().kind)) return mask;
  mask.kinds = BitOf(ActionKind::kStop) | BitOf(ActionKind::kVectorize);
  mask.modes = BitOf(VectorizeMode::kContract);
  mask.sizes[SizeSlot(ActionKind::kVectorize, VectorizeMode::kContract)] =
      RegisterSizes(nest);
  if (program.anchor == AnchorKind::kReduction) {
    mask.modes |= BitOf(VectorizeMode::kReduction);
    mask.sizes[SizeSlot(ActionKind::kVectorize, VectorizeMode::kReduction)] =
        RegisterSizes(nest);
  }
  if (!nest.tiled) {
    mask.kinds |= BitOf(ActionKind::kTile);
    mask.sizes[SizeSlot(ActionKind::kTile, VectorizeMode::kContract)] =
        TileSizes(program);
  }
  if (!Contains(history, ActionKind::kInterchange)) {
    mask.kinds |= BitOf(ActionKind::kInterchange);
  }
  return mask;
}

void ApplyToNest(const Action& action, SyntheticNest* nest) {
  switch (action.kind) {
    case ActionKind::kInterchange:
      nest->inner_order = action.order;
      break;
    case ActionKind::kTile:
      // The band takes the pending order; the loops inside it keep the anchor's own.
      nest->tile_order = nest->inner_order;
      std::sort(nest->inner_order.begin(), nest->inner_order.end());
      for (size_t l = 0; l < nest->tile.size(); ++l) {
        if (action.sizes[l] > 0) nest->tile[l] = action.sizes[l];
      }
      nest->tiled = true;
      break;
    case ActionKind::kVectorize:
      nest->registers = action.sizes;
      nest->mode = action.mode;
      break;
    case ActionKind::kParallelize:  // Masked: the machine has one core.
    case ActionKind::kPack:         // Masked: there is no traffic within tiles.
    case ActionKind::kFuse:         // Masked: the anchor is alone.
    case ActionKind::kStop:
      break;
  }
}

Observation Observe(const SyntheticProgram& program, const MachineModel& machine,
                    const SyntheticNest& nest, const Schedule& history) {
  NestState state;
  state.anchor = program.anchor;
  for (int l = 0; l < program.num_loops(); ++l) {
    state.loops.push_back(DescribeLoop(program, nest, history, l));
  }
  state.outer_loops = OuterLoops(program, nest);
  for (size_t i = 0; i < program.strides.size(); ++i) {
    OperandState operand;
    operand.output = i + 1 == program.strides.size();
    operand.stride = program.strides[i];
    operand.elements = program.Footprint(i, program.extents);
    operand.dimensions = Dimensions(program.strides[i]);
    state.operands.push_back(operand);
  }
  state.flops = program.flops();
  state.bytes = program.bytes();
  state.history = history;
  state.machine = machine;
  Observation observation;
  Featurize(state, &observation);
  observation.mask = SyntheticMask(program, nest, history);
  return observation;
}

SyntheticOptimum SearchExhaustively(const SyntheticProgram& program,
                                    const MachineModel& machine) {
  Search search(program, machine);
  search.Visit(Untransformed(program));
  return search.best;
}

}  // namespace weft
