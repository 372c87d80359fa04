// Whether an output is the reference's, as far as floating point can tell.
#ifndef WEFT_ACTOR_WORKER_MEASURE_COMPARE_OUTPUT_H_
#define WEFT_ACTOR_WORKER_MEASURE_COMPARE_OUTPUT_H_

#include <string>

#include "actor/worker/lowering/callable.h"

namespace weft {

// The largest relative error that a reordered sum of `reduction_length` terms may have:
// eps * (32 + 8 sqrt(K)), with the machine epsilon of the element type. The derivation
// is in docs/measurement.md.
double Tolerance(int element_bytes, double reduction_length);

struct OutputComparison {
  // Largest |actual - expected| / (|expected| + rms(expected)). Finite: an actual value
  // that is NaN or infinite counts as the largest double.
  double max_relative_error = 0;
  std::string
      mismatch;  // The first element beyond the tolerance; empty if there is none.
};

// `expected` is finite, as every reference is. Pure.
OutputComparison CompareOutput(const KernelArgument& argument, const void* expected,
                               const void* actual, double tolerance);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_MEASURE_COMPARE_OUTPUT_H_
