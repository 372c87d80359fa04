#include "learner/ppo/schedules.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/config/fields.h"

namespace weft {
namespace {

// Checks the section `ppo` of a config against the bounds that its reader applies.
class PpoBounds : public FieldVisitor {
 public:
  const absl::Status& status() const { return status_; }

  void Integer(const std::string& key, int* value, int min, int max) override {
    CheckRange(key, *value, min, max);
  }
  void Real(const std::string& key, double* value, double min, double max) override {
    CheckRange(key, *value, min, max);
  }
  void Choice(const std::string& key, std::string* value,
              const std::vector<std::string>& allowed) override {
    const bool known =
        std::find(allowed.begin(), allowed.end(), *value) != allowed.end();
    Check(known, key, absl::StrCat("one of ", absl::StrJoin(allowed, ", ")), *value);
  }
  void Section(const std::string& key,
               const std::function<void(FieldVisitor&)>& fields) override {
    if (key == "ppo") fields(*this);
  }
  // Those at the top level.
  void Unsigned(const std::string&, uint64_t*, uint64_t, uint64_t) override {}
  void Text(const std::string&, std::string*, bool) override {}

 private:
  void CheckRange(const std::string& key, double value, double min, double max) {
    Check(value >= min && value <= max, key,  // NaN fails.
          absl::StrCat("a number in [", min, ", ", max, "]"), absl::StrCat(value));
  }
  void Check(bool good, const std::string& key, const std::string& expected,
             const std::string& got) {
    if (!status_.ok() || good) return;
    status_ = absl::InvalidArgumentError(
        absl::StrCat("ppo.", key, ": expected ", expected, ", got ", got));
  }

  absl::Status status_;
};

// By hand: std::shuffle may differ between standard libraries.
std::vector<int> Shuffled(int count, std::mt19937_64& random) {
  std::vector<int> order(count);
  std::iota(order.begin(), order.end(), 0);
  for (int i = count - 1; i > 0; --i) {
    std::swap(order[i], order[random() % static_cast<uint64_t>(i + 1)]);
  }
  return order;
}

}  // namespace

absl::Status ValidatePpo(const PpoOptions& options) {
  TrainConfig config;
  config.ppo = options;
  PpoBounds bounds;
  VisitFields(&config, bounds);
  return bounds.status().ok() ? CheckPpo(options) : bounds.status();
}

double LearningRate(const PpoOptions& options, uint64_t update, int total) {
  const auto warmup = static_cast<uint64_t>(options.warmup_updates);
  if (update < warmup) {
    return options.learning_rate * static_cast<double>(update + 1) /
           static_cast<double>(warmup + 1);
  }
  if (options.learning_rate_schedule == "constant") return options.learning_rate;
  const double progress =
      LinearDecay(0, 1, update - warmup, std::max(total - options.warmup_updates, 1));
  const double fallen = options.learning_rate_schedule == "cosine"
                            ? (1 - std::cos(M_PI * progress)) / 2
                            : progress;
  const double end = options.learning_rate * options.final_learning_rate_ratio;
  return options.learning_rate + (end - options.learning_rate) * fallen;
}

double LinearDecay(double start, double end, uint64_t update, int total) {
  const double last = std::max(total - 1, 1);
  const double progress = std::min(1.0, static_cast<double>(update) / last);
  return start + (end - start) * progress;
}

std::vector<std::vector<int>> Minibatches(int count, int size,
                                          std::mt19937_64& random) {
  const std::vector<int> order = Shuffled(count, random);
  const int batches = std::max(1, count / size);
  std::vector<std::vector<int>> result;
  for (int b = 0; b < batches; ++b) {
    const auto end = b + 1 == batches ? order.end() : order.begin() + (b + 1) * size;
    result.emplace_back(order.begin() + b * size, end);
  }
  return result;
}

std::vector<std::vector<int>> EpisodeMinibatches(const std::vector<int>& firsts,
                                                 int size, std::mt19937_64& random) {
  std::vector<std::vector<int>> result(1);
  int left = firsts.back() - firsts.front();
  for (int episode : Shuffled(static_cast<int>(firsts.size()) - 1, random)) {
    std::vector<int>& last = result.back();
    const bool full = static_cast<int>(last.size()) >= size;
    std::vector<int>& batch = full && left >= size ? result.emplace_back() : last;
    for (int i = firsts[episode]; i < firsts[episode + 1]; ++i) batch.push_back(i);
    left -= firsts[episode + 1] - firsts[episode];
  }
  return result;
}

}  // namespace weft
