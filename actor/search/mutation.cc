#include "actor/search/mutation.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace weft {
namespace {

// Moves one size of an action by one or two entries of the table.
void MoveSize(Action* action, std::mt19937_64& random) {
  if (action->sizes.empty()) return;
  int64_t& size = action->sizes[random() % action->sizes.size()];
  const int step = 1 + static_cast<int>(random() % 2);
  const int index = SizeIndex(size) + (random() % 2 == 0 ? step : -step);
  size = kSizeTable[std::clamp(index, 0, kNumSizes - 1)];
}

std::vector<size_t> ActionsWithSizes(const Schedule& schedule) {
  std::vector<size_t> found;
  for (size_t i = 0; i < schedule.size(); ++i) {
    if (!schedule[i].sizes.empty()) found.push_back(i);
  }
  return found;
}

// A band of one loop at one size, which repair fits to the nest.
Action SingleLoopBand(ActionKind kind, size_t num_loops, std::mt19937_64& random) {
  Action band;
  band.kind = kind;
  band.sizes.assign(num_loops, 0);
  band.sizes[random() % num_loops] = kSizeTable[1 + random() % (kNumSizes - 1)];
  return band;
}

bool Has(const Schedule& schedule, ActionKind kind) {
  return std::any_of(schedule.begin(), schedule.end(),
                     [kind](const Action& action) { return action.kind == kind; });
}

// Before any action a loop over tiles, each of which is then packed and unpacked in the
// cache; elsewhere a band more.
void InsertBand(Schedule* schedule, size_t num_loops, size_t position,
                std::mt19937_64& random) {
  const bool around_packing = Has(*schedule, ActionKind::kPack) &&
                              !Has(*schedule, ActionKind::kParallelize) &&
                              random() % 2 == 0;
  if (!around_packing) {
    schedule->insert(schedule->begin() + static_cast<long>(position),
                     SingleLoopBand(ActionKind::kTile, num_loops, random));
    return;
  }
  Action fuse;
  fuse.kind = ActionKind::kFuse;
  schedule->insert(schedule->begin(), fuse);
  schedule->insert(schedule->begin(),
                   SingleLoopBand(ActionKind::kParallelize, num_loops, random));
}

Plan MoveSizes(Schedule schedule, int count, std::mt19937_64& random) {
  const std::vector<size_t> sized = ActionsWithSizes(schedule);
  for (int i = 0; i < count && !sized.empty(); ++i) {
    MoveSize(&schedule[sized[random() % sized.size()]], random);
  }
  return {std::move(schedule), Completion::kInformed};
}

}  // namespace

Plan Mutate(const Schedule& schedule, std::mt19937_64& random) {
  Schedule changed = schedule;
  const size_t position = random() % changed.size();
  const bool only_end = changed.size() == 1;
  switch (random() % 8) {
    case 0:
    case 1:
      return MoveSizes(std::move(changed), 1, random);
    case 2:
      return MoveSizes(std::move(changed), 2, random);
    case 3:
    case 4:  // Another register tile.
      changed.pop_back();
      return {std::move(changed), Completion::kEnd};
    case 5:  // One action less, or a new schedule from a lone end.
      if (only_end) return {{}, Completion::kInformed};
      changed.erase(changed.begin() +
                    static_cast<long>(random() % (changed.size() - 1)));
      return {std::move(changed), Completion::kInformed};
    case 6: {  // One band more.
      const std::vector<size_t> sized = ActionsWithSizes(changed);
      if (sized.empty()) return {{}, Completion::kInformed};
      InsertBand(&changed, changed[sized[0]].sizes.size(), position, random);
      return {std::move(changed), Completion::kInformed};
    }
    default:
      changed.resize(position);
      return {std::move(changed), Completion::kInformed};
  }
}

Plan CrossOver(const Schedule& first, const Schedule& second, std::mt19937_64& random) {
  const size_t head = random() % (first.size() + 1);
  const size_t tail = random() % (second.size() + 1);
  Plan plan;
  plan.wanted.assign(first.begin(), first.begin() + static_cast<long>(head));
  if (!plan.wanted.empty() && IsTerminal(plan.wanted.back().kind)) {
    plan.wanted.pop_back();
  }
  plan.wanted.insert(plan.wanted.end(), second.begin() + static_cast<long>(tail),
                     second.end());
  return plan;
}

}  // namespace weft
