// Kernels written by hand, so that a test can have one that misbehaves.
#ifndef WEFT_TESTS_ACTOR_WORKER_MEASURE_FUNCTION_KERNEL_H_
#define WEFT_TESTS_ACTOR_WORKER_MEASURE_FUNCTION_KERNEL_H_

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "actor/worker/measure/reference.h"

namespace weft {

class FunctionKernel : public Kernel {
 public:
  using Function = std::function<void(void* const*)>;

  FunctionKernel(std::vector<KernelArgument> arguments, Function function)
      : arguments_(std::move(arguments)), function_(std::move(function)) {}

  void Run(void* const* buffers) const override { function_(buffers); }
  const std::vector<KernelArgument>& arguments() const override { return arguments_; }

 private:
  std::vector<KernelArgument> arguments_;
  Function function_;
};

// c = a + b on `n` floats each.
inline std::vector<KernelArgument> AddArguments(int64_t n) {
  return {{n, 4, false}, {n, 4, false}, {n, 4, true}};
}

inline FunctionKernel::Function Add(int64_t n) {
  return [n](void* const* buffers) {
    const auto* a = static_cast<const float*>(buffers[0]);
    const auto* b = static_cast<const float*>(buffers[1]);
    auto* c = static_cast<float*>(buffers[2]);
    for (int64_t i = 0; i < n; ++i) c[i] = a[i] + b[i];
  };
}

inline CompileFunction Compiles(std::vector<KernelArgument> arguments,
                                FunctionKernel::Function function) {
  return [arguments = std::move(arguments),
          function = std::move(function)]() -> absl::StatusOr<std::unique_ptr<Kernel>> {
    return std::unique_ptr<Kernel>(
        std::make_unique<FunctionKernel>(arguments, function));
  };
}

}  // namespace weft

#endif  // WEFT_TESTS_ACTOR_WORKER_MEASURE_FUNCTION_KERNEL_H_
