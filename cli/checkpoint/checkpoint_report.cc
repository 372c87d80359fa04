#include "cli/checkpoint/checkpoint_report.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace weft {
namespace {

std::string ShapeText(const std::vector<int64_t>& shape) {
  return absl::StrCat("[", absl::StrJoin(shape, ", "), "]");
}

// "key value key value", or "unknown" for a checkpoint without.
std::string PolicyText(const nlohmann::json& policy) {
  if (!policy.is_object()) return "unknown";
  std::vector<std::string> words;
  for (const auto& [key, value] : policy.items()) {
    words.push_back(absl::StrCat(
        key, " ", value.is_string() ? value.get<std::string>() : value.dump()));
  }
  return absl::StrJoin(words, ", ");
}

std::string Row(const std::string& key, const std::string& value) {
  return absl::StrFormat("%-12s %s\n", key, value);
}

std::string TensorTable(const WeightsSummary& weights) {
  int name_width = 0;
  int shape_width = 0;
  for (const TensorSummary& tensor : weights.tensors) {
    name_width = std::max(name_width, static_cast<int>(tensor.name.size()));
    shape_width =
        std::max(shape_width, static_cast<int>(ShapeText(tensor.shape).size()));
  }
  std::string table;
  for (const TensorSummary& tensor : weights.tensors) {
    absl::StrAppendFormat(&table, "  %-*s  %-*s  norm %.6g%s\n", name_width,
                          tensor.name, shape_width, ShapeText(tensor.shape),
                          tensor.norm, tensor.trainable ? "" : "  (buffer)");
  }
  return table;
}

}  // namespace

std::string CheckpointTable(const CheckpointSummary& summary) {
  const RunState& run = summary.run;
  std::string text = Row("checkpoint", summary.path);
  text += Row("size", absl::StrFormat("%d bytes, checksum valid", summary.bytes));
  for (const auto& [name, bytes] : summary.sections) {
    absl::StrAppendFormat(&text, "  %-18s %d bytes\n", name, bytes);
  }
  text += Row("iteration", absl::StrFormat("%d, after %d episodes and %d decisions",
                                           run.iteration, run.episodes, run.env_steps));
  if (!summary.validation.is_null())
    text += Row("validation", summary.validation.dump());
  text += Row("policy", PolicyText(summary.policy));
  text += Row("network", summary.weights.signature);
  text += Row("parameters", absl::StrCat(summary.weights.parameters));
  text += TensorTable(summary.weights);
  if (summary.config.empty()) return text + Row("config", "not in this checkpoint");
  text += "config\n";
  for (absl::string_view line :
       absl::StrSplit(summary.config, '\n', absl::SkipEmpty())) {
    absl::StrAppend(&text, "  ", line, "\n");
  }
  return text;
}

nlohmann::ordered_json CheckpointJson(const CheckpointSummary& summary) {
  nlohmann::ordered_json tensors = nlohmann::ordered_json::array();
  for (const TensorSummary& tensor : summary.weights.tensors) {
    tensors.push_back({{"name", tensor.name},
                       {"shape", tensor.shape},
                       {"norm", tensor.norm},
                       {"trainable", tensor.trainable}});
  }
  return {{"path", summary.path},
          {"valid", true},
          {"bytes", summary.bytes},
          {"sections", summary.sections},
          {"iteration", summary.run.iteration},
          {"episodes", summary.run.episodes},
          {"decisions", summary.run.env_steps},
          {"elapsed_seconds", summary.run.elapsed_seconds},
          {"validation", summary.validation},
          {"policy", summary.policy},
          {"network", summary.weights.signature},
          {"parameters", summary.weights.parameters},
          {"tensors", tensors},
          {"config", summary.config}};
}

}  // namespace weft
