// The programs of datasets/suites/schedules as LibTorch calls.
#ifndef WEFT_BENCHMARKS_SCHEDULES_TORCH_PROGRAM_H_
#define WEFT_BENCHMARKS_SCHEDULES_TORCH_PROGRAM_H_

#include <functional>
#include <string>
#include <vector>

namespace weft {

// One way to do a program's work: inputs in the layout of the program in, outputs in
// the layout of the program out. What can be prepared once for many calls, such as the
// weights of a convolution in another layout, is; the rest is in the call.
struct TorchVariant {
  std::string name;  // "mm_out", "channels_last", ...
  std::function<void()> call;
  // The largest difference of the output from that of an independent computation in
  // double precision, over the size of the outputs.
  std::function<double()> error;
};

// Empty for a program that is not known. Inputs are random numbers of [-1, 1).
std::vector<TorchVariant> MakeTorchVariants(const std::string& program);

}  // namespace weft

#endif  // WEFT_BENCHMARKS_SCHEDULES_TORCH_PROGRAM_H_
