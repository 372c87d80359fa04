// The loop nest of the anchor as the actions so far have shaped it, without any IR.
#ifndef WEFT_ACTOR_NEST_NEST_H_
#define WEFT_ACTOR_NEST_NEST_H_

#include <cstdint>
#include <vector>

#include "actor/nest/program_info.h"
#include "actor/nest/structured_op.h"
#include "common/schedule/action.h"

namespace weft {

// Plain data; tiles divide their loop, panels are padded, and masked vectors do not
// split theirs, so the extents are exact. Only vectors, which end the schedule, may
// leave a rest.
struct Nest {
  explicit Nest(const StructuredOp& anchor, uint32_t fusable_loops = 0);
  explicit Nest(const ProgramInfo& program);

  // Requires a legal action.
  void Advance(const Action& action);

  // The tile sizes that make bands: 0 where `sizes` leaves a loop as it is.
  std::vector<int64_t> SplittingSizes(const std::vector<int64_t>& sizes) const;

  StructuredOp op;                     // The anchor, or what packing made of it.
  std::vector<int64_t> full_extents;   // Without any band; of panels once packed.
  std::vector<int64_t> extents;        // Of the anchor inside every band so far.
  std::vector<bool> reduction;         // Per loop.
  std::vector<bool> parallelized;      // Per loop.
  std::vector<int> times_tiled;        // Per loop; every kind of band counts.
  std::vector<bool> counts_panels;     // Per loop: packing split it.
  std::vector<bool> inside_panel;      // Per loop: packing made it.
  std::vector<int> pending_order;      // Of the next band; empty: none.
  std::vector<OuterLoop> outer_loops;  // Every band so far, outermost first.
  Schedule history;
  int tile_bands = 0;  // By tile actions alone.
  bool was_parallelized = false;
  bool was_fused = false;
  bool was_packed = false;
  bool done = false;
  // Bit i: tiles of loop i can be shared with the program's fusion group; 0: no group.
  uint32_t fusable_loops = 0;

 private:
  // A band over loops in this order; empty: as they are.
  void Split(const std::vector<int64_t>& sizes, const std::vector<int>& order,
             bool parallel);
  void SplitToRegisterTile(const std::vector<int64_t>& sizes);
  void Pack(const std::vector<int64_t>& sizes);
};

}  // namespace weft

#endif  // WEFT_ACTOR_NEST_NEST_H_
