#include "cli/report/learning_curves.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "common/files/atomic_file.h"

namespace weft {
namespace {

using nlohmann::json;

void Append(const json& object, const json& iteration, const std::string& key,
            Curve* curve) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number()) return;
  curve->push_back({iteration.get<double>(), found->get<double>()});
}

double FailuresOf(const json& iteration) {
  double failures = 0;
  const auto found = iteration.find("failures");
  if (found == iteration.end()) return 0;
  for (const json& count : *found) failures += count.get<double>();
  return failures;
}

// Rewards of two environments are no curve. Older lines do not say which they are of.
void KeepLastEnvironment(std::vector<json>* iterations) {
  if (iterations->empty()) return;
  const std::string last = iterations->back().value("environment", "");
  iterations->erase(std::remove_if(iterations->begin(), iterations->end(),
                                   [&](const json& line) {
                                     return line.value("environment", "") != last;
                                   }),
                    iterations->end());
}

// The mean over the lines that have the number; 0 where none has. What an update would
// say is missing where it failed, and null where it is not finite.
double MeanOf(const std::vector<json>& iterations, size_t begin, size_t end,
              const std::string& key) {
  double sum = 0;
  int count = 0;
  for (size_t i = begin; i < end; ++i) {
    const auto found = iterations[i].find(key);
    if (found == iterations[i].end() || !found->is_number()) continue;
    sum += found->get<double>();
    ++count;
  }
  return sum / std::max(count, 1);
}

Window WindowOf(const std::string& name, const std::vector<json>& iterations,
                size_t begin, size_t end) {
  Window window;
  window.name = name;
  window.first_iteration = iterations[begin].value("iteration", uint64_t{0});
  window.last_iteration = iterations[end - 1].value("iteration", uint64_t{0});
  window.mean_reward = MeanOf(iterations, begin, end, "mean_reward");
  window.entropy = MeanOf(iterations, begin, end, "entropy");
  window.kl = MeanOf(iterations, begin, end, "kl");
  window.explained_variance = MeanOf(iterations, begin, end, "explained_variance");
  double log_speedup = 0, episodes = 0;
  for (size_t i = begin; i < end; ++i) {
    log_speedup += std::log(iterations[i].value("mean_speedup", 1.0));
    window.failures += FailuresOf(iterations[i]);
    episodes += iterations[i].value("episodes", 0.0);
  }
  window.mean_speedup = std::exp(log_speedup / static_cast<double>(end - begin));
  window.failures /= std::max(episodes, 1.0);
  return window;
}

}  // namespace

Curve LearningCurves::Of(const std::string& key) const {
  Curve curve;
  for (const json& line : iterations) Append(line, line["iteration"], key, &curve);
  return curve;
}

Curve LearningCurves::ValidationOf(const std::string& key) const {
  Curve curve;
  for (const json& line : validations) {
    Append(line["validation"], line["iteration"], key, &curve);
  }
  return curve;
}

Curve LearningCurves::Failures() const {
  Curve curve;
  for (const json& line : iterations) {
    curve.push_back({line["iteration"].get<double>(), FailuresOf(line)});
  }
  return curve;
}

absl::StatusOr<LearningCurves> ReadLearningCurves(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok()) return text.status();
  LearningCurves curves;
  const std::vector<std::string> lines = absl::StrSplit(*text, '\n');
  for (size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].empty()) continue;
    json line = json::parse(lines[i], nullptr, /*allow_exceptions=*/false);
    const bool whole =
        line.is_object() && line.contains("iteration") && line["iteration"].is_number();
    if (!whole && i + 1 == lines.size()) break;  // Without its line break: cut off.
    if (!whole) {
      return absl::DataLossError(
          absl::StrCat(path, ":", i + 1, ": is no line of an iteration"));
    }
    (line.contains("validation") ? curves.validations : curves.iterations)
        .push_back(std::move(line));
  }
  KeepLastEnvironment(&curves.iterations);
  return curves;
}

std::vector<Window> Windows(const LearningCurves& curves) {
  const size_t count = curves.iterations.size();
  if (count == 0) return {};
  const size_t size = std::max<size_t>(1, count / 10);
  const size_t middle = (count - size) / 2;
  return {WindowOf("first", curves.iterations, 0, size),
          WindowOf("middle", curves.iterations, middle, middle + size),
          WindowOf("last", curves.iterations, count - size, count)};
}

std::string WindowTable(const std::vector<Window>& windows) {
  std::string table =
      absl::StrFormat("%-8s %15s %9s %9s %9s %8s %10s %9s\n", "window", "iterations",
                      "reward", "speed-up", "entropy", "KL", "explained", "failures");
  for (const Window& window : windows) {
    absl::StrAppendFormat(
        &table, "%-8s %15s %9.3f %8.2fx %9.2f %8.4f %9.1f%% %8.1f%%\n", window.name,
        absl::StrCat(window.first_iteration, "-", window.last_iteration),
        window.mean_reward, window.mean_speedup, window.entropy, window.kl,
        100 * window.explained_variance, 100 * window.failures);
  }
  return table;
}

}  // namespace weft
