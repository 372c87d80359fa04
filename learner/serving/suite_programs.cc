#include "learner/serving/suite_programs.h"

#include <filesystem>
#include <string>
#include <system_error>

#include "common/wire/trajectory_proto.h"
#include "spdlog/spdlog.h"

namespace weft {

void AddSuitePrograms(const TrainConfig& config, RunState* state) {
  if (config.environment != "mlir") return;
  std::error_code error;
  std::filesystem::directory_iterator entries(config.suite, error);
  if (error) {
    spdlog::info(
        "the suite {} cannot be listed here ({}): only programs that actors "
        "measure appear in the results",
        config.suite, error.message());
    return;
  }
  for (const std::filesystem::directory_entry& entry : entries) {
    if (entry.path().extension() != ".mlir") continue;
    const std::string program = entry.path().stem().string();
    if (IsProgramName(program)) state->programs.try_emplace(program);
  }
}

}  // namespace weft
