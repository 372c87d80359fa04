#include "common/config/train_config.h"

#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/config/fields.h"
#include "common/config/yaml_reader.h"
#include "yaml-cpp/yaml.h"

namespace weft {
namespace {

// Prints the fields of one level; indentation follows the level.
class YamlPrinter : public FieldVisitor {
 public:
  explicit YamlPrinter(YAML::Emitter* out) : out_(*out) {}

  void Integer(const std::string& key, int* value, int, int) override {
    out_ << YAML::Key << key << YAML::Value << *value;
  }
  void Unsigned(const std::string& key, uint64_t* value, uint64_t, uint64_t) override {
    out_ << YAML::Key << key << YAML::Value << *value;
  }
  void Real(const std::string& key, double* value, double, double) override {
    // The shortest digits that read back to the same number.
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof(digits), *value).ptr;
    out_ << YAML::Key << key << YAML::Value << std::string(digits, end);
  }
  void Text(const std::string& key, std::string* value, bool) override {
    out_ << YAML::Key << key << YAML::Value << YAML::DoubleQuoted << *value;
  }
  void Choice(const std::string& key, std::string* value,
              const std::vector<std::string>&) override {
    out_ << YAML::Key << key << YAML::Value << *value;
  }
  void Section(const std::string& key,
               const std::function<void(FieldVisitor&)>& fields) override {
    out_ << YAML::Key << key << YAML::Value << YAML::BeginMap;
    fields(*this);
    out_ << YAML::EndMap;
  }

 private:
  YAML::Emitter& out_;
};

absl::Status ApplyOverride(const std::string& text, YAML::Node* root) {
  const std::vector<std::string> halves = absl::StrSplit(text, absl::MaxSplits('=', 1));
  if (halves.size() != 2 || halves[0].empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--set ", text, ": expected KEY=VALUE, such as ppo.clip_ratio=0.1"));
  }
  const std::vector<std::string> keys = absl::StrSplit(halves[0], '.');
  if (!root->IsMap()) *root = YAML::Node(YAML::NodeType::Map);
  YAML::Node level = *root;
  for (size_t i = 0; i + 1 < keys.size(); ++i) {
    if (!std::as_const(level)[keys[i]].IsDefined() || !level[keys[i]].IsMap()) {
      level[keys[i]] = YAML::Node(YAML::NodeType::Map);
    }
    level.reset(level[keys[i]]);
  }
  level[keys.back()] = YAML::Node(halves[1]);
  return absl::OkStatus();
}

// What no single key can decide.
void CheckTogether(const TrainConfig& config, const std::string& file,
                   std::vector<std::string>* errors) {
  if (config.environment == "mlir" && config.suite.empty()) {
    errors->push_back(
        absl::StrCat(file,
                     ": suite: missing; expected a folder of .mlir programs, such as "
                     "datasets/suites/quickstart"));
  }
  const ValidationOptions& validation = config.validation;
  if (config.environment == "mlir" && validation.every_iterations > 0 &&
      validation.suite.empty()) {
    errors->push_back(absl::StrCat(
        file,
        ": validation.suite: missing; validation.every_iterations needs a folder of "
        ".mlir programs other than those of suite"));
  }
  if (config.policy.width % 2 != 0) {
    errors->push_back(absl::StrCat(
        file, ": policy.width: expected an even number, got ", config.policy.width));
  }
  if (const absl::Status ppo = CheckPpo(config.ppo); !ppo.ok()) {
    errors->push_back(absl::StrCat(file, ": ", std::string(ppo.message())));
  }
  const LearnerOptions& learner = config.learner;
  if (learner.queue_capacity < learner.episodes_per_iteration) {
    errors->push_back(absl::StrCat(
        file, ": learner.queue_capacity: expected at least episodes_per_iteration (",
        learner.episodes_per_iteration, "), got ", learner.queue_capacity));
  }
  if (NeedsPretraining(config) && config.pretrain.iterations >= learner.iterations) {
    errors->push_back(absl::StrCat(
        file, ": pretrain.iterations: expected fewer than learner.iterations (",
        learner.iterations, "), which counts them too, got ",
        config.pretrain.iterations));
  }
  for (char c : config.name) {
    if (!isalnum(static_cast<unsigned char>(c)) && c != '-' && c != '_' && c != '.') {
      errors->push_back(absl::StrCat(
          file, ": name: expected letters, digits, '-', '_' and '.', got '",
          config.name, "'"));
      break;
    }
  }
}

}  // namespace

absl::StatusOr<TrainConfig> ParseTrainConfig(
    const std::string& text, const std::string& file,
    const std::vector<std::string>& overrides) {
  YAML::Node root;
  try {
    root = YAML::Load(text);
  } catch (const YAML::ParserException& error) {
    return absl::InvalidArgumentError(
        absl::StrCat(file, ":", error.mark.line + 1, ": not valid YAML: ", error.msg));
  }
  if (!root.IsMap() && !root.IsNull()) {
    return absl::InvalidArgumentError(
        absl::StrCat(file, ":1: expected `key: value` lines at the top level"));
  }
  for (const std::string& override : overrides) {
    if (absl::Status status = ApplyOverride(override, &root); !status.ok())
      return status;
  }
  TrainConfig config;
  std::vector<std::string> errors;
  YamlReader reader(root, file, "", &errors);
  VisitFields(&config, reader);
  reader.Finish();
  CheckTogether(config, file, &errors);
  if (!errors.empty()) return absl::InvalidArgumentError(absl::StrJoin(errors, "\n"));
  return config;
}

absl::StatusOr<TrainConfig> LoadTrainConfig(const std::string& path,
                                            const std::vector<std::string>& overrides) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    return absl::NotFoundError(absl::StrCat(path, ": is a folder, not a file"));
  }
  std::ifstream file(path);
  if (!file) return absl::NotFoundError(absl::StrCat(path, ": cannot be opened"));
  const std::string text((std::istreambuf_iterator<char>(file)),
                         std::istreambuf_iterator<char>());
  if (file.bad()) return absl::NotFoundError(absl::StrCat(path, ": cannot be read"));
  return ParseTrainConfig(text, path, overrides);
}

bool NeedsPretraining(const TrainConfig& config) {
  return config.environment == "mlir" && config.pretrain.iterations > 0;
}

TrainConfig PretrainingConfig(TrainConfig config) {
  config.environment = "cost-model";
  config.learner.iterations = config.pretrain.iterations;
  config.pretrain.iterations = 0;
  config.validation.every_iterations = 0;
  return config;
}

std::string ToYaml(const TrainConfig& config) {
  TrainConfig copy = config;
  YAML::Emitter out;
  out << YAML::BeginMap;
  YamlPrinter printer(&out);
  VisitFields(&copy, printer);
  out << YAML::EndMap;
  return std::string(out.c_str()) + "\n";
}

}  // namespace weft
