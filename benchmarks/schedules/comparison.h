// The rows of the benchmark and the table made of them.
#ifndef WEFT_BENCHMARKS_SCHEDULES_COMPARISON_H_
#define WEFT_BENCHMARKS_SCHEDULES_COMPARISON_H_

#include <string>
#include <vector>

#include "nlohmann/json.hpp"

namespace weft {

// One program on one number of threads. Times in microseconds, the fastest of the run;
// 0 where there is none.
struct ComparisonRow {
  std::string program;
  bool network = false;  // Of several tasks.
  int threads = 1;
  double unscheduled_us = 0;
  double best_us = 0;
  double libtorch_us = 0;
  std::string libtorch_variant;
  double gflops = 0;
  double gbps = 0;
  // Of what multiply-adds alone reach in runs of this length, measured in turns with
  // it.
  double peak_fraction = 0;
  std::string schedule;
  int measurements = 0;  // Of the search, those answered by the store included.
  std::string problem;   // Why a time is missing; empty when none is.

  // LibTorch's time over ours: above 1 we are faster; 0 without both.
  double ratio() const {
    return best_us > 0 && libtorch_us > 0 ? libtorch_us / best_us : 0;
  }
};

// The keys are the names of the fields above but `network`, and `ratio`.
nlohmann::json ToJson(const ComparisonRow& row);

// Whether the program is one of the suite's contractions and convolutions.
bool IsContractionOrConvolution(const std::string& program);

// One line per row, then the geometric means of the ratios over all rows and over the
// contractions and convolutions, and the smallest. Rows without a ratio are named and
// left out of the means.
std::string ComparisonTable(const std::vector<ComparisonRow>& rows);

}  // namespace weft

#endif  // WEFT_BENCHMARKS_SCHEDULES_COMPARISON_H_
