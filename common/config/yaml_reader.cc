#include "common/config/yaml_reader.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace weft {
namespace {

// Levenshtein distance, for the suggestion beside an unknown key.
size_t EditDistance(const std::string& a, const std::string& b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i);
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t substitute = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substitute});
    }
  }
  return row[b.size()];
}

}  // namespace

YamlReader::YamlReader(const YAML::Node& node, std::string file, std::string prefix,
                       std::vector<std::string>* errors)
    : node_(node),
      file_(std::move(file)),
      prefix_(std::move(prefix)),
      errors_(errors) {}

void YamlReader::Fail(const YAML::Node& at, const std::string& key,
                      const std::string& problem) {
  // Nodes that came from a command-line override have no position in the file.
  const std::string place = at.Mark().is_null()
                                ? std::string("--set")
                                : absl::StrCat(file_, ":", at.Mark().line + 1);
  errors_->push_back(absl::StrCat(place, ": ", prefix_, key, ": ", problem));
}

YAML::Node YamlReader::Scalar(const std::string& key, const std::string& allowed) {
  known_.push_back(key);
  const YAML::Node missing(YAML::NodeType::Undefined);
  if (!node_.IsMap()) return missing;
  const YAML::Node child = std::as_const(node_)[key];
  if (!child.IsDefined()) return missing;
  if (child.IsScalar()) return child;
  Fail(child, key,
       absl::StrCat("expected ", allowed, ", got ",
                    child.IsNull()  ? "nothing"
                    : child.IsMap() ? "a section"
                                    : "a list"));
  return missing;
}

template <typename T>
void YamlReader::Number(const std::string& key, T* value, T min, T max,
                        const char* kind) {
  const std::string allowed = absl::StrCat(kind, " from ", min, " to ", max);
  const YAML::Node child = Scalar(key, allowed);
  if (!child.IsDefined()) return;
  T number{};
  // YAML-cpp wraps a negative number that is read as unsigned.
  const bool negative = std::is_unsigned_v<T> && child.Scalar().rfind('-', 0) == 0;
  if (negative || !YAML::convert<T>::decode(child, number) ||
      !(number >= min && number <= max)) {
    Fail(child, key,
         absl::StrCat("expected ", allowed, ", got '", child.Scalar(), "'"));
    return;
  }
  *value = number;
}

void YamlReader::Integer(const std::string& key, int* value, int min, int max) {
  Number(key, value, min, max, "a whole number");
}

void YamlReader::Unsigned(const std::string& key, uint64_t* value, uint64_t min,
                          uint64_t max) {
  Number(key, value, min, max, "a whole number");
}

void YamlReader::Real(const std::string& key, double* value, double min, double max) {
  Number(key, value, min, max, "a number");
}

void YamlReader::Text(const std::string& key, std::string* value, bool may_be_empty) {
  const YAML::Node child = Scalar(key, "text");
  if (!child.IsDefined()) return;
  if (child.Scalar().empty() && !may_be_empty) {
    Fail(child, key, "expected text, got nothing");
    return;
  }
  *value = child.Scalar();
}

void YamlReader::Choice(const std::string& key, std::string* value,
                        const std::vector<std::string>& allowed) {
  const std::string choices = absl::StrCat("one of ", absl::StrJoin(allowed, ", "));
  const YAML::Node child = Scalar(key, choices);
  if (!child.IsDefined()) return;
  if (std::find(allowed.begin(), allowed.end(), child.Scalar()) == allowed.end()) {
    Fail(child, key,
         absl::StrCat("expected ", choices, ", got '", child.Scalar(), "'"));
    return;
  }
  *value = child.Scalar();
}

void YamlReader::Section(const std::string& key,
                         const std::function<void(FieldVisitor&)>& fields) {
  known_.push_back(key);
  YAML::Node child(YAML::NodeType::Null);
  if (node_.IsMap() && std::as_const(node_)[key].IsDefined()) {
    child = std::as_const(node_)[key];
  }
  if (!child.IsMap() && !child.IsNull()) {
    Fail(child, key, "expected a section with keys of its own");
    return;
  }
  YamlReader reader(child, file_, absl::StrCat(prefix_, key, "."), errors_);
  fields(reader);
  reader.Finish();
}

void YamlReader::Finish() {
  if (!node_.IsMap()) return;
  std::set<std::string> seen;
  for (const auto& entry : node_) {
    const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : "?";
    if (!seen.insert(key).second) Fail(entry.first, key, "this key is given twice");
    if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
    const auto nearest = std::min_element(
        known_.begin(), known_.end(), [&](const std::string& a, const std::string& b) {
          return EditDistance(key, a) < EditDistance(key, b);
        });
    std::string problem = "unknown key";
    if (nearest != known_.end() && EditDistance(key, *nearest) <= 2 + key.size() / 4) {
      absl::StrAppend(&problem, "; did you mean '", *nearest, "'?");
    }
    absl::StrAppend(&problem, " (allowed: ", absl::StrJoin(known_, ", "), ")");
    Fail(entry.first, key, problem);
  }
}

}  // namespace weft
