#include "learner/serving/run_progress.h"

namespace weft {
namespace {

constexpr absl::Duration kRateWindow = absl::Minutes(1);
constexpr double kEtaUnknown = -1;

}  // namespace

RunProgress::RunProgress(uint64_t target_iterations)
    : target_iterations_(target_iterations) {}

void RunProgress::Resume(const RunState& state) {
  absl::MutexLock lock(&mutex_);
  earlier_seconds_ = state.elapsed_seconds;
  earlier_iterations_ = state.iteration;
  iteration_ = state.iteration;
  counts_ = {state.episodes, state.measurements(), state.env_steps};
  outcomes_ = state.outcomes;
  best_geomean_speedup_ = state.BestGeomeanSpeedup();
  validation_ = state.last_validation;
  best_validation_ = state.best_validation;
}

void RunProgress::CountEpisode(const Trajectory& trajectory) {
  absl::MutexLock lock(&mutex_);
  ++counts_.episodes;
  counts_.env_steps += trajectory.steps.size();
  if (WasTimed(trajectory.measurement)) ++counts_.measurements;
  ++outcomes_[static_cast<int>(trajectory.measurement.outcome)];
}

void RunProgress::SampleRates(absl::Time now) {
  absl::MutexLock lock(&mutex_);
  samples_.push_back({now, counts_});
  while (samples_.size() > 1 && now - samples_.front().time > kRateWindow) {
    samples_.pop_front();
  }
}

void RunProgress::SetPhase(const std::string& phase) {
  absl::MutexLock lock(&mutex_);
  phase_ = phase;
}

void RunProgress::FinishIteration(const IterationRecord& record) {
  absl::MutexLock lock(&mutex_);
  iteration_ = record.iteration;
  iteration_seconds_ += record.seconds;
  best_geomean_speedup_ = record.best_geomean_speedup;
  const UpdateStats before = last_ ? last_->update : UpdateStats();
  last_ = record;
  if (record.update_failed) last_->update = before;
}

void RunProgress::FinishValidation(const ValidationScore& score,
                                   const ValidationScore& best) {
  absl::MutexLock lock(&mutex_);
  validation_ = score;
  best_validation_ = best;
}

void RunProgress::SetFinished() {
  absl::MutexLock lock(&mutex_);
  finished_ = true;
  phase_ = "finished";
}

double RunProgress::elapsed_seconds(absl::Time now) const {
  absl::MutexLock lock(&mutex_);
  return Elapsed(now);
}

double RunProgress::Elapsed(absl::Time now) const {
  return earlier_seconds_ + absl::ToDoubleSeconds(now - start_);
}

double RunProgress::Eta() const {
  if (iteration_ >= target_iterations_) return 0;
  if (iteration_ == earlier_iterations_) return kEtaUnknown;
  const auto done = static_cast<double>(iteration_ - earlier_iterations_);
  const auto left = static_cast<double>(target_iterations_ - iteration_);
  return iteration_seconds_ / done * left;
}

void RunProgress::FillRates(absl::Time now, v1::GetStatusResponse* status) const {
  if (samples_.empty()) return;
  const Sample& oldest = samples_.front();
  const double seconds = absl::ToDoubleSeconds(now - oldest.time);
  if (seconds < 0.5) return;  // Too short to divide by.
  const auto rate = [seconds](uint64_t from, uint64_t to) {
    return static_cast<double>(to - from) / seconds;
  };
  status->set_episodes_per_second(rate(oldest.counts.episodes, counts_.episodes));
  status->set_measurements_per_second(
      rate(oldest.counts.measurements, counts_.measurements));
  status->set_env_steps_per_second(rate(oldest.counts.env_steps, counts_.env_steps));
}

v1::GetStatusResponse RunProgress::Snapshot(absl::Time now) const {
  absl::MutexLock lock(&mutex_);
  v1::GetStatusResponse status;
  status.set_iteration(iteration_);
  status.set_target_iterations(target_iterations_);
  status.set_episodes(counts_.episodes);
  status.set_measurements(counts_.measurements);
  for (int i = 0; i < kNumOutcomes; ++i) {
    if (outcomes_[i] == 0 || static_cast<Outcome>(i) == Outcome::kOk) continue;
    (*status.mutable_failures())[OutcomeName(static_cast<Outcome>(i))] = outcomes_[i];
  }
  status.set_elapsed_seconds(Elapsed(now));
  FillRates(now, &status);
  status.set_best_geomean_speedup(best_geomean_speedup_);
  if (last_) {
    status.set_mean_speedup(last_->mean_speedup);
    status.set_mean_reward(last_->mean_reward);
    status.set_entropy(last_->update.entropy);
    status.set_approximate_kl(last_->update.approximate_kl);
    status.set_mean_staleness(last_->update.mean_staleness);
  }
  if (validation_.programs > 0) {
    v1::ValidationStatus* validation = status.mutable_validation();
    validation->set_iteration(validation_.iteration);
    validation->set_mean_reward(validation_.mean_reward);
    validation->set_geomean_speedup(validation_.geomean_speedup);
    validation->set_programs(static_cast<uint32_t>(validation_.programs));
    validation->set_failures(static_cast<uint32_t>(validation_.failures));
    validation->set_best_iteration(best_validation_.iteration);
    validation->set_best_mean_reward(best_validation_.mean_reward);
  }
  status.set_finished(finished_);
  status.set_phase(phase_);
  status.set_eta_seconds(Eta());
  return status;
}

}  // namespace weft
