#include "actor/rollout/actor_metrics.h"

namespace weft {
namespace {

// From a decision of a small network to a compilation that runs into its limit.
const prometheus::Histogram::BucketBoundaries& Seconds() {
  static const auto* const buckets = new prometheus::Histogram::BucketBoundaries{
      0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30};
  return *buckets;
}

}  // namespace

ActorMetrics::ActorMetrics(prometheus::Registry& registry)
    : ActorMetrics(MetricFamilies(&registry, "weft_actor_")) {}

ActorMetrics::ActorMetrics(const MetricFamilies& families)
    : env_step_seconds(families.AddHistogram(
          "env_step_seconds", "Time to apply one action to the IR.", Seconds())),
      inference_seconds(families.AddHistogram(
          "inference_seconds", "Time of one decision of the policy.", Seconds())),
      compile_seconds(families.AddHistogram(
          "compile_seconds", "From transformed IR to loaded code, per episode.",
          Seconds())),
      timing_seconds(families.AddHistogram(
          "timing_seconds", "Time that the timing lease was held, per episode.",
          Seconds())),
      lease_wait_seconds(families.AddHistogram(
          "lease_wait_seconds", "Wait for the timing lease, per episode.", Seconds())),
      env_steps(families.AddCounter("env_steps_total", "Actions applied.")),
      reconnects(
          families.AddCounter("reconnects_total", "Streams opened after the first.")),
      episode_errors(families.AddCounter("episode_errors_total",
                                         "Episodes that ended without a trajectory.")),
      weight_pull_failures(families.AddCounter("weight_pull_failures_total",
                                               "Pulls of weights that failed.")),
      outbox_depth(families.AddGauge(
          "outbox_depth", "Trajectories that the learner has not acknowledged.")),
      outbox_capacity(
          families.AddGauge("outbox_capacity", "Bound of weft_actor_outbox_depth.")),
      credits(
          families.AddGauge("credits", "Episodes that the learner allows to start.")),
      weights_version(families.AddGauge(
          "weights_version", "Version of the newest weights here; 0: none.")),
      programs_excluded(families.AddGauge(
          "programs_excluded", "Programs that cannot be measured unscheduled.")) {
  for (int i = 0; i < kNumOutcomes; ++i) {
    episodes_[i] =
        &families.AddCounter("episodes_total", "Finished episodes by outcome.",
                             {{"outcome", OutcomeName(static_cast<Outcome>(i))}});
    validations_[i] =
        &families.AddCounter("validations_total", "Validation episodes by outcome.",
                             {{"outcome", OutcomeName(static_cast<Outcome>(i))}});
  }
  for (int i = 0; i < kNumWorkerLosses; ++i) {
    worker_restarts_[i] = &families.AddCounter(
        "worker_restarts_total", "Workers lost and replaced, by cause.",
        {{"cause", WorkerLossName(static_cast<WorkerLoss>(i))}});
  }
  store_events_[static_cast<int>(StoreEvent::kHit)] = &families.AddCounter(
      "store_hits_total", "Measurements that the schedule store knew.");
  store_events_[static_cast<int>(StoreEvent::kMiss)] = &families.AddCounter(
      "store_misses_total", "Measurements that the schedule store did not know.");
  store_events_[static_cast<int>(StoreEvent::kError)] = &families.AddCounter(
      "store_errors_total", "Calls of the schedule store that failed.");
}

void ActorMetrics::RecordValidation(const Trajectory& trajectory) {
  validations_[static_cast<int>(trajectory.measurement.outcome)]->Increment();
}

void ActorMetrics::RecordEpisode(const Trajectory& trajectory) {
  const Measurement& measurement = trajectory.measurement;
  episodes_[static_cast<int>(measurement.outcome)]->Increment();
  if (measurement.cached) return;  // Its times were spent in another episode.
  if (measurement.compile_seconds > 0) {
    compile_seconds.Observe(measurement.compile_seconds);
  }
  if (measurement.timing_seconds > 0) {
    timing_seconds.Observe(measurement.timing_seconds);
    lease_wait_seconds.Observe(measurement.lease_wait_seconds);
  }
}

}  // namespace weft
