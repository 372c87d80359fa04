#include "common/policy/decision_batch.h"

#include <algorithm>

namespace weft {
namespace {

void AddUsed(const Part& part, ChoiceBatch* batch) {
  for (int64_t i = 0; i < batch->options; ++i) {
    batch->legal.push_back(part.legal >> i & 1);
  }
  batch->chosen.push_back(part.chosen);
  batch->used.push_back(1);
}

void AddUnused(ChoiceBatch* batch) {
  batch->legal.insert(batch->legal.end(), batch->options, 1);
  batch->chosen.push_back(0);
  batch->used.push_back(0);
}

void AddPadded(const std::vector<Part>& parts, int64_t rows, ChoiceBatch* batch) {
  for (const Part& part : parts) AddUsed(part, batch);
  for (int64_t i = static_cast<int64_t>(parts.size()); i < rows; ++i) AddUnused(batch);
}

}  // namespace

absl::StatusOr<ActionParts> Decompose(const ActionMask& mask, const Action& action) {
  const absl::Status legal = CheckLegal(mask, action);
  if (!legal.ok()) return legal;
  ActionParts parts;
  parts.kind = {mask.kinds, static_cast<int>(action.kind)};
  if (action.kind == ActionKind::kInterchange) {
    std::vector<int> chosen;
    for (int loop : action.order) {
      parts.order.push_back({LegalNextLoops(mask, chosen), loop});
      chosen.push_back(loop);
    }
    return parts;
  }
  if (!TakesSizes(action.kind)) return parts;
  if (action.kind == ActionKind::kVectorize) {
    parts.mode = Part{mask.modes, static_cast<int>(*action.mode)};
  }
  parts.slot = SizeSlot(action.kind, action.mode.value_or(VectorizeMode::kContract));
  std::vector<int64_t> chosen;
  for (int64_t size : action.sizes) {
    parts.sizes.push_back(
        {LegalSizes(mask.sizes[parts.slot], chosen), SizeIndex(size)});
    chosen.push_back(size);
  }
  return parts;
}

TokenBatch BatchTokens(const std::vector<const Observation*>& observations) {
  TokenBatch batch;
  batch.decisions = static_cast<int64_t>(observations.size());
  for (const Observation* observation : observations) {
    batch.lengths.push_back(observation->num_tokens());
    batch.tokens = std::max(batch.tokens, batch.lengths.back());
  }
  batch.features.assign(batch.decisions * batch.tokens * kTokenWidth, 0.0f);
  batch.token_kinds.assign(batch.decisions * batch.tokens, 0);
  for (int64_t i = 0; i < batch.decisions; ++i) {
    const Observation& observation = *observations[i];
    std::copy(observation.features.begin(), observation.features.end(),
              batch.features.begin() + i * batch.tokens * kTokenWidth);
    std::transform(observation.kinds.begin(), observation.kinds.end(),
                   batch.token_kinds.begin() + i * batch.tokens,
                   [](TokenKind kind) { return static_cast<int64_t>(kind); });
  }
  return batch;
}

PartBatch BatchParts(const std::vector<const ActionParts*>& actions) {
  PartBatch batch;
  batch.decisions = static_cast<int64_t>(actions.size());
  batch.loops = 1;
  for (const ActionParts* action : actions) {
    batch.loops = std::max<int64_t>(
        batch.loops, std::max(action->sizes.size(), action->order.size()));
  }
  batch.kind.options = kNumActionKinds;
  batch.mode.options = kNumVectorizeModes;
  batch.sizes.options = kNumSizes;
  batch.order.options = batch.loops;
  for (const ActionParts* action : actions) {
    batch.slots.push_back(action->slot);
    AddUsed(action->kind, &batch.kind);
    action->mode ? AddUsed(*action->mode, &batch.mode) : AddUnused(&batch.mode);
    AddPadded(action->sizes, batch.loops, &batch.sizes);
    AddPadded(action->order, batch.loops, &batch.order);
  }
  return batch;
}

}  // namespace weft
