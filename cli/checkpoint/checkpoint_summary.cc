#include "cli/checkpoint/checkpoint_summary.h"

#include <torch/script.h>

#include <exception>
#include <filesystem>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/files/atomic_file.h"

namespace weft {
namespace {

namespace fs = std::filesystem;

constexpr char kSignatureAttribute[] = "weft_network";

TensorSummary Summarize(const std::string& name, const torch::Tensor& tensor,
                        bool trainable) {
  return {name, tensor.sizes().vec(), tensor.to(torch::kFloat64).norm().item<double>(),
          trainable};
}

std::string Section(const CheckpointSections& sections, const std::string& name) {
  const auto section = sections.find(name);
  return section == sections.end() ? "" : section->second;
}

// Null when the section is missing or is not JSON.
nlohmann::json JsonSection(const CheckpointSections& sections,
                           const std::string& name) {
  nlohmann::json json = nlohmann::json::parse(Section(sections, name), nullptr,
                                              /*allow_exceptions=*/false);
  return json.is_discarded() ? nlohmann::json() : json;
}

absl::StatusOr<Checkpoint> NewestIn(const std::string& folder) {
  const std::string inner = folder + "/checkpoints";
  const absl::StatusOr<CheckpointStore> store =
      CheckpointStore::Open(fs::is_directory(inner) ? inner : folder, 1);
  if (!store.ok()) return store.status();
  return store->LoadNewestValid();
}

}  // namespace

absl::StatusOr<WeightsSummary> SummarizeWeights(const std::string& archive) {
  WeightsSummary summary;
  try {
    std::istringstream stream(archive);
    const torch::jit::Module module = torch::jit::load(stream, torch::kCPU);
    for (const auto& parameter : module.named_parameters()) {
      summary.tensors.push_back(Summarize(parameter.name, parameter.value, true));
      summary.parameters += parameter.value.numel();
    }
    for (const auto& buffer : module.named_buffers()) {
      summary.tensors.push_back(Summarize(buffer.name, buffer.value, false));
    }
    if (module.hasattr(kSignatureAttribute)) {
      summary.signature = module.attr(kSignatureAttribute).toStringRef();
    }
  } catch (const std::exception& error) {  // The first line; a backtrace follows.
    const std::vector<std::string> lines = absl::StrSplit(error.what(), '\n');
    return absl::DataLossError(absl::StrCat("weights: ", lines.front()));
  }
  return summary;
}

absl::StatusOr<Checkpoint> OpenCheckpoint(const std::string& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) return NewestIn(path);
  const absl::StatusOr<std::string> bytes = ReadFile(path);
  if (!bytes.ok()) return bytes.status();
  absl::StatusOr<CheckpointSections> sections = DecodeCheckpoint(*bytes);
  if (!sections.ok()) {
    return absl::Status(
        sections.status().code(),
        absl::StrCat(path, ": ", std::string(sections.status().message())));
  }
  return Checkpoint{0, path, *std::move(sections)};
}

absl::StatusOr<CheckpointSummary> SummarizeCheckpoint(const Checkpoint& checkpoint) {
  const auto located = [&](const absl::Status& status) {
    return absl::Status(status.code(), absl::StrCat(checkpoint.path, ": ",
                                                    std::string(status.message())));
  };
  CheckpointSummary summary;
  summary.path = checkpoint.path;
  std::error_code error;
  summary.bytes = fs::file_size(checkpoint.path, error);
  for (const auto& [name, bytes] : checkpoint.sections) {
    summary.sections[name] = bytes.size();
  }
  const absl::StatusOr<RunState> run = RunState::Load(checkpoint.sections);
  if (!run.ok()) return located(run.status());
  summary.run = *run;
  const absl::StatusOr<WeightsSummary> weights =
      SummarizeWeights(Section(checkpoint.sections, "weights"));
  if (!weights.ok()) return located(weights.status());
  summary.weights = *weights;
  summary.policy = JsonSection(checkpoint.sections, "policy");
  const nlohmann::json state = JsonSection(checkpoint.sections, "run_state");
  if (state.contains("validation")) summary.validation = state["validation"];
  summary.config = Section(checkpoint.sections, "config");
  return summary;
}

}  // namespace weft
