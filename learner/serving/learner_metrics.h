// The learner's metrics, weft_learner_*, as Prometheus sees them.
#ifndef WEFT_LEARNER_SERVING_LEARNER_METRICS_H_
#define WEFT_LEARNER_SERVING_LEARNER_METRICS_H_

#include <array>
#include <map>
#include <memory>
#include <string>

#include "common/schedule/trajectory.h"
#include "learner/ingest/ingest.h"
#include "learner/serving/iteration_record.h"
#include "learner/validation/validation_round.h"
#include "prometheus/counter.h"
#include "prometheus/gauge.h"
#include "prometheus/histogram.h"
#include "prometheus/registry.h"

namespace weft {

// Labels are outcomes and reasons, whose sets are fixed here, so that every series
// exists from the start and their number is bounded. Thread-safe.
class LearnerMetrics {
 public:
  explicit LearnerMetrics(std::shared_ptr<prometheus::Registry> registry);

  void CountEpisode(const Trajectory& trajectory);
  void CountDropped(const std::string& reason, double count = 1);
  void CountRefused(const std::string& reason);
  void CountDuplicate() { duplicates_->Increment(); }
  void CountLogFailure() { log_failures_->Increment(); }
  void CountCheckpointFailure() { checkpoint_failures_->Increment(); }
  void CountResultFailure() { result_failures_->Increment(); }
  void CountUpdateFailure() { update_failures_->Increment(); }
  void CountWeightsFailure() { weights_failures_->Increment(); }
  void CountWeightsSent(size_t bytes);
  void CountStoreHit() { store_hits_->Increment(); }
  void CountStoreRecord() { store_records_->Increment(); }
  void CountStoreFailure() { store_failures_->Increment(); }
  void ObserveUpdate(double seconds) { update_seconds_->Observe(seconds); }
  void ObserveCheckpoint(double seconds) { checkpoint_seconds_->Observe(seconds); }
  void FinishIteration(const IterationRecord& record);
  void FinishValidation(const ValidationScore& score, const ValidationScore& best);
  // Of the rounds of a resumed run, if there were any.
  void SetValidation(const ValidationScore& score, const ValidationScore& best);

  struct Levels {
    int queue_depth = 0;
    int queue_capacity = 0;
    int credits_outstanding = 0;
    int connected_actors = 0;
    uint64_t weights_version = 0;
    int store_claims = 0;
    uint64_t store_expired_claims = 0;
  };
  void SetLevels(const Levels& levels);

 private:
  const std::shared_ptr<prometheus::Registry> registry_;
  std::array<prometheus::Counter*, kNumOutcomes> episodes_;
  std::map<std::string, prometheus::Counter*> dropped_;
  std::map<std::string, prometheus::Counter*> refused_;
  prometheus::Counter* env_steps_;
  prometheus::Counter* iterations_;
  prometheus::Counter* duplicates_;
  prometheus::Counter* log_failures_;
  prometheus::Counter* checkpoint_failures_;
  prometheus::Counter* result_failures_;
  prometheus::Counter* update_failures_;
  prometheus::Counter* weights_failures_;
  prometheus::Counter* weights_sent_;
  prometheus::Counter* store_hits_;
  prometheus::Counter* store_records_;
  prometheus::Counter* store_failures_;
  prometheus::Histogram* episode_reward_;
  prometheus::Histogram* update_seconds_;
  prometheus::Histogram* checkpoint_seconds_;
  prometheus::Gauge* queue_depth_;
  prometheus::Gauge* queue_capacity_;
  prometheus::Gauge* credits_outstanding_;
  prometheus::Gauge* connected_actors_;
  prometheus::Gauge* store_claims_;
  prometheus::Gauge* store_expired_claims_;
  prometheus::Gauge* weights_version_;
  prometheus::Gauge* iteration_reward_;
  prometheus::Gauge* entropy_;
  prometheus::Gauge* entropy_share_;
  prometheus::Gauge* entropy_collapsed_;
  prometheus::Gauge* kl_;
  prometheus::Gauge* staleness_;
  prometheus::Gauge* mean_speedup_;
  prometheus::Gauge* best_geomean_speedup_;
  prometheus::Counter* validation_rounds_;
  prometheus::Gauge* validation_iteration_;
  prometheus::Gauge* validation_reward_;
  prometheus::Gauge* best_validation_reward_;
  prometheus::Gauge* validation_speedup_;
  prometheus::Gauge* validation_failures_;
};

}  // namespace weft

#endif  // WEFT_LEARNER_SERVING_LEARNER_METRICS_H_
