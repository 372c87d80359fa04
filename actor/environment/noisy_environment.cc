#include "actor/environment/noisy_environment.h"

#include <array>
#include <cmath>
#include <iterator>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"

namespace weft {
namespace {

constexpr std::array<Outcome, 6> kFailures = {
    Outcome::kCompileFailed, Outcome::kWrongResult, Outcome::kCrashed,
    Outcome::kTimedOut,      Outcome::kOutOfMemory, Outcome::kWorkerLost};

// By the method of Box and Muller, the same on every standard library.
double Normal(std::mt19937_64& random) {
  const double u = (static_cast<double>(random() >> 11) + 1) * 0x1p-53;
  const double v = static_cast<double>(random() >> 11) * 0x1p-53;
  return std::sqrt(-2 * std::log(u)) * std::cos(2 * M_PI * v);
}

}  // namespace

NoisyEnvironment::NoisyEnvironment(const NoiseOptions& options,
                                   std::unique_ptr<Environment> inner)
    : options_(options), inner_(std::move(inner)), random_(options.seed) {}

bool NoisyEnvironment::Happens(double probability) {
  return static_cast<double>(random_() >> 11) * 0x1p-53 < probability;
}

void NoisyEnvironment::Fail(Outcome outcome, const std::string& message,
                            EpisodeResult* result) const {
  result->measurement = Measurement();
  result->measurement.outcome = outcome;
  result->measurement.message = message;
  result->schedule_module.clear();
  result->reward = options_.failure_reward;
}

absl::StatusOr<Observation> NoisyEnvironment::Reset(const std::string& program) {
  refused_ = false;
  absl::StatusOr<Observation> observation = inner_->Reset(program);
  if (observation.ok()) last_ = *observation;
  return observation;
}

absl::StatusOr<Observation> NoisyEnvironment::Apply(const Action& action) {
  absl::Status legal = CheckLegal(last_.mask, action);
  if (!legal.ok()) return legal;
  if (refused_) {  // The stop that was left; the other environment has had one.
    last_.mask = ActionMask();
    return last_;
  }
  if (action.kind != ActionKind::kStop && Happens(options_.transform_failures)) {
    // Finish may come right after a refused action, if that was to be the last.
    const absl::StatusOr<Observation> stopped = inner_->Apply(Action());
    if (!stopped.ok()) return stopped.status();
    refused_ = true;
    last_.mask = ActionMask();
    last_.mask.kinds = uint32_t{1} << static_cast<int>(ActionKind::kStop);
    return last_;
  }
  absl::StatusOr<Observation> observation = inner_->Apply(action);
  if (observation.ok()) last_ = *observation;
  return observation;
}

absl::StatusOr<EpisodeResult> NoisyEnvironment::Finish() {
  absl::StatusOr<EpisodeResult> result = inner_->Finish();
  if (!result.ok()) return result.status();
  if (refused_) {
    Fail(Outcome::kTransformFailed, "injected: a transform refused", &*result);
    return result;
  }
  if (Happens(options_.measurement_failures)) {
    const Outcome outcome = kFailures[random_() % kFailures.size()];
    restarts_ += outcome == Outcome::kWorkerLost ? 1 : 0;
    Fail(outcome, absl::StrCat("injected: ", OutcomeName(outcome)), &*result);
    return result;
  }
  if (options_.time_noise > 0 && result->measurement.outcome == Outcome::kOk) {
    result->measurement.seconds *= std::exp(options_.time_noise * Normal(random_));
    result->measurement.samples = {result->measurement.seconds};
    result->reward =
        Reward(result->measurement, result->roofline_seconds, options_.failure_reward);
  }
  return result;
}

// The state of the other environment follows the own one, behind a space.
std::string NoisyEnvironment::SaveState() const {
  std::ostringstream out;
  out << restarts_ << ' ' << random_ << ' ' << inner_->SaveState();
  return out.str();
}

absl::Status NoisyEnvironment::RestoreState(const std::string& state) {
  std::istringstream in(state);
  uint32_t restarts = 0;
  std::mt19937_64 random;
  if (!(in >> restarts >> random) || in.get() != ' ') {
    return absl::DataLossError("no state of a noisy environment");
  }
  const std::string inner(std::istreambuf_iterator<char>(in), {});
  if (absl::Status status = inner_->RestoreState(inner); !status.ok()) return status;
  restarts_ = restarts;
  random_ = random;
  return absl::OkStatus();
}

}  // namespace weft
