// The references of the programs that a worker measured last.
#ifndef WEFT_ACTOR_WORKER_SERVER_REFERENCE_CACHE_H_
#define WEFT_ACTOR_WORKER_SERVER_REFERENCE_CACHE_H_

#include <list>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "actor/worker/measure/reference.h"

namespace weft {

// Bounded by the memory of the outputs and by their number, for each holds a
// descriptor; the least recently used go first. Not thread-safe.
class ReferenceCache {
 public:
  static constexpr size_t kMaxEntries = 64;
  static constexpr int64_t kMaxBytes = int64_t{256} << 20;

  // The reference of the program with this text, computed by Reference::Compute unless
  // it is known. Valid until the next call. Failures are not remembered: a time limit
  // that was too short may be longer next time.
  absl::StatusOr<const Reference*> FindOrCompute(
      const std::string& source, const CompileFunction& compile_unscheduled,
      double flops, const ChildLimits& limits);

 private:
  struct Entry {
    std::string source;
    std::unique_ptr<Reference> reference;
  };
  void Evict();

  std::list<Entry> entries_;  // The most recently used first.
};

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_SERVER_REFERENCE_CACHE_H_
