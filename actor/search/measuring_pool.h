// Several environments at work at once.
#ifndef WEFT_ACTOR_SEARCH_MEASURING_POOL_H_
#define WEFT_ACTOR_SEARCH_MEASURING_POOL_H_

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "actor/environment/environment.h"

namespace weft {

// Makes an environment on the thread that will use it.
using EnvironmentFactory = std::function<std::unique_ptr<Environment>()>;

// A fixed number of threads, each with an environment of its own that lives as long as
// the thread does, as WorkerEnvironment demands. Their schedules compile side by side;
// it is the environments' timing lease that lets only one be timed at a time. Used from
// one thread.
class MeasuringPool {
 public:
  using Finished =
      std::function<void(size_t index, const absl::StatusOr<EpisodeResult>& result)>;

  MeasuringPool(const EnvironmentFactory& factory, int threads);
  ~MeasuringPool();
  MeasuringPool(const MeasuringPool&) = delete;
  MeasuringPool& operator=(const MeasuringPool&) = delete;

  // Measures every schedule, in any order, and tells of each as it is done by calling
  // `finished` on the caller's thread. Returns when all are done; schedules not begun
  // when `stop` turns true are dropped. How long that takes is bounded by the deadlines
  // of the environment.
  void Measure(const std::string& program, const std::vector<Schedule>& schedules,
               const std::function<bool()>& stop, const Finished& finished)
      ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Job {
    const std::string* program;
    const Schedule* schedule;
    size_t index;
  };
  struct Done {
    size_t index;
    absl::StatusOr<EpisodeResult> result;
  };

  void Work(const EnvironmentFactory& factory);
  bool HasWork() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return shutdown_ || !jobs_.empty();
  }
  bool HasNews() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return !done_.empty(); }

  absl::Mutex mutex_;
  bool shutdown_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<Job> jobs_ ABSL_GUARDED_BY(mutex_);  // Not begun; the last is next.
  int running_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<Done> done_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::thread> threads_;
};

}  // namespace weft

#endif  // WEFT_ACTOR_SEARCH_MEASURING_POOL_H_
