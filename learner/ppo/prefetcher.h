// Makes things on a thread of its own before they are asked for.
#ifndef WEFT_LEARNER_PPO_PREFETCHER_H_
#define WEFT_LEARNER_PPO_PREFETCHER_H_

#include <chrono>
#include <deque>
#include <exception>
#include <functional>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace weft {

// Calls make(0), make(1), ... make(count - 1) in this order on one thread, at most
// `ahead` beyond what Next has taken. What comes out does not depend on which thread is
// faster. One thread calls Next; the destructor waits for a make under way and drops
// what was not taken. What make throws, Next throws, after all that was made before.
template <typename T>
class Prefetcher {
 public:
  Prefetcher(int count, int ahead, std::function<T(int)> make)
      : count_(count),
        ahead_(ahead),
        make_(std::move(make)),
        thread_([this] { Run(); }) {}

  ~Prefetcher() {
    {
      absl::MutexLock lock(&mutex_);
      stopping_ = true;
    }
    thread_.join();
  }
  Prefetcher(const Prefetcher&) = delete;
  Prefetcher& operator=(const Prefetcher&) = delete;

  // Call at most `count` times.
  T Next() {
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(this, &Prefetcher::HasMade));
    if (made_.empty()) std::rethrow_exception(error_);
    T made = std::move(made_.front());
    made_.pop_front();
    return made;
  }

  // Seconds that make has taken so far.
  double seconds() const {
    absl::MutexLock lock(&mutex_);
    return seconds_;
  }

 private:
  bool HasMade() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return !made_.empty() || error_ != nullptr;
  }
  bool MayMake() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return stopping_ || static_cast<int>(made_.size()) < ahead_;
  }

  void Run() {
    try {
      MakeAll();
    } catch (...) {
      absl::MutexLock lock(&mutex_);
      error_ = std::current_exception();
    }
  }

  void MakeAll() {
    for (int i = 0; i < count_; ++i) {
      {
        absl::MutexLock lock(&mutex_);
        mutex_.Await(absl::Condition(this, &Prefetcher::MayMake));
        if (stopping_) return;
      }
      const auto start = std::chrono::steady_clock::now();
      T made = make_(i);
      const std::chrono::duration<double> taken =
          std::chrono::steady_clock::now() - start;
      absl::MutexLock lock(&mutex_);
      made_.push_back(std::move(made));
      seconds_ += taken.count();
    }
  }

  const int count_;
  const int ahead_;
  const std::function<T(int)> make_;
  mutable absl::Mutex mutex_;
  std::deque<T> made_ ABSL_GUARDED_BY(mutex_);
  double seconds_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::exception_ptr error_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;  // Last: it uses what is above.
};

}  // namespace weft

#endif  // WEFT_LEARNER_PPO_PREFETCHER_H_
