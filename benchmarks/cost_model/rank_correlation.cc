#include "benchmarks/cost_model/rank_correlation.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace weft {

std::vector<double> Ranks(const std::vector<double>& values) {
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(),
            [&](size_t a, size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (size_t begin = 0; begin < order.size();) {
    size_t end = begin;
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    // The mean of the ranks begin + 1, ..., end.
    for (size_t i = begin; i < end; ++i) {
      ranks[order[i]] = static_cast<double>(begin + 1 + end) / 2;
    }
    begin = end;
  }
  return ranks;
}

double RankCorrelation(const std::vector<double>& a, const std::vector<double>& b) {
  const std::vector<double> x = Ranks(a);
  const std::vector<double> y = Ranks(b);
  const double mean = (static_cast<double>(x.size()) + 1) / 2;
  double covariance = 0, x_variance = 0, y_variance = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    covariance += (x[i] - mean) * (y[i] - mean);
    x_variance += (x[i] - mean) * (x[i] - mean);
    y_variance += (y[i] - mean) * (y[i] - mean);
  }
  if (x_variance == 0 || y_variance == 0) return 0;
  return covariance / std::sqrt(x_variance * y_variance);
}

}  // namespace weft
