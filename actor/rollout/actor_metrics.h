// What an actor tells Prometheus.
#ifndef WEFT_ACTOR_ROLLOUT_ACTOR_METRICS_H_
#define WEFT_ACTOR_ROLLOUT_ACTOR_METRICS_H_

#include <array>
#include <memory>
#include <string>

#include "actor/environment/stored_measurer.h"
#include "actor/environment/worker_client.h"
#include "common/metrics/metric_families.h"
#include "common/schedule/trajectory.h"
#include "prometheus/counter.h"
#include "prometheus/gauge.h"
#include "prometheus/histogram.h"
#include "prometheus/registry.h"

namespace weft {

// Every series exists from the start, so that a rate over an outcome that has not
// happened is 0 and not absent. Labels are bounded: outcomes and causes, never programs
// or actors. Thread-safe.
class ActorMetrics {
 public:
  explicit ActorMetrics(prometheus::Registry& registry);

  // Counts the episode by outcome, its steps, and where its measurement spent its time.
  void RecordEpisode(const Trajectory& trajectory);
  // Counts a validation episode by outcome, apart from those that are trained on.
  void RecordValidation(const Trajectory& trajectory);
  void RecordWorkerLoss(WorkerLoss loss) {
    worker_restarts_[static_cast<int>(loss)]->Increment();
  }
  void RecordStoreEvent(StoreEvent event) {
    store_events_[static_cast<int>(event)]->Increment();
  }

  prometheus::Histogram& env_step_seconds;
  prometheus::Histogram& inference_seconds;
  prometheus::Histogram& compile_seconds;
  prometheus::Histogram& timing_seconds;
  prometheus::Histogram& lease_wait_seconds;
  prometheus::Counter& env_steps;
  prometheus::Counter& reconnects;
  prometheus::Counter& episode_errors;  // Episodes without a trajectory.
  prometheus::Counter& weight_pull_failures;
  prometheus::Gauge& outbox_depth;
  prometheus::Gauge& outbox_capacity;
  prometheus::Gauge& credits;
  prometheus::Gauge& weights_version;
  prometheus::Gauge& programs_excluded;

 private:
  explicit ActorMetrics(const MetricFamilies& families);

  std::array<prometheus::Counter*, kNumOutcomes> episodes_;
  std::array<prometheus::Counter*, kNumOutcomes> validations_;
  std::array<prometheus::Counter*, kNumWorkerLosses> worker_restarts_;
  std::array<prometheus::Counter*, kNumStoreEvents> store_events_;
};

}  // namespace weft

#endif  // WEFT_ACTOR_ROLLOUT_ACTOR_METRICS_H_
