#include "actor/search/plan.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "actor/search/action_repair.h"

namespace weft {
namespace {

constexpr uint32_t kOnlyStop = uint32_t{1} << static_cast<int>(ActionKind::kStop);

Action Complete(const Observation& observation, Completion completion, size_t taken,
                const InformedPolicy& informed, std::mt19937_64& random) {
  if (completion == Completion::kEnd || taken + 1 >= size_t{kMaxActions}) {
    return informed.DecideTerminal(observation.mask, random);
  }
  const RandomPolicy uniform;
  const Policy& policy = completion == Completion::kUniform
                             ? static_cast<const Policy&>(uniform)
                             : informed;
  return policy.Decide(observation, Selection::kSample, random).action;
}

}  // namespace

absl::StatusOr<Schedule> PlaySchedule(Environment& environment,
                                      const std::string& program, const Plan& plan,
                                      const InformedPolicy& informed,
                                      std::mt19937_64& random) {
  absl::StatusOr<Observation> observation = environment.Reset(program);
  if (!observation.ok()) return observation.status();
  Schedule schedule;
  size_t next = 0;
  while (schedule.empty() || !IsTerminal(schedule.back().kind)) {
    if (observation->mask.kinds == 0) {
      return absl::InternalError(
          absl::StrCat(program, ": no legal action after '", ToString(schedule), "'"));
    }
    std::optional<Action> action;
    while (!action && next < plan.wanted.size()) {
      const Action& wanted = plan.wanted[next++];
      if (ChangesNothing(observation->mask, wanted)) continue;
      action = RepairAction(observation->mask, wanted);
    }
    if (!action) {
      action =
          Complete(*observation, plan.completion, schedule.size(), informed, random);
    }
    observation = environment.Apply(*action);
    if (!observation.ok()) return observation.status();
    schedule.push_back(*std::move(action));
  }
  return schedule;
}

absl::StatusOr<EpisodeResult> MeasureSchedule(Environment& environment,
                                              const std::string& program,
                                              const Schedule& schedule) {
  absl::StatusOr<Observation> observation = environment.Reset(program);
  if (!observation.ok()) return observation.status();
  for (const Action& action : schedule) {
    // After a failed action only a stop is legal, which ends the episode; Finish then
    // tells why.
    const bool failed =
        observation->mask.kinds == kOnlyStop && action.kind != ActionKind::kStop;
    observation = environment.Apply(failed ? Action{} : action);
    if (!observation.ok()) return observation.status();
    if (failed) break;
  }
  return environment.Finish();
}

}  // namespace weft
