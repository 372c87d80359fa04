#include "learner/ppo/schedules.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "absl/strings/str_cat.h"

namespace weft {
namespace {

struct Bound {
  const char* name;
  double value;
  double smallest;
  double largest;
};

}  // namespace

absl::Status ValidatePpo(const PpoOptions& options) {
  constexpr double kUnbounded = std::numeric_limits<double>::max();
  const Bound bounds[] = {
      {"learning_rate", options.learning_rate, 0, 1},
      {"discount", options.discount, 0, 1},
      {"gae_lambda", options.gae_lambda, 0, 1},
      {"clip_ratio", options.clip_ratio, 1e-6, 1},
      {"value_coefficient", options.value_coefficient, 0, kUnbounded},
      {"entropy_coefficient", options.entropy_coefficient, 0, kUnbounded},
      {"final_entropy_coefficient", options.final_entropy_coefficient, 0, kUnbounded},
      {"max_gradient_norm", options.max_gradient_norm, 1e-6, kUnbounded},
      {"target_kl", options.target_kl, 1e-9, kUnbounded},
      {"epochs", static_cast<double>(options.epochs), 1, 1000},
      {"minibatch_steps", static_cast<double>(options.minibatch_steps), 1, 1 << 20},
  };
  for (const Bound& bound : bounds) {
    // Written so that NaN fails.
    if (!(bound.value >= bound.smallest && bound.value <= bound.largest)) {
      return absl::InvalidArgumentError(
          absl::StrCat("ppo.", bound.name, ": expected a number in [", bound.smallest,
                       ", ", bound.largest, "], got ", bound.value));
    }
  }
  return absl::OkStatus();
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
