// Programs under evaluation that are not new to the policy.
#ifndef WEFT_CLI_EVALUATE_FAMILIAR_PROGRAMS_H_
#define WEFT_CLI_EVALUATE_FAMILIAR_PROGRAMS_H_

#include <string>
#include <vector>

#include "actor/environment/suite.h"
#include "actor/rollout/disjoint_programs.h"
#include "common/config/options.h"
#include "nlohmann/json.hpp"

namespace weft {

struct FamiliarPrograms {
  std::vector<KnownProgram> trained;     // The run trained on them.
  std::vector<KnownProgram> chosen_by;   // The checkpoint was chosen by them.
  std::vector<std::string> not_checked;  // What could not be compared, and why.
};

// Compares the programs of `suite` with those of the run with this config: its suite,
// the tasks of its pre-training, and, where the checkpoint is the best by validation,
// its validation suite. Evaluating such programs is legitimate, so nothing is an error.
FamiliarPrograms FindFamiliarPrograms(const TrainConfig& run, bool best_by_validation,
                                      const Suite& suite,
                                      const std::string& worker_path,
                                      const MeasureOptions& measure);

// What a person should know of it, a line for each; empty when every program is new.
std::string FamiliarNotes(const FamiliarPrograms& familiar);

nlohmann::ordered_json FamiliarJson(const FamiliarPrograms& familiar);

}  // namespace weft

#endif  // WEFT_CLI_EVALUATE_FAMILIAR_PROGRAMS_H_
