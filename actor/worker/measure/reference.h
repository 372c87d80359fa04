// What a program's outputs must be: those of the unscheduled program.
#ifndef WEFT_ACTOR_WORKER_MEASURE_REFERENCE_H_
#define WEFT_ACTOR_WORKER_MEASURE_REFERENCE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "actor/worker/lowering/callable.h"
#include "actor/worker/measure/run_limited.h"

namespace weft {

// Compiles a kernel. Called in a child process, so it may crash or hang.
using CompileFunction = std::function<absl::StatusOr<std::unique_ptr<Kernel>>()>;

// The outputs, in sealed shared memory that children inherit. Computed once per
// program. Immutable and thread-safe after construction.
class Reference {
 public:
  // Compiles and runs the unscheduled program in a child process. `flops` is the
  // program's and tells how long its sums are when the kernel's outputs do not.
  //   FAILED_PRECONDITION  the program can never be a reference: it does not compile,
  //                        traps, hits the memory limit, writes to its inputs, has no
  //                        output, or computes one that is not finite
  //   UNAVAILABLE          says nothing about the program, and may go well next time:
  //   it
  //                        took too long, was killed, or there was no process or memory
  //                        to have
  static absl::StatusOr<std::unique_ptr<Reference>> Compute(
      const CompileFunction& compile_unscheduled, double flops,
      const ChildLimits& limits);
  ~Reference();
  Reference(const Reference&) = delete;
  Reference& operator=(const Reference&) = delete;

  const std::vector<KernelArgument>& arguments() const { return arguments_; }
  // The expected contents of argument `index`, which is an output.
  const void* expected(size_t index) const { return outputs_[index]; }
  // Memory that the outputs take.
  int64_t output_bytes() const { return static_cast<int64_t>(mapped_bytes_); }
  // The largest relative error that argument `index`, an output, may have: Tolerance of
  // its own operations, or of the program's per output element where those are unknown.
  double tolerance(size_t index) const;

 private:
  Reference(int memory, std::vector<KernelArgument> arguments, double flops);
  absl::Status Map();

  const int memory_;
  const std::vector<KernelArgument> arguments_;
  const double reduction_length_;  // Operations per output element; at least 1.
  void* mapping_ = nullptr;
  size_t mapped_bytes_ = 0;
  std::vector<const void*> outputs_;  // Null for inputs.
};

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_MEASURE_REFERENCE_H_
