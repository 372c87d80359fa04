#include "learner/serving/learner_metrics.h"

#include <utility>

#include "common/metrics/metric_families.h"
#include "spdlog/spdlog.h"

namespace weft {
namespace {

using prometheus::Histogram;

// Natural-log units: ln(roofline / measured), from the failure penalty to the peak.
const Histogram::BucketBoundaries kRewardBuckets = {-8,   -6, -5,   -4,    -3, -2.5, -2,
                                                    -1.5, -1, -0.5, -0.25, 0,  1};
const Histogram::BucketBoundaries kSecondsBuckets = {0.01, 0.03, 0.1, 0.3, 1,
                                                     3,    10,   30,  100};

}  // namespace

LearnerMetrics::LearnerMetrics(std::shared_ptr<prometheus::Registry> registry)
    : registry_(std::move(registry)) {
  const MetricFamilies families(registry_.get(), "weft_learner_");
  for (int i = 0; i < kNumOutcomes; ++i) {
    episodes_[i] =
        &families.AddCounter("episodes_total", "Episodes stored, by outcome.",
                             {{"outcome", OutcomeName(static_cast<Outcome>(i))}});
  }
  for (const char* reason : {kDropInvalid, kDropQueueFull, kDropLost, kDropUpdateFailed,
                             kDropOtherEnvironment}) {
    dropped_[reason] = &families.AddCounter(
        "dropped_trajectories_total",
        "Trajectories that are not trained on, by reason.", {{"reason", reason}});
  }
  for (const char* reason :
       {kRefusedNoCredit, kRefusedBadSequence, kRefusedUnreadable}) {
    refused_[reason] = &families.AddCounter(
        "refused_messages_total", "Messages that ended their stream, by reason.",
        {{"reason", reason}});
  }
  env_steps_ = &families.AddCounter("env_steps_total", "Decisions in stored episodes.");
  iterations_ = &families.AddCounter("iterations_total", "PPO iterations finished.");
  duplicates_ = &families.AddCounter("duplicate_trajectories_total",
                                     "Trajectories sent again after they were stored.");
  log_failures_ = &families.AddCounter(
      "log_failures_total", "Writes or syncs of the trajectory log that failed.");
  checkpoint_failures_ = &families.AddCounter("checkpoint_failures_total",
                                              "Checkpoints that were not written.");
  result_failures_ = &families.AddCounter("result_failures_total",
                                          "Failed writes of metrics.jsonl and best/.");
  update_failures_ = &families.AddCounter("update_failures_total",
                                          "PPO updates that were rolled back.");
  weights_failures_ = &families.AddCounter("weights_failures_total",
                                           "Weights that could not be published.");
  weights_sent_ =
      &families.AddCounter("weights_sent_bytes_total", "Weights sent to actors.");
  store_hits_ = &families.AddCounter("store_hits_total",
                                     "Measurements asked for that the store knew.");
  store_records_ = &families.AddCounter("store_records_total", "Measurements added.");
  store_failures_ = &families.AddCounter("store_failures_total",
                                         "Calls that the store could not serve.");
  episode_reward_ = &families.AddHistogram(
      "episode_reward", "Reward of stored episodes.", kRewardBuckets);
  update_seconds_ = &families.AddHistogram("update_duration_seconds",
                                           "Time of a PPO update.", kSecondsBuckets);
  checkpoint_seconds_ = &families.AddHistogram(
      "checkpoint_duration_seconds", "Time to write a checkpoint.", kSecondsBuckets);
  queue_depth_ =
      &families.AddGauge("queue_depth", "Trajectories that wait for training.");
  queue_capacity_ =
      &families.AddGauge("queue_capacity", "Bound that credits keep them within.");
  credits_outstanding_ =
      &families.AddGauge("credits_outstanding", "Episodes paid and not here.");
  connected_actors_ = &families.AddGauge("connected_actors", "Actors with a stream.");
  store_claims_ =
      &families.AddGauge("store_claims", "Measurements that actors are making.");
  store_expired_claims_ = &families.AddGauge(
      "store_expired_claims", "Claims of actors that died, since the start.");
  weights_version_ = &families.AddGauge("weights_version", "Newest version published.");
  iteration_reward_ =
      &families.AddGauge("iteration_reward", "Mean reward, last iteration.");
  entropy_ =
      &families.AddGauge("entropy_nats", "Entropy per decision, last iteration.");
  entropy_share_ = &families.AddGauge("entropy_share",
                                      "Entropy over the largest that the masks allow.");
  entropy_collapsed_ = &families.AddGauge(
      "entropy_collapsed", "1 while the entropy share is below ppo.entropy_alarm.");
  kl_ = &families.AddGauge("approximate_kl", "KL divergence of the last update.");
  staleness_ = &families.AddGauge(
      "staleness_versions", "Versions between acting and training, last iteration.");
  mean_speedup_ = &families.AddGauge(
      "mean_speedup_ratio", "Geometric mean over unscheduled, last iteration.");
  best_geomean_speedup_ = &families.AddGauge(
      "best_geomean_speedup_ratio", "Geometric mean over programs of the best so far.");
  validation_rounds_ =
      &families.AddCounter("validation_rounds_total", "Validation rounds finished.");
  validation_iteration_ = &families.AddGauge("validation_iteration",
                                             "Iteration of the last validation round.");
  validation_reward_ = &families.AddGauge(
      "validation_reward", "Mean reward of the greedy policy on validation programs.");
  best_validation_reward_ = &families.AddGauge(
      "best_validation_reward", "The best mean reward of a validation round so far.");
  validation_speedup_ =
      &families.AddGauge("validation_speedup_ratio",
                         "Geometric mean over unscheduled, last validation round.");
  validation_failures_ = &families.AddGauge(
      "validation_failures", "Programs that failed in the last validation round.");
}

void LearnerMetrics::FinishValidation(const ValidationScore& score,
                                      const ValidationScore& best) {
  validation_rounds_->Increment();
  SetValidation(score, best);
}

void LearnerMetrics::SetValidation(const ValidationScore& score,
                                   const ValidationScore& best) {
  if (score.programs == 0) return;
  validation_iteration_->Set(static_cast<double>(score.iteration));
  validation_reward_->Set(score.mean_reward);
  best_validation_reward_->Set(best.mean_reward);
  validation_speedup_->Set(score.geomean_speedup);
  validation_failures_->Set(score.failures);
}

void LearnerMetrics::CountEpisode(const Trajectory& trajectory) {
  episodes_[static_cast<int>(trajectory.measurement.outcome)]->Increment();
  env_steps_->Increment(static_cast<double>(trajectory.steps.size()));
  episode_reward_->Observe(trajectory.total_reward());
}

void LearnerMetrics::CountDropped(const std::string& reason, double count) {
  const auto it = dropped_.find(reason);
  if (it == dropped_.end()) {
    spdlog::error("{} trajectories are dropped for a reason without a metric: {}",
                  count, reason);
    return;
  }
  it->second->Increment(count);
}

void LearnerMetrics::CountRefused(const std::string& reason) {
  const auto it = refused_.find(reason);
  if (it != refused_.end()) it->second->Increment();
}

void LearnerMetrics::CountWeightsSent(size_t bytes) {
  weights_sent_->Increment(static_cast<double>(bytes));
}

void LearnerMetrics::FinishIteration(const IterationRecord& record) {
  iterations_->Increment();
  iteration_reward_->Set(record.mean_reward);
  mean_speedup_->Set(record.mean_speedup);
  best_geomean_speedup_->Set(record.best_geomean_speedup);
  if (record.update_failed) return;  // The others stay those of the last one.
  entropy_->Set(record.update.entropy);
  entropy_share_->Set(record.update.entropy_share);
  entropy_collapsed_->Set(record.update.entropy_collapsed ? 1 : 0);
  kl_->Set(record.update.approximate_kl);
  staleness_->Set(record.update.mean_staleness);
}

void LearnerMetrics::SetLevels(const Levels& levels) {
  queue_depth_->Set(levels.queue_depth);
  queue_capacity_->Set(levels.queue_capacity);
  credits_outstanding_->Set(levels.credits_outstanding);
  connected_actors_->Set(levels.connected_actors);
  weights_version_->Set(static_cast<double>(levels.weights_version));
  store_claims_->Set(levels.store_claims);
  store_expired_claims_->Set(static_cast<double>(levels.store_expired_claims));
}

}  // namespace weft
