// An evaluation for a person, and for a program.
#ifndef WEFT_CLI_EVALUATE_EVALUATION_TABLE_H_
#define WEFT_CLI_EVALUATE_EVALUATION_TABLE_H_

#include <string>
#include <vector>

#include "cli/evaluate/evaluation.h"
#include "nlohmann/json.hpp"

namespace weft {

// Geometric means over programs, a failure at its true cost.
struct EvaluationSummary {
  int programs = 0;
  int policy_failures = 0;
  double policy_share_of_search = 0;  // 1: as fast as the best that the search found.
  double fixed_share_of_search = 0;   // 0: there is no fixed schedule for some program.
  double random_share_of_search = 0;
  double policy_speedup = 0;  // Over unscheduled -O3 code.
  double search_speedup = 0;
  int policy_beats_random = 0;  // Programs.
};

EvaluationSummary Summarize(const std::vector<EvaluatedProgram>& programs);

// A header, then a row for each program.
std::string EvaluationHeader(const EvaluationOptions& options);
std::string EvaluationRow(const EvaluatedProgram& program);
std::string EvaluationFooter(const EvaluationSummary& summary,
                             const EvaluationOptions& options);

// {"options": {...}, "summary": {...}, "programs": [...]}; times in microseconds.
nlohmann::ordered_json EvaluationJson(const std::vector<EvaluatedProgram>& programs,
                                      const EvaluationOptions& options);

}  // namespace weft

#endif  // WEFT_CLI_EVALUATE_EVALUATION_TABLE_H_
