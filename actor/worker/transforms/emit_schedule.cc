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
  }
}

}  // namespace

std::string EmitScheduleModule(const ProgramInfo& program, const Schedule& schedule,
                               const MachineModel& machine) {
  const StructuredOp& anchor = program.anchor();
  Emission emission{program, machine, Nest(anchor), "", ScheduleText()};
  emission.anchor = emission.text.MatchEach(anchor.name, anchor.count)[anchor.index];
  for (const Action& action : schedule) {
    Emit(action, &emission);
    emission.nest.Advance(action);
  }
  return emission.text.Module();
}

}  // namespace weft
