#include "actor/worker/transforms/emit_schedule.h"

#include "actor/worker/transforms/emission.h"

namespace weft {
namespace {

void Emit(const Action& action, Emission* emission) {
  switch (action.kind) {
    case ActionKind::kParallelize:
      return EmitParallelize(action, emission);
    case ActionKind::kTile:
      return EmitTile(action, emission);
    case ActionKind::kInterchange:
      return EmitInterchange(action, emission);
    case ActionKind::kVectorize:
      return EmitVectorize(action, emission);
    case ActionKind::kStop:
      return EmitStop(action, emission);
    case ActionKind::kPack:
      return EmitPack(action, emission);
    case ActionKind::kFuse:
      return EmitFuse(action, emission);
  }
}

}  // namespace

std::string EmitScheduleModule(const ProgramInfo& program, const Schedule& schedule,
                               const MachineModel& machine) {
  const StructuredOp& anchor = program.anchor();
  Emission emission{program, machine, Nest(program), {}, {}, false, {}, {}, {}, {}, {}};
  emission.bands_take_fill = program.fusion.bands_take_fill;
  emission.anchor = emission.text.MatchEach(anchor.name, anchor.count)[anchor.index];
  for (size_t i = 0; i < schedule.size(); ++i) {
    emission.fuse_follows =
        i + 1 < schedule.size() && schedule[i + 1].kind == ActionKind::kFuse;
    Emit(schedule[i], &emission);
    emission.nest.Advance(schedule[i]);
  }
  return emission.text.Module();
}

}  // namespace weft
