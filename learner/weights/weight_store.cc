#include "learner/weights/weight_store.h"

#include <utility>

#include "common/wire/crc32c.h"

namespace weft {

bool WeightStore::Publish(uint64_t version, std::string bytes) {
  Weights weights;
  weights.version = version;
  weights.crc32c = Crc32c(bytes);  // Outside the lock: it takes milliseconds.
  weights.bytes = std::make_shared<const std::string>(std::move(bytes));
  absl::MutexLock lock(&mutex_);
  if (version <= latest_.version) return false;
  latest_ = std::move(weights);
  return true;
}

void WeightStore::Keep() {
  absl::MutexLock lock(&mutex_);
  kept_ = latest_;
}

Weights WeightStore::Exactly(uint64_t version) const {
  absl::MutexLock lock(&mutex_);
  if (version == latest_.version) return latest_;
  if (version == kept_.version) return kept_;
  return {};
}

Weights WeightStore::Latest() const {
  absl::MutexLock lock(&mutex_);
  return latest_;
}

uint64_t WeightStore::version() const {
  absl::MutexLock lock(&mutex_);
  return latest_.version;
}

absl::string_view WeightsChunkAt(const Weights& weights, size_t offset) {
  if (weights.bytes == nullptr || offset >= weights.bytes->size()) return {};
  return absl::string_view(*weights.bytes).substr(offset, kWeightsChunkBytes);
}

}  // namespace weft
