// Data to run a compiled program on.
#ifndef WEFT_TESTS_ACTOR_WORKER_TRANSFORMS_KERNEL_ARGUMENTS_H_
#define WEFT_TESTS_ACTOR_WORKER_TRANSFORMS_KERNEL_ARGUMENTS_H_

#include <cmath>
#include <cstdlib>
#include <memory>
#include <random>
#include <vector>

#include "actor/worker/lowering/kernel.h"

namespace weft {

// The same random inputs for every kernel of these arguments; outputs are spoiled
// before each run.
class KernelArguments {
 public:
  explicit KernelArguments(const Kernel& kernel) : arguments_(kernel.arguments()) {
    std::mt19937 random(7);
    std::uniform_real_distribution<double> uniform(-1, 1);
    for (const KernelArgument& argument : arguments_) {
      // Whole cache lines, aligned, as the compiler may assume.
      const auto bytes = static_cast<size_t>((argument.bytes() + 63) / 64 * 64);
      pointers_.push_back(std::aligned_alloc(64, bytes));
      blocks_.emplace_back(pointers_.back(), &std::free);
      for (int64_t i = 0; i < argument.elements; ++i) {
        Set(pointers_.size() - 1, i, uniform(random));
      }
    }
  }

  // What the kernel writes, output after output.
  std::vector<double> Run(const Kernel& kernel) {
    ForEachOutput([this](size_t argument, int64_t i) { Set(argument, i, NAN); });
    kernel.Run(pointers_.data());
    std::vector<double> result;
    ForEachOutput([&](size_t argument, int64_t i) {
      result.push_back(arguments_[argument].element_bytes == 8
                           ? static_cast<const double*>(pointers_[argument])[i]
                           : static_cast<const float*>(pointers_[argument])[i]);
    });
    return result;
  }

 private:
  template <typename Visit>
  void ForEachOutput(const Visit& visit) const {
    for (size_t argument = 0; argument < arguments_.size(); ++argument) {
      if (!arguments_[argument].output) continue;
      for (int64_t i = 0; i < arguments_[argument].elements; ++i) visit(argument, i);
    }
  }
  void Set(size_t argument, int64_t i, double value) {
    if (arguments_[argument].element_bytes == 8) {
      static_cast<double*>(pointers_[argument])[i] = value;
    } else {
      static_cast<float*>(pointers_[argument])[i] = static_cast<float>(value);
    }
  }

  const std::vector<KernelArgument> arguments_;
  std::vector<std::unique_ptr<void, decltype(&std::free)>> blocks_;
  std::vector<void*> pointers_;
};

}  // namespace weft

#endif  // WEFT_TESTS_ACTOR_WORKER_TRANSFORMS_KERNEL_ARGUMENTS_H_
