#include "actor/worker/measure/compare_output.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"

namespace weft {
namespace {

constexpr double kWorst = std::numeric_limits<double>::max();

// The root of the mean square: the scale of errors near zero, where terms that cancel
// leave rounding errors of the terms' own size.
template <typename Element>
double RootMeanSquare(const Element* elements, int64_t count) {
  double largest = 0;
  for (int64_t i = 0; i < count; ++i) {
    largest = std::max(largest, std::abs(static_cast<double>(elements[i])));
  }
  if (largest == 0) return 0;
  double sum = 0;  // Of squares of fractions, which do not overflow.
  for (int64_t i = 0; i < count; ++i) {
    const double fraction = static_cast<double>(elements[i]) / largest;
    sum += fraction * fraction;
  }
  return largest * std::sqrt(sum / static_cast<double>(count));
}

double RelativeError(double expected, double actual, double scale) {
  if (expected == actual) return 0;
  const double error = std::abs(actual - expected) / (std::abs(expected) + scale);
  return std::isfinite(error) ? error : kWorst;
}

template <typename Element>
OutputComparison Compare(const KernelArgument& argument, const void* expected_data,
                         const void* actual_data, double tolerance) {
  const auto* expected = static_cast<const Element*>(expected_data);
  const auto* actual = static_cast<const Element*>(actual_data);
  const double scale = RootMeanSquare(expected, argument.elements);
  OutputComparison result;
  for (int64_t i = 0; i < argument.elements; ++i) {
    const double error = RelativeError(expected[i], actual[i], scale);
    result.max_relative_error = std::max(result.max_relative_error, error);
    if (error > tolerance && result.mismatch.empty()) {
      result.mismatch = absl::StrCat("element ", i, " of ", argument.elements,
                                     ": expected ", expected[i], ", got ", actual[i],
                                     ", relative error ", error, " above ", tolerance);
    }
  }
  return result;
}

}  // namespace

double Tolerance(int element_bytes, double reduction_length) {
  const double epsilon = element_bytes == 8 ? std::numeric_limits<double>::epsilon()
                                            : std::numeric_limits<float>::epsilon();
  return epsilon * (32 + 8 * std::sqrt(std::max(reduction_length, 1.0)));
}

OutputComparison CompareOutput(const KernelArgument& argument, const void* expected,
                               const void* actual, double tolerance) {
  return argument.element_bytes == 8
             ? Compare<double>(argument, expected, actual, tolerance)
             : Compare<float>(argument, expected, actual, tolerance);
}

}  // namespace weft
