#include "actor/worker/tasks/lower_program.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "actor/worker/lowering/bufferization.h"
#include "actor/worker/lowering/llvm_dialect_lowering.h"
#include "actor/worker/lowering/out_of_memory.h"
#include "actor/worker/lowering/pass_pipeline.h"
#include "actor/worker/lowering/vector_lowering.h"
#include "actor/worker/tasks/entry_calls.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/IR/Verifier.h"

namespace weft {
namespace {

absl::Status Named(const ProgramTask& task, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat(task.name, ": ",
                                                  absl::string_view(status.message())));
}

absl::Status LowerTask(CompilerContext& context, const ProgramTask& task,
                       mlir::ModuleOp module, int threads) {
  // What a call passes: the arguments as declared, then a buffer for each result that
  // is computed in none of them.
  mlir::func::FuncOp function = *module.getOps<mlir::func::FuncOp>().begin();
  size_t expected = function.getNumArguments();
  for (int argument : task.result_arguments) expected += argument < 0 ? 1 : 0;
  absl::StatusOr<BufferLayout> layout = Bufferize(context, module, threads);
  if (!layout.ok()) return layout.status();
  if (layout->arguments.size() != expected) {
    return absl::InternalError("the schedule no longer computes a result in place");
  }
  absl::Status status = LowerVectors(context, module);
  if (!status.ok()) return status;
  return LowerToLlvmDialect(context, module, threads);
}

// Renames what the module defines, so that it can stand beside the others: the function
// after its task, constants after their function.
void MakeUnique(mlir::ModuleOp module, const ProgramTask& task) {
  for (mlir::Operation& op : *module.getBody()) {
    auto function = mlir::dyn_cast<mlir::LLVM::LLVMFuncOp>(op);
    if (function && function.isExternal()) continue;
    auto symbol = mlir::dyn_cast<mlir::SymbolOpInterface>(op);
    if (!symbol) continue;
    const bool is_task = symbol.getName() == "main";
    const auto name = mlir::StringAttr::get(
        module.getContext(),
        is_task ? task.name : absl::StrCat(task.name, "_", symbol.getName().str()));
    // No symbol is used before its module is whole, so this cannot fail.
    (void)mlir::SymbolTable::replaceAllSymbolUses(symbol, name, module);
    symbol.setName(name);
    if (!is_task) continue;
    function.setLinkage(mlir::LLVM::Linkage::Internal);
    function.setPassthroughAttr(mlir::ArrayAttr::get(
        module.getContext(), {mlir::StringAttr::get(module.getContext(), "noinline")}));
  }
}

// Moves definitions into `into`, where they replace declarations of their names, and
// declarations that it does not have.
void Merge(mlir::ModuleOp from, mlir::ModuleOp into) {
  for (mlir::Operation& op : llvm::make_early_inc_range(*from.getBody())) {
    const auto name = mlir::SymbolTable::getSymbolName(&op);
    auto function = mlir::dyn_cast<mlir::LLVM::LLVMFuncOp>(op);
    mlir::Operation* present = mlir::SymbolTable::lookupSymbolIn(into, name);
    if (present != nullptr && function && function.isExternal()) continue;
    if (present != nullptr) present->erase();
    op.moveBefore(into.getBody(), into.getBody()->end());
  }
}

}  // namespace

absl::StatusOr<LoweredProgram> LowerProgram(CompilerContext& context,
                                            const CutProgram& program,
                                            TaskBodies bodies, int threads) {
  RouteLlvmOutOfMemory();
  context.TakeDiagnostics();
  mlir::ModuleOp whole = *program.module;
  mlir::OwningOpRef<mlir::ModuleOp> as_one(whole.clone());
  absl::StatusOr<BufferLayout> layout = Bufferize(context, *as_one, /*threads=*/1);
  if (!layout.ok()) return layout.status();
  LoweredProgram lowered{BuildEntryCalls(program, *layout), layout->arguments};
  absl::Status status = LowerToLlvmDialect(context, *lowered.module, threads);
  if (!status.ok()) return status;
  for (size_t i = 0; i < bodies.size(); ++i) {
    const ProgramTask& task = program.tasks[i];
    status = LowerTask(context, task, *bodies[i], threads);
    if (!status.ok()) return Named(task, status);
    MakeUnique(*bodies[i], task);
    Merge(*bodies[i], *lowered.module);
  }
  if (mlir::failed(mlir::verify(*lowered.module))) {
    return StageError(context, "assembly", "the assembled module is invalid");
  }
  return lowered;
}

}  // namespace weft
