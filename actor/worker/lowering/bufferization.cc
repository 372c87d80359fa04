#include "actor/worker/lowering/bufferization.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "actor/worker/lowering/in_place_results.h"
#include "actor/worker/lowering/operations_per_element.h"
#include "actor/worker/lowering/pass_pipeline.h"
#include "llvm/ADT/STLExtras.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinTypes.h"

namespace weft {
namespace {

constexpr char kStage[] = "bufferization";
constexpr char kWritable[] = "bufferization.writable";

constexpr char kToMemrefs[] =
    "builtin.module(func.func(canonicalize,cse),eliminate-empty-tensors,"
    "empty-tensor-to-alloc-tensor,"
    "one-shot-bufferize{bufferize-function-boundaries "
    "function-boundary-type-conversion=identity-layout-map "
    "allow-return-allocs-from-loops},canonicalize,cse)";

// Small buffers go on the stack; the larger ones are allocated once, outside the loops.
constexpr char kPlaceBuffers[] =
    "builtin.module(buffer-results-to-out-params{hoist-static-allocs},"
    "func.func(buffer-hoisting,buffer-loop-hoisting,"
    "promote-buffers-to-stack{max-alloc-size-in-bytes=16384}),"
    "buffer-deallocation-pipeline,convert-bufferization-to-memref,canonicalize,cse)";

// A buffer that is filled in a parallel loop belongs to one thread: nothing is moved
// out of loops, and none goes on a stack, which in a region that OpenMP outlines is a
// place that upstream's promotion does not know about.
constexpr char kPlaceThreadsBuffers[] =
    "builtin.module(buffer-results-to-out-params{hoist-static-allocs},"
    "buffer-deallocation-pipeline,convert-bufferization-to-memref,canonicalize,cse)";

absl::StatusOr<mlir::func::FuncOp> OnlyFunction(mlir::ModuleOp module) {
  auto functions = llvm::to_vector(module.getOps<mlir::func::FuncOp>());
  if (functions.size() != 1 || functions[0].isExternal() ||
      !functions[0].getBody().hasOneBlock()) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected a module with one function of one block, got ",
                     functions.size(), " functions"));
  }
  return functions[0];
}

// The arguments as the program declares them. Bufferization removes the attribute that
// tells outputs from inputs, so this comes first.
absl::StatusOr<std::vector<bool>> WritableArguments(mlir::func::FuncOp function) {
  std::vector<bool> writable;
  for (unsigned i = 0; i < function.getNumArguments(); ++i) {
    if (!llvm::isa<mlir::RankedTensorType>(function.getArgument(i).getType())) {
      return absl::InvalidArgumentError(
          absl::StrCat("argument ", i, " of the function is not a ranked tensor"));
    }
    auto attribute = function.getArgAttrOfType<mlir::BoolAttr>(i, kWritable);
    writable.push_back(attribute && attribute.getValue());
    // A missing attribute means writable to bufferization, but an input to us.
    function.setArgAttr(i, kWritable,
                        mlir::BoolAttr::get(function.getContext(), writable.back()));
  }
  return writable;
}

absl::StatusOr<KernelArgument> Describe(mlir::Type type, unsigned index, bool output) {
  auto memref = llvm::dyn_cast<mlir::MemRefType>(type);
  if (!memref || !memref.hasStaticShape() ||
      !(memref.getElementType().isF32() || memref.getElementType().isF64())) {
    return absl::InvalidArgumentError(absl::StrCat(
        "argument ", index, " of the kernel is not a static f32 or f64 buffer"));
  }
  KernelArgument argument;
  argument.elements = memref.getNumElements();
  argument.element_bytes = static_cast<int>(memref.getElementTypeBitWidth() / 8);
  argument.output = output;
  return argument;
}

}  // namespace

absl::StatusOr<BufferLayout> Bufferize(CompilerContext& context, mlir::ModuleOp module,
                                       int threads) {
  absl::StatusOr<mlir::func::FuncOp> function = OnlyFunction(module);
  if (!function.ok()) return function.status();
  absl::StatusOr<std::vector<bool>> writable = WritableArguments(*function);
  if (!writable.ok()) return writable.status();

  const std::vector<double> operations = OperationsPerElement(*function);

  absl::Status status = RunPassPipeline(context, module, kStage, kToMemrefs);
  if (!status.ok()) return status;
  // Bufferization replaces nothing of the symbol, but look it up again to be safe from
  // passes that do.
  function = OnlyFunction(module);
  if (!function.ok()) return function.status();
  BufferLayout layout;
  layout.result_arguments = ResolveInPlaceResults(*function, *writable);
  status = RunPassPipeline(context, module, "buffer placement",
                           threads > 1 ? kPlaceThreadsBuffers : kPlaceBuffers);
  if (!status.ok()) return status;

  for (unsigned i = 0; i < function->getNumArguments(); ++i) {
    const bool output = i >= writable->size() || (*writable)[i];
    absl::StatusOr<KernelArgument> argument =
        Describe(function->getArgument(i).getType(), i, output);
    if (!argument.ok()) return argument.status();
    layout.arguments.push_back(*argument);
  }
  for (size_t i = 0; i < operations.size(); ++i) {
    KernelArgument& home =
        layout.arguments[static_cast<size_t>(layout.result_arguments[i])];
    home.operations = std::max(home.operations, operations[i]);
  }
  if (function->getNumResults() != 0) {
    return StageError(context, kStage, "the function still returns values");
  }
  return layout;
}

}  // namespace weft
