#include "actor/environment/program_appearance.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "actor/environment/cost_model/tasks.h"
#include "common/wire/schedule_proto.h"

namespace weft {
namespace {

constexpr absl::string_view kModelled = "of the cost model, ";

std::string Tokens(const Observation& observation) {
  v1::Observation tokens = ToProto(observation);
  tokens.clear_mask();
  return tokens.SerializeAsString();
}

}  // namespace

std::vector<std::string> ModelledPrograms() {
  std::vector<std::string> names;
  for (const std::string& task : CostModelTaskNames()) {
    names.push_back(absl::StrCat(kModelled, task));
  }
  return names;
}

absl::StatusOr<Observation> ProgramAppearance::FirstObservation(
    const SuiteProgram& program) {
  v1::WorkerRequest load;
  load.mutable_load_program()->set_name(program.path);
  load.mutable_load_program()->set_source(program.source);
  load.mutable_load_program()->set_threads(static_cast<uint32_t>(threads_));
  absl::StatusOr<v1::WorkerResponse> response = worker_->Ask(load, timeout_);
  if (!response.ok()) return response.status();
  v1::WorkerRequest reset;
  reset.mutable_reset();
  response = worker_->Ask(reset, timeout_);
  if (!response.ok()) return response.status();
  return FromProto(response->reset().observation());
}

absl::StatusOr<std::string> ProgramAppearance::Of(const std::string& name) {
  absl::string_view task = name;
  absl::StatusOr<Observation> first;
  if (absl::ConsumePrefix(&task, kModelled)) {
    first = cost_model_.Reset(std::string(task));
  } else {
    const auto program = programs_.find(name);
    if (program == programs_.end()) {
      return absl::NotFoundError(absl::StrCat("no program ", name));
    }
    first = FirstObservation(program->second);
  }
  if (!first.ok()) return first.status();
  return Tokens(*first);
}

}  // namespace weft
