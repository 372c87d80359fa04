#include "actor/worker/server/reference_cache.h"

#include <utility>

namespace weft {

absl::StatusOr<const Reference*> ReferenceCache::FindOrCompute(
    const std::string& source, const CompileFunction& compile_unscheduled, double flops,
    const ChildLimits& limits) {
  for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
    if (entry->source != source) continue;
    entries_.splice(entries_.begin(), entries_, entry);
    return entries_.front().reference.get();
  }
  absl::StatusOr<std::unique_ptr<Reference>> reference =
      Reference::Compute(compile_unscheduled, flops, limits);
  if (!reference.ok()) return reference.status();
  entries_.push_front({source, std::move(*reference)});
  Evict();
  return entries_.front().reference.get();
}

void ReferenceCache::Evict() {
  int64_t bytes = 0;
  size_t count = 0;
  for (auto entry = entries_.begin(); entry != entries_.end(); ++entry, ++count) {
    bytes += entry->reference->output_bytes();
    // The one just asked for stays, however large it is.
    if (count > 0 && (count >= kMaxEntries || bytes > kMaxBytes)) {
      entries_.erase(entry, entries_.end());
      return;
    }
  }
}

}  // namespace weft
