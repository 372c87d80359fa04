// One program, scheduled by a policy without a measurement, and by its rivals.
#ifndef WEFT_CLI_EVALUATE_EVALUATION_H_
#define WEFT_CLI_EVALUATE_EVALUATION_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "actor/environment/environment.h"
#include "actor/search/search.h"
#include "common/policy/policy.h"

namespace weft {

// A schedule and how it did. A failure has the time that its penalty stands for,
// roofline * e^-failure_reward: it is never left out of a mean.
struct Judged {
  Outcome outcome = Outcome::kWorkerLost;
  double seconds = 0;
  Schedule schedule;

  bool ok() const { return outcome == Outcome::kOk; }
};

struct EvaluatedProgram {
  std::string program;
  std::string anchor;  // Operation name, such as linalg.matmul.
  double unscheduled_seconds = 0;
  double roofline_seconds = 0;
  Judged policy;                // The most probable actions, measured once.
  std::optional<Judged> fixed;  // The fixed schedule of its kind, if there is one.
  Judged random;                // The best of `random_schedules` uniform ones.
  int random_failures = 0;
  Judged search;  // The best of a search.
  int search_measurements = 0;

  // Times of the search over times of the policy: 1 is as good, 0.8 has 80 % of the
  // performance.
  double share_of_search() const { return search.seconds / policy.seconds; }
};

struct EvaluationOptions {
  int random_schedules = 8;
  SearchOptions search;  // Its budget is what the policy is compared with.
  double failure_reward = -8;
  uint64_t seed = 1;
};

// The schedule, made legal for the program and measured once.
absl::StatusOr<Judged> JudgeSchedule(const std::string& program,
                                     const Schedule& schedule,
                                     const EvaluationOptions& options,
                                     const EnvironmentFactory& factory);

// Everything in one environment, but the search, which makes environments of its own.
// `fixed` may be empty. What a schedule does is never an error; those of an environment
// are, and CANCELLED when `stop` says so between two measurements.
absl::StatusOr<EvaluatedProgram> EvaluateProgram(const std::string& program,
                                                 const Policy& policy,
                                                 const Schedule& fixed,
                                                 const EvaluationOptions& options,
                                                 const EnvironmentFactory& factory,
                                                 const std::function<bool()>& stop);

}  // namespace weft

#endif  // WEFT_CLI_EVALUATE_EVALUATION_H_
