// Work that has to be done again and again beside everything else.
#ifndef WEFT_LEARNER_SERVING_PERIODIC_TASK_H_
#define WEFT_LEARNER_SERVING_PERIODIC_TASK_H_

#include <functional>
#include <thread>

#include "absl/synchronization/notification.h"
#include "absl/time/time.h"

namespace weft {

// Runs `work` on a thread of its own, with `interval` between the end of one run and
// the start of the next. The destructor waits for a run under way and ends the thread.
class PeriodicTask {
 public:
  PeriodicTask(absl::Duration interval, std::function<void()> work)
      : thread_([this, interval, work = std::move(work)] {
          while (!stop_.WaitForNotificationWithTimeout(interval)) work();
        }) {}
  ~PeriodicTask() {
    stop_.Notify();
    thread_.join();
  }
  PeriodicTask(const PeriodicTask&) = delete;
  PeriodicTask& operator=(const PeriodicTask&) = delete;

 private:
  absl::Notification stop_;
  std::thread thread_;  // Last: it uses stop_.
};

}  // namespace weft

#endif  // WEFT_LEARNER_SERVING_PERIODIC_TASK_H_
