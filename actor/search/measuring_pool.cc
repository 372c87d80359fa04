#include "actor/search/measuring_pool.h"

#include <utility>

#include "absl/time/time.h"
#include "actor/search/plan.h"

namespace weft {
namespace {

// How often a waiting thread looks whether it should stop.
constexpr absl::Duration kSlice = absl::Milliseconds(100);

}  // namespace

MeasuringPool::MeasuringPool(const EnvironmentFactory& factory, int threads) {
  for (int i = 0; i < threads; ++i) {
    threads_.emplace_back([this, factory] { Work(factory); });
  }
}

MeasuringPool::~MeasuringPool() {
  {
    absl::MutexLock lock(&mutex_);
    shutdown_ = true;
    jobs_.clear();
  }
  for (std::thread& thread : threads_) thread.join();
}

void MeasuringPool::Work(const EnvironmentFactory& factory) {
  const std::unique_ptr<Environment> environment = factory();
  while (true) {
    Job job;
    {
      absl::MutexLock lock(&mutex_);
      while (!mutex_.AwaitWithTimeout(absl::Condition(this, &MeasuringPool::HasWork),
                                      kSlice)) {
      }
      if (shutdown_) return;
      job = jobs_.back();
      jobs_.pop_back();
      ++running_;
    }
    absl::StatusOr<EpisodeResult> result =
        MeasureSchedule(*environment, *job.program, *job.schedule);
    absl::MutexLock lock(&mutex_);
    --running_;
    done_.push_back({job.index, std::move(result)});
  }
}

void MeasuringPool::Measure(const std::string& program,
                            const std::vector<Schedule>& schedules,
                            const std::function<bool()>& stop,
                            const Finished& finished) {
  {
    absl::MutexLock lock(&mutex_);
    for (size_t i = schedules.size(); i-- > 0;) {
      jobs_.push_back({&program, &schedules[i], i});
    }
  }
  while (true) {
    const bool stopping = stop();
    std::vector<Done> news;
    bool over = false;
    {
      absl::MutexLock lock(&mutex_);
      if (stopping) jobs_.clear();
      mutex_.AwaitWithTimeout(absl::Condition(this, &MeasuringPool::HasNews), kSlice);
      news.swap(done_);
      over = jobs_.empty() && running_ == 0;
    }
    for (const Done& done : news) finished(done.index, done.result);
    if (over) return;
  }
}

}  // namespace weft
