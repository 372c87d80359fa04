#include "actor/worker/lowering/vector_lowering.h"

#include <utility>

#include "actor/worker/lowering/pass_pipeline.h"
#include "actor/worker/lowering/transpose_lowering.h"
#include "llvm/ADT/SmallVector.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Transform/Transforms/TransformInterpreterUtils.h"
#include "mlir/IR/Builders.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace weft {
namespace {

constexpr char kStage[] = "vector lowering";

// Three rounds, because each makes the operations that the next one lowers:
// contractions first, while their masks and permutations are whole; then outer products
// and transposes; then the transfers that the unrolling of higher ranks left behind.
constexpr char kSequence[] = R"mlir(
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%module: !transform.any_op) {
    %function = transform.structured.match ops{["func.func"]} in %module
        : (!transform.any_op) -> !transform.any_op
    transform.apply_patterns to %function {
      transform.apply_patterns.vector.lower_contraction lowering_strategy = outerproduct
      transform.apply_patterns.vector.transfer_permutation_patterns
      transform.apply_patterns.vector.lower_multi_reduction lowering_strategy = innerparallel
    } : !transform.any_op
    transform.apply_patterns to %function {
      transform.apply_patterns.vector.lower_masks
      transform.apply_patterns.vector.lower_outerproduct
      transform.apply_patterns.vector.lower_broadcast
      transform.apply_patterns.vector.lower_transpose lowering_strategy = shuffle_16x16
      transform.apply_patterns.vector.lower_shape_cast
      transform.apply_patterns.vector.transfer_to_scf max_transfer_rank = 1 full_unroll = true
    } : !transform.any_op
    transform.apply_patterns to %function {
      transform.apply_patterns.vector.lower_transfer max_transfer_rank = 1
      transform.apply_patterns.vector.lower_shape_cast
      transform.apply_patterns.vector.lower_transpose lowering_strategy = shuffle_16x16
    } : !transform.any_op
    transform.apply_patterns to %function {
      transform.apply_patterns.canonicalization
    } : !transform.any_op
    transform.yield
  }
}
)mlir";

absl::Status ApplySequence(CompilerContext& context, mlir::ModuleOp module) {
  mlir::OwningOpRef<mlir::ModuleOp> sequence =
      mlir::parseSourceString<mlir::ModuleOp>(kSequence, context.mlir());
  if (!sequence) return StageError(context, kStage, "its own sequence does not parse");
  auto entry = mlir::transform::detail::findTransformEntryPoint(module, *sequence);
  if (!entry) return StageError(context, kStage, "its own sequence has no entry point");
  const auto options = mlir::transform::TransformOptions().enableExpensiveChecks(false);
  if (mlir::failed(mlir::transform::applyTransformNamedSequence(module, entry,
                                                                *sequence, options))) {
    return StageError(context, kStage, "the transform sequence failed");
  }
  return absl::OkStatus();
}

absl::Status LowerTransposes(CompilerContext& context, mlir::ModuleOp module) {
  mlir::RewritePatternSet patterns(context.mlir());
  PopulateTransposePatterns(&patterns);
  if (mlir::failed(mlir::applyPatternsAndFoldGreedily(module, std::move(patterns)))) {
    return StageError(context, kStage, "transposes did not converge");
  }
  return absl::OkStatus();
}

void ReplaceCopies(mlir::ModuleOp module) {
  llvm::SmallVector<mlir::memref::CopyOp> copies;
  module.walk([&](mlir::memref::CopyOp copy) { copies.push_back(copy); });
  for (mlir::memref::CopyOp copy : copies) {
    mlir::OpBuilder builder(copy);
    builder.create<mlir::linalg::CopyOp>(copy.getLoc(), copy.getSource(),
                                         copy.getTarget());
    copy.erase();
  }
}

// Scalar libm calls keep LLVM from vectorizing the loop around them.
absl::Status ApproximateMath(CompilerContext& context, mlir::ModuleOp module) {
  mlir::RewritePatternSet patterns(context.mlir());
  // Without the option for AVX2, which adds one pattern: it turns vectors of rsqrt into
  // an instruction of 12 bits and an operation that nothing here lowers. A square root
  // and a division are exact.
  mlir::populateMathPolynomialApproximationPatterns(patterns);
  if (mlir::failed(mlir::applyPatternsAndFoldGreedily(module, std::move(patterns)))) {
    return StageError(context, kStage, "polynomial approximation did not converge");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status LowerVectors(CompilerContext& context, mlir::ModuleOp module) {
  // Before the sequence, whose patterns would take the broadcasts and the transposes
  // apart first.
  if (absl::Status status = LowerTransposes(context, module); !status.ok()) {
    return status;
  }
  if (absl::Status status = ApplySequence(context, module); !status.ok()) {
    return status;
  }
  ReplaceCopies(module);
  return ApproximateMath(context, module);
}

}  // namespace weft
