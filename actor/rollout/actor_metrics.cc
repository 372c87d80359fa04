#include "actor/rollout/actor_metrics.h"

namespace weft {
namespace {

// From a decision of a small network to a compilation that runs into its limit.
const prometheus::Histogram::BucketBoundaries& Seconds() {
  static const auto* const buckets = new prometheus::Histogram::BucketBoundaries{
      0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30};
  return *buckets;
}

prometheus::Histogram& NewHistogram(prometheus::Registry& registry, const char* name,
                                    const char* help) {
  return prometheus::BuildHistogram().Name(name).Help(help).Register(registry).Add(
      {}, Seconds());
}

prometheus::Counter& NewCounter(prometheus::Registry& registry, const char* name,
                                const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry).Add({});
}

prometheus::Gauge& NewGauge(prometheus::Registry& registry, const char* name,
                            const char* help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({});
}

}  // namespace

ActorMetrics::ActorMetrics(prometheus::Registry& registry)
    : env_step_seconds(NewHistogram(registry, "weft_actor_env_step_seconds",
                                    "Time to apply one action to the IR.")),
      inference_seconds(NewHistogram(registry, "weft_actor_inference_seconds",
                                     "Time of one decision of the policy.")),
      compile_seconds(NewHistogram(registry, "weft_actor_compile_seconds",
                                   "From transformed IR to loaded code, per episode.")),
      timing_seconds(NewHistogram(registry, "weft_actor_timing_seconds",
                                  "Time that the timing lease was held, per episode.")),
      lease_wait_seconds(NewHistogram(registry, "weft_actor_lease_wait_seconds",
                                      "Wait for the timing lease, per episode.")),
      env_steps(NewCounter(registry, "weft_actor_env_steps_total", "Actions applied.")),
      reconnects(NewCounter(registry, "weft_actor_reconnects_total",
                            "Streams opened after the first.")),
      episode_errors(NewCounter(registry, "weft_actor_episode_errors_total",
                                "Episodes that ended without a trajectory.")),
      weight_pull_failures(NewCounter(registry, "weft_actor_weight_pull_failures_total",
                                      "Pulls of weights that failed.")),
      outbox_depth(NewGauge(registry, "weft_actor_outbox_depth",
                            "Trajectories that the learner has not acknowledged.")),
      outbox_capacity(NewGauge(registry, "weft_actor_outbox_capacity",
                               "Bound of weft_actor_outbox_depth.")),
      credits(NewGauge(registry, "weft_actor_credits",
                       "Episodes that the learner allows to start.")),
      weights_version(NewGauge(registry, "weft_actor_weights_version",
                               "Version of the newest weights here; 0: none.")),
      programs_excluded(NewGauge(registry, "weft_actor_programs_excluded",
                                 "Programs that cannot be measured unscheduled.")) {
  auto& episodes = prometheus::BuildCounter()
                       .Name("weft_actor_episodes_total")
                       .Help("Finished episodes by outcome.")
                       .Register(registry);
  for (int i = 0; i < kNumOutcomes; ++i) {
    episodes_[i] = &episodes.Add({{"outcome", OutcomeName(static_cast<Outcome>(i))}});
  }
  auto& restarts = prometheus::BuildCounter()
                       .Name("weft_actor_worker_restarts_total")
                       .Help("Workers lost and replaced, by cause.")
                       .Register(registry);
  for (int i = 0; i < kNumWorkerLosses; ++i) {
    worker_restarts_[i] =
        &restarts.Add({{"cause", WorkerLossName(static_cast<WorkerLoss>(i))}});
  }
  store_events_[static_cast<int>(StoreEvent::kHit)] =
      &NewCounter(registry, "weft_actor_store_hits_total",
                  "Measurements that the schedule store knew.");
  store_events_[static_cast<int>(StoreEvent::kMiss)] =
      &NewCounter(registry, "weft_actor_store_misses_total",
                  "Measurements that the schedule store did not know.");
  store_events_[static_cast<int>(StoreEvent::kError)] =
      &NewCounter(registry, "weft_actor_store_errors_total",
                  "Calls of the schedule store that failed.");
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
