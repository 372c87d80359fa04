#include "actor/worker/lowering/kernel.h"

#include <utility>
#include <vector>

#include "actor/worker/lowering/bufferization.h"
#include "actor/worker/lowering/code_generation.h"
#include "actor/worker/lowering/jit_kernel.h"
#include "actor/worker/lowering/llvm_dialect_lowering.h"
#include "actor/worker/lowering/out_of_memory.h"
#include "actor/worker/lowering/vector_lowering.h"

namespace weft {
namespace {

struct LoweredModule {
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::vector<KernelArgument> arguments;
};

absl::StatusOr<LoweredModule> LowerModule(CompilerContext& context,
                                          mlir::OwningOpRef<mlir::ModuleOp> module,
                                          int threads) {
  RouteLlvmOutOfMemory();
  context.TakeDiagnostics();  // What an earlier failure left is not about this module.
  absl::StatusOr<BufferLayout> layout = Bufferize(context, *module, threads);
  if (!layout.ok()) return layout.status();
  absl::Status status = LowerVectors(context, *module);
  if (!status.ok()) return status;
  status = LowerToLlvmDialect(context, *module, threads);
  if (!status.ok()) return status;
  return LoweredModule{std::move(module), std::move(layout->arguments)};
}

}  // namespace

absl::StatusOr<std::unique_ptr<Kernel>> CompileKernel(
    CompilerContext& context, mlir::OwningOpRef<mlir::ModuleOp> module, int threads) {
  absl::StatusOr<LoweredModule> lowered =
      LowerModule(context, std::move(module), threads);
  if (!lowered.ok()) return lowered.status();
  auto object = GenerateCode(context, *lowered->module, lowered->arguments.size(),
                             CodeFormat::kObject);
  if (!object.ok()) return object.status();
  return LinkKernel(std::move(*object), std::move(lowered->arguments));
}

absl::StatusOr<std::string> KernelAssembly(CompilerContext& context,
                                           mlir::OwningOpRef<mlir::ModuleOp> module,
                                           int threads) {
  absl::StatusOr<LoweredModule> lowered =
      LowerModule(context, std::move(module), threads);
  if (!lowered.ok()) return lowered.status();
  auto text = GenerateCode(context, *lowered->module, lowered->arguments.size(),
                           CodeFormat::kAssembly);
  if (!text.ok()) return text.status();
  return std::string(text->begin(), text->end());
}

}  // namespace weft
