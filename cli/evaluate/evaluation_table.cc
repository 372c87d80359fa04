#include "cli/evaluate/evaluation_table.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace weft {
namespace {

constexpr double kMicroseconds = 1e6;

std::string Time(const Judged& judged) {
  if (!judged.ok()) return OutcomeName(judged.outcome);
  return absl::StrFormat("%.1f", judged.seconds * kMicroseconds);
}

nlohmann::ordered_json ToJson(const Judged& judged) {
  return {{"outcome", OutcomeName(judged.outcome)},
          {"us", judged.seconds * kMicroseconds},
          {"schedule", ToString(judged.schedule)}};
}

}  // namespace

EvaluationSummary Summarize(const std::vector<EvaluatedProgram>& programs) {
  EvaluationSummary summary;
  summary.programs = static_cast<int>(programs.size());
  if (programs.empty()) return summary;
  double policy = 0, fixed = 0, random = 0, policy_speedup = 0, search_speedup = 0;
  bool all_fixed = true;
  for (const EvaluatedProgram& program : programs) {
    if (!program.policy.ok()) ++summary.policy_failures;
    if (program.policy.seconds < program.random.seconds) ++summary.policy_beats_random;
    policy += std::log(program.share_of_search());
    random += std::log(program.search.seconds / program.random.seconds);
    all_fixed = all_fixed && program.fixed.has_value();
    if (program.fixed)
      fixed += std::log(program.search.seconds / program.fixed->seconds);
    policy_speedup += std::log(program.unscheduled_seconds / program.policy.seconds);
    search_speedup += std::log(program.unscheduled_seconds / program.search.seconds);
  }
  const auto mean = [&](double sum) { return std::exp(sum / summary.programs); };
  summary.policy_share_of_search = mean(policy);
  summary.fixed_share_of_search = all_fixed ? mean(fixed) : 0;
  summary.random_share_of_search = mean(random);
  summary.policy_speedup = mean(policy_speedup);
  summary.search_speedup = mean(search_speedup);
  return summary;
}

std::string EvaluationHeader(const EvaluationOptions& options) {
  return absl::StrFormat("%-32s %11s %11s %11s %11s %11s %7s  %s\n", "program (us)",
                         "-O3", "policy", "fixed",
                         absl::StrCat("random/", options.random_schedules),
                         absl::StrCat("search/", options.search.budget), "share",
                         "schedule of the policy");
}

std::string EvaluationRow(const EvaluatedProgram& program) {
  return absl::StrFormat(
      "%-32s %11.1f %11s %11s %11s %11s %6.1f%%  %s\n", program.program,
      program.unscheduled_seconds * kMicroseconds, Time(program.policy),
      program.fixed ? Time(*program.fixed) : "-", Time(program.random),
      Time(program.search), 100 * program.share_of_search(),
      ToString(program.policy.schedule));
}

std::string EvaluationFooter(const EvaluationSummary& summary,
                             const EvaluationOptions& options) {
  std::string text = absl::StrFormat(
      "\npolicy, no measurement: %.1f %% of the performance of the best of %d searched "
      "schedules (geometric mean, %d programs, %d failed)\n",
      100 * summary.policy_share_of_search, options.search.budget, summary.programs,
      summary.policy_failures);
  if (summary.fixed_share_of_search > 0) {
    absl::StrAppendFormat(&text, "fixed schedule of each kind of operation: %.1f %%\n",
                          100 * summary.fixed_share_of_search);
  }
  absl::StrAppendFormat(
      &text,
      "best of %d random schedules: %.1f %%; the policy beats it on %d of %d programs\n"
      "speed-up over unscheduled -O3 code: policy %.2fx, search %.2fx\n",
      options.random_schedules, 100 * summary.random_share_of_search,
      summary.policy_beats_random, summary.programs, summary.policy_speedup,
      summary.search_speedup);
  return text;
}

nlohmann::ordered_json EvaluationJson(const std::vector<EvaluatedProgram>& programs,
                                      const EvaluationOptions& options) {
  const EvaluationSummary summary = Summarize(programs);
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const EvaluatedProgram& program : programs) {
    rows.push_back(
        {{"program", program.program},
         {"anchor", program.anchor},
         {"unscheduled_us", program.unscheduled_seconds * kMicroseconds},
         {"roofline_us", program.roofline_seconds * kMicroseconds},
         {"policy", ToJson(program.policy)},
         {"fixed", program.fixed ? ToJson(*program.fixed) : nlohmann::ordered_json()},
         {"random", ToJson(program.random)},
         {"random_failures", program.random_failures},
         {"search", ToJson(program.search)},
         {"search_measurements", program.search_measurements},
         {"share_of_search", program.share_of_search()}});
  }
  return {{"options",
           {{"random_schedules", options.random_schedules},
            {"search_budget", options.search.budget},
            {"search_strategy", options.search.strategy},
            {"failure_reward", options.failure_reward},
            {"seed", options.seed}}},
          {"summary",
           {{"programs", summary.programs},
            {"policy_failures", summary.policy_failures},
            {"policy_share_of_search", summary.policy_share_of_search},
            {"fixed_share_of_search", summary.fixed_share_of_search},
            {"random_share_of_search", summary.random_share_of_search},
            {"policy_beats_random", summary.policy_beats_random},
            {"policy_speedup", summary.policy_speedup},
            {"search_speedup", summary.search_speedup}}},
          {"programs", std::move(rows)}};
}

}  // namespace weft
