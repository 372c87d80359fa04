#include "learner/validation/validation_round.h"

#include <cmath>

namespace weft {
namespace {

constexpr double kMicroseconds = 1e6;

}  // namespace

double LogSpeedup(Outcome outcome, double unscheduled_seconds, double seconds,
                  double roofline_seconds, double failure_reward) {
  if (outcome == Outcome::kOk) return std::log(unscheduled_seconds / seconds);
  if (unscheduled_seconds <= 0 || roofline_seconds <= 0) return failure_reward;
  return std::log(unscheduled_seconds / roofline_seconds) + failure_reward;
}

ValidatedProgram ValidatedProgram::Of(const Trajectory& trajectory) {
  ValidatedProgram program;
  program.program = trajectory.program;
  program.outcome = trajectory.measurement.outcome;
  program.reward = trajectory.total_reward();
  if (program.outcome == Outcome::kOk) program.seconds = trajectory.measurement.seconds;
  program.unscheduled_seconds = trajectory.unscheduled_seconds;
  program.roofline_seconds = trajectory.roofline_seconds;
  program.schedule = ToString(trajectory.schedule());
  return program;
}

ValidationScore ValidationRound::Score(double failure_reward) const {
  ValidationScore score;
  score.iteration = iteration;
  score.weights_version = weights_version;
  score.programs = static_cast<int>(programs.size());
  if (programs.empty()) return score;
  double rewards = 0, log_speedups = 0;
  for (const ValidatedProgram& program : programs) {
    rewards += program.reward;
    log_speedups +=
        LogSpeedup(program.outcome, program.unscheduled_seconds, program.seconds,
                   program.roofline_seconds, failure_reward);
    if (program.outcome != Outcome::kOk) ++score.failures;
  }
  score.mean_reward = rewards / score.programs;
  score.geomean_speedup = std::exp(log_speedups / score.programs);
  return score;
}

std::string ValidationRound::ToJson(double failure_reward) const {
  nlohmann::ordered_json validation = weft::ToJson(Score(failure_reward));
  validation.erase("iteration");
  validation["seconds"] = seconds;
  validation["tasks"] = nlohmann::ordered_json::array();
  for (const ValidatedProgram& program : programs) {
    validation["tasks"].push_back(
        {{"program", program.program},
         {"outcome", OutcomeName(program.outcome)},
         {"reward", program.reward},
         {"us", program.seconds * kMicroseconds},
         {"unscheduled_us", program.unscheduled_seconds * kMicroseconds},
         {"schedule", program.schedule}});
  }
  const nlohmann::ordered_json line = {{"iteration", iteration},
                                       {"validation", std::move(validation)}};
  return line.dump();
}

nlohmann::ordered_json ToJson(const ValidationScore& score) {
  return {
      {"iteration", score.iteration},     {"weights_version", score.weights_version},
      {"mean_reward", score.mean_reward}, {"geomean_speedup", score.geomean_speedup},
      {"programs", score.programs},       {"failures", score.failures}};
}

ValidationScore ValidationScoreFromJson(const nlohmann::json& json) {
  ValidationScore score;
  json.at("iteration").get_to(score.iteration);
  json.at("weights_version").get_to(score.weights_version);
  json.at("mean_reward").get_to(score.mean_reward);
  json.at("geomean_speedup").get_to(score.geomean_speedup);
  json.at("programs").get_to(score.programs);
  json.at("failures").get_to(score.failures);
  return score;
}

}  // namespace weft
