// One implementation per action kind: each appends the transforms of one action.
#ifndef WEFT_ACTOR_WORKER_TRANSFORMS_EMISSION_H_
#define WEFT_ACTOR_WORKER_TRANSFORMS_EMISSION_H_

#include <optional>

#include "actor/nest/nest.h"
#include "actor/nest/program_info.h"
#include "actor/worker/transforms/neighbours.h"
#include "actor/worker/transforms/schedule_text.h"
#include "actor/worker/transforms/vectorize_pack.h"
#include "common/schedule/action.h"
#include "common/schedule/features.h"

namespace weft {

// Packing and fusing rename or move the anchor; from then on this attribute marks it.
inline constexpr char kAnchorAttribute[] = "weft.anchor";

// What a schedule has become when an action is emitted.
struct Emission {
  const ProgramInfo& program;
  const MachineModel& machine;
  Nest nest;      // Before the action.
  Handle anchor;  // Of the anchor inside every band so far.
  ScheduleText text;
  bool fuse_follows = false;  // The next action is fuse.
  Handle forall;              // Of parallelize's loop; empty: none.
  // The output's fill is where the anchor is, and the next band over parallel loops may
  // take it along.
  bool bands_take_fill = false;
  // Fuse has put the group's epilogue where the anchor is, and such a band may take it
  // along, too.
  bool bands_take_epilogue = false;
  // Of the packed result, until it is vectorized.
  std::optional<Unpacking> unpacking;
  // Of the other operations; matched when first needed, see MatchNeighbours.
  std::optional<Neighbours> neighbours;
};

// Each requires that the action is legal; the caller advances `nest` afterwards.
void EmitParallelize(const Action& action, Emission* emission);
void EmitFuse(const Action& action, Emission* emission);
void EmitPack(const Action& action, Emission* emission);
void EmitTile(const Action& action, Emission* emission);
void EmitInterchange(const Action& action, Emission* emission);
void EmitVectorize(const Action& action, Emission* emission);
void EmitStop(const Action& action, Emission* emission);

// The handles of the operations that are not the anchor. Positions among operations of
// one name are those of the program only before anything is fused, packed or
// vectorized, so that whoever does one of these calls this first.
Neighbours& MatchNeighbours(Emission* emission);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_TRANSFORMS_EMISSION_H_
