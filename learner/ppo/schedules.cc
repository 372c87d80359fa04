#include "learner/ppo/schedules.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/config/fields.h"

namespace weft {
namespace {

// Checks the section `ppo` of a config against the bounds that its reader applies.
class PpoBounds : public FieldVisitor {
 public:
  const absl::Status& status() const { return status_; }

  void Integer(const std::string& key, int* value, int min, int max) override {
    Check(key, *value, min, max);
  }
  void Real(const std::string& key, double* value, double min, double max) override {
    Check(key, *value, min, max);
  }
  void Section(const std::string& key,
               const std::function<void(FieldVisitor&)>& fields) override {
    if (key == "ppo") fields(*this);
  }
  // Those at the top level.
  void Unsigned(const std::string&, uint64_t*, uint64_t, uint64_t) override {}
  void Text(const std::string&, std::string*, bool) override {}
  void Choice(const std::string&, std::string*,
              const std::vector<std::string>&) override {}

 private:
  void Check(const std::string& key, double value, double min, double max) {
    if (!status_.ok() || (value >= min && value <= max)) return;  // NaN fails.
    status_ = absl::InvalidArgumentError(absl::StrCat(
        "ppo.", key, ": expected a number in [", min, ", ", max, "], got ", value));
  }

  absl::Status status_;
};

}  // namespace

absl::Status ValidatePpo(const PpoOptions& options) {
  TrainConfig config;
  config.ppo = options;
  PpoBounds bounds;
  VisitFields(&config, bounds);
  return bounds.status();
}

double LinearDecay(double start, double end, uint64_t update, int total) {
  const double last = std::max(total - 1, 1);
  const double progress = std::min(1.0, static_cast<double>(update) / last);
  return start + (end - start) * progress;
}

std::vector<std::vector<int>> Minibatches(int count, int size,
                                          std::mt19937_64& random) {
  std::vector<int> order(count);
  std::iota(order.begin(), order.end(), 0);
  // By hand: std::shuffle may differ between standard libraries.
  for (int i = count - 1; i > 0; --i) {
    std::swap(order[i], order[random() % static_cast<uint64_t>(i + 1)]);
  }
  const int batches = std::max(1, count / size);
  std::vector<std::vector<int>> result;
  for (int b = 0; b < batches; ++b) {
    const auto end = b + 1 == batches ? order.end() : order.begin() + (b + 1) * size;
    result.emplace_back(order.begin() + b * size, end);
  }
  return result;
}

}  // namespace weft
