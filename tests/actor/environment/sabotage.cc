// Linked into the real worker in place of CompileKernel (the linker's --wrap): what a
// schedule's compilation or its kernel does wrong in injected_faults_test.
//
// The schedule says which fault it wants, by the step of its innermost loop; with one
// loop it is the compiler that misbehaves, with two the kernel. Programs without a
// schedule have no loop here, and so are compiled and run as ever.

#include <chrono>
#include <cstdlib>
#include <memory>
#include <new>
#include <optional>
#include <utility>
#include <vector>

#include "actor/worker/lowering/kernel.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

// The names that the linker gives the real function and whoever calls it.
#define WEFT_COMPILE_KERNEL                                                \
  "_ZN4weft13CompileKernelERNS_15CompilerContextEN4mlir11OwningOpRefINS2_" \
  "8ModuleOpEEEi"

namespace weft {

absl::StatusOr<std::unique_ptr<Kernel>> RealCompileKernel(
    CompilerContext& context, mlir::OwningOpRef<mlir::ModuleOp> module,
    int threads) asm("__real_" WEFT_COMPILE_KERNEL);
absl::StatusOr<std::unique_ptr<Kernel>> SabotagedCompileKernel(
    CompilerContext& context, mlir::OwningOpRef<mlir::ModuleOp> module,
    int threads) asm("__wrap_" WEFT_COMPILE_KERNEL);

namespace {

enum class Fault { kNone, kWrongValue, kAbort, kLoop, kEatMemory };

struct Plan {
  Fault fault = Fault::kNone;
  bool in_kernel = false;
};

Fault FaultOfStep(int64_t step) {
  switch (step) {
    case 4:
      return Fault::kWrongValue;
    case 16:
      return Fault::kAbort;
    case 8:
      return Fault::kLoop;
    case 2:
      return Fault::kEatMemory;
    default:
      return Fault::kNone;
  }
}

Plan PlanOf(mlir::ModuleOp module) {
  std::vector<int64_t> steps;
  module.walk<mlir::WalkOrder::PreOrder>([&steps](mlir::scf::ForOp loop) {
    const std::optional<int64_t> step = mlir::getConstantIntValue(loop.getStep());
    steps.push_back(step.value_or(0));
  });
  if (steps.empty()) return Plan();
  return {FaultOfStep(steps.back()), steps.size() > 1};
}

void LoopForever() {
  // The clock keeps the compiler from taking the loop for one without effect.
  while (std::chrono::steady_clock::now().time_since_epoch().count() != 0) {
  }
}

// Where a compiler that leaves out allocations without effect must see one.
void* volatile last_block = nullptr;

void EatMemory() {
  constexpr size_t kBlock = size_t{16} << 20;
  while (true) {
    last_block = ::operator new(kBlock);
  }
}

void Commit(Fault fault) {
  if (fault == Fault::kAbort) std::abort();
  if (fault == Fault::kLoop) LoopForever();
  if (fault == Fault::kEatMemory) EatMemory();
}

// Runs the real code, and then does its harm.
class SabotagedKernel : public Kernel {
 public:
  SabotagedKernel(std::unique_ptr<Kernel> kernel, Fault fault)
      : kernel_(std::move(kernel)), fault_(fault) {}

  void Run(void* const* buffers) const override {
    kernel_->Run(buffers);
    if (fault_ == Fault::kWrongValue) SpoilOneElement(buffers);
    Commit(fault_);
  }
  const std::vector<KernelArgument>& arguments() const override {
    return kernel_->arguments();
  }

 private:
  void SpoilOneElement(void* const* buffers) const {
    for (size_t i = 0; i < arguments().size(); ++i) {
      if (!arguments()[i].output) continue;
      auto* values = static_cast<float*>(buffers[i]);
      values[arguments()[i].elements / 2] += 1;
    }
  }

  const std::unique_ptr<Kernel> kernel_;
  const Fault fault_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Kernel>> SabotagedCompileKernel(
    CompilerContext& context, mlir::OwningOpRef<mlir::ModuleOp> module, int threads) {
  const Plan plan = PlanOf(*module);
  if (!plan.in_kernel) Commit(plan.fault);
  absl::StatusOr<std::unique_ptr<Kernel>> kernel =
      RealCompileKernel(context, std::move(module), threads);
  if (!kernel.ok() || !plan.in_kernel) return kernel;
  return std::unique_ptr<Kernel>(
      std::make_unique<SabotagedKernel>(*std::move(kernel), plan.fault));
}

}  // namespace weft
