// The newest weights, ready to be sent.
#ifndef WEFT_LEARNER_WEIGHTS_WEIGHT_STORE_H_
#define WEFT_LEARNER_WEIGHTS_WEIGHT_STORE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"

namespace weft {

// One published version. The bytes are shared and never change, so a slow reader goes
// on with its version while newer ones are published.
struct Weights {
  uint64_t version = 0;  // 0: nothing was published yet; `bytes` is then null.
  std::shared_ptr<const std::string> bytes;
  uint32_t crc32c = 0;  // Of all bytes.
};

// Holds the newest version, and one more that was kept. Thread-safe.
class WeightStore {
 public:
  // Replaces the newest weights. `version` is at least 1; versions only grow, except
  // that a publication of the present version or an older one is ignored (returns
  // false).
  bool Publish(uint64_t version, std::string bytes);

  // Keeps the newest version until the next Keep, whatever is published meanwhile.
  void Keep();

  Weights Latest() const;
  // The newest or the kept one; without bytes when it is neither.
  Weights Exactly(uint64_t version) const;
  uint64_t version() const;

 private:
  mutable absl::Mutex mutex_;
  Weights latest_ ABSL_GUARDED_BY(mutex_);
  Weights kept_ ABSL_GUARDED_BY(mutex_);
};

// Bytes of a chunk on the wire: large enough for 100 MB/s and more, small enough that a
// message is no burden.
inline constexpr size_t kWeightsChunkBytes = 1 << 20;

// The chunk at `offset`; empty at the end and beyond.
absl::string_view WeightsChunkAt(const Weights& weights, size_t offset);

}  // namespace weft

#endif  // WEFT_LEARNER_WEIGHTS_WEIGHT_STORE_H_
