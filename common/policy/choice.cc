#include "common/policy/choice.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace weft {
namespace {

int Draw(const std::vector<double>& probabilities, std::mt19937_64& random) {
  // 53 random bits; std::uniform_real_distribution may differ between libraries.
  double remaining = static_cast<double>(random() >> 11) * 0x1p-53;
  int last = 0;
  for (size_t i = 0; i < probabilities.size(); ++i) {
    if (probabilities[i] == 0) continue;
    last = static_cast<int>(i);
    remaining -= probabilities[i];
    if (remaining < 0) break;
  }
  return last;  // Rounding can leave a little: the last possible entry takes it.
}

}  // namespace

std::vector<double> MaskedSoftmax(const float* logits, int count, uint32_t legal) {
  double largest = -std::numeric_limits<double>::infinity();
  for (int i = 0; i < count; ++i) {
    if (legal >> i & 1) largest = std::max(largest, static_cast<double>(logits[i]));
  }
  std::vector<double> probabilities(count, 0.0);
  double total = 0;
  for (int i = 0; i < count; ++i) {
    if (legal >> i & 1) total += probabilities[i] = std::exp(logits[i] - largest);
  }
  for (double& probability : probabilities) probability /= total;
  return probabilities;
}

Choice Choose(const float* logits, int count, uint32_t legal, Selection selection,
              std::mt19937_64& random) {
  const std::vector<double> probabilities = MaskedSoftmax(logits, count, legal);
  Choice choice;
  choice.index = selection == Selection::kGreedy
                     ? static_cast<int>(std::max_element(probabilities.begin(),
                                                         probabilities.end()) -
                                        probabilities.begin())
                     : Draw(probabilities, random);
  choice.log_probability = static_cast<float>(std::log(probabilities[choice.index]));
  double entropy = 0;
  for (double probability : probabilities) {
    if (probability > 0) entropy -= probability * std::log(probability);
  }
  choice.entropy = static_cast<float>(entropy);
  return choice;
}

}  // namespace weft
