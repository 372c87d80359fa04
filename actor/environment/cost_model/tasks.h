// The programs of the cost-model environment.
#ifndef WEFT_ACTOR_ENVIRONMENT_COST_MODEL_TASKS_H_
#define WEFT_ACTOR_ENVIRONMENT_COST_MODEL_TASKS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "actor/nest/program_info.h"

namespace weft {

// Every task in a fixed order: one anchor operation of a kind that real programs have,
// with the fill of its output and, for some matmuls, a bias and a relu behind it. What
// is known of it is what a worker would say of the program of that name in
// datasets/suites/quickstart, where there is one. Built once; thread-safe.
const std::vector<ProgramInfo>& CostModelTasks();

std::vector<std::string> CostModelTaskNames();

// NOT_FOUND for a name that is not in CostModelTaskNames().
absl::StatusOr<const ProgramInfo*> FindCostModelTask(const std::string& name);

}  // namespace weft

#endif  // WEFT_ACTOR_ENVIRONMENT_COST_MODEL_TASKS_H_
