// Spearman's rank correlation.
#ifndef WEFT_BENCHMARKS_COST_MODEL_RANK_CORRELATION_H_
#define WEFT_BENCHMARKS_COST_MODEL_RANK_CORRELATION_H_

#include <vector>

namespace weft {

// The ranks of `values`, from 1; equal values share the mean of their ranks.
std::vector<double> Ranks(const std::vector<double>& values);

// The correlation of the ranks of two lists of the same length (Spearman 1904), in
// [-1, 1]; 0 where one of them does not vary or has less than two values.
double RankCorrelation(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace weft

#endif  // WEFT_BENCHMARKS_COST_MODEL_RANK_CORRELATION_H_
