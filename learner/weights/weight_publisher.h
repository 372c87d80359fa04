// Makes the bytes of new weights beside training, and publishes them.
#ifndef WEFT_LEARNER_WEIGHTS_WEIGHT_PUBLISHER_H_
#define WEFT_LEARNER_WEIGHTS_WEIGHT_PUBLISHER_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "learner/weights/weight_store.h"

namespace weft {

// Has one thread, which publishes one version after the other. Thread-safe.
class WeightPublisher {
 public:
  using Serializer = std::function<absl::StatusOr<std::string>()>;
  // Told of every publication, or of why there was none; on the publisher's thread.
  using Observer = std::function<void(uint64_t version, const absl::Status&)>;

  // `store` must outlive it.
  WeightPublisher(WeightStore* store, Observer observer);
  ~WeightPublisher();  // Waits for all that was handed to it.
  WeightPublisher(const WeightPublisher&) = delete;
  WeightPublisher& operator=(const WeightPublisher&) = delete;

  // Publishes what `serializer` makes once the version before it is out. A version that
  // waits for that gives way to this one: nobody would ask for it any more.
  void Publish(uint64_t version, Serializer serializer) ABSL_LOCKS_EXCLUDED(mutex_);

  // Waits until everything handed over before is published or has failed.
  void Flush() ABSL_LOCKS_EXCLUDED(mutex_);
  // Whether there is nothing that Flush would wait for.
  bool idle() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Pending {
    uint64_t version = 0;
    Serializer serializer;
  };

  void Run();
  bool IsIdle() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return !waiting_.has_value() && !publishing_;
  }
  bool HasWork() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return waiting_.has_value() || stopping_;
  }

  WeightStore* const store_;
  const Observer observer_;
  mutable absl::Mutex mutex_;
  std::optional<Pending> waiting_ ABSL_GUARDED_BY(mutex_);
  bool publishing_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // Last: it uses what is above.
};

}  // namespace weft

#endif  // WEFT_LEARNER_WEIGHTS_WEIGHT_PUBLISHER_H_
