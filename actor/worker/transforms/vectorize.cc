#include <map>
#include <utility>

#include "actor/worker/transforms/anchor_band.h"
#include "actor/worker/transforms/cleanup.h"
#include "actor/worker/transforms/emission.h"
#include "actor/worker/transforms/neighbours.h"
#include "actor/worker/transforms/register_tile.h"

namespace weft {
namespace {

// All but `companions`, which keep their handles.
void VectorizeOthers(const std::vector<int>& companions, Emission* emission) {
  Neighbours& neighbours = MatchNeighbours(emission);
  std::map<int, Handle> kept;
  for (const int index : companions) {
    kept[index] = std::exchange(neighbours[index].handle, "");
  }
  VectorizeNeighbours(neighbours, emission->machine, &emission->text);
  for (auto& [index, handle] : kept) neighbours[index].handle = std::move(handle);
}

}  // namespace

void EmitVectorize(const Action& action, Emission* emission) {
  RegisterTile tile;
  tile.sizes = action.sizes;
  tile.mode = action.mode.value_or(VectorizeMode::kContract);
  const StructuredOp& op = emission->nest.op;
  std::vector<int64_t> extents = emission->nest.extents;
  // Partial results start from zeros of their own, and a rest would need the fill, too.
  emission->bands_take_fill &=
      tile.mode != VectorizeMode::kReduction && !LeavesRest(extents, tile.sizes);
  const std::vector<int64_t> band = RegisterBand(op, extents, tile.sizes);
  const std::vector<int> companions = Companions(band, *emission);
  // The others come first: they are found by their position among operations of the
  // same name, and vectorizing the anchor can add such operations.
  VectorizeOthers(companions, emission);
  const std::vector<int64_t> around =
      BandAroundRest(op, extents, tile.sizes, emission->nest.pending_order);
  EmitBand(around, emission);
  extents = InsideBand(std::move(extents), around);
  emission->anchor =
      SplitOffRest(op, tile, emission->anchor, &extents, &emission->text);
  EmitBand(RegisterBand(op, extents, tile.sizes), emission);
  LeaveUnpack(emission);
  std::vector<Handle> handles;
  for (const int index : companions) {
    handles.push_back(MatchNeighbours(emission)[index].handle);
  }
  VectorizeRegisterTile(op, extents, tile, emission->anchor, handles, &emission->text);
  EmitVectorCleanup(&emission->text);
}

}  // namespace weft
