#include "actor/worker/lowering/warm_up.h"

#include <utility>

#include "actor/worker/lowering/inherited_code.h"
#include "actor/worker/lowering/kernel.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"

namespace weft {
namespace {

// With contractions, transfers and a transcendental function, so that it passes through
// most of the patterns that schedules need.
constexpr char kProgram[] = R"mlir(
#left = affine_map<(m, n, k) -> (m, k)>
#right = affine_map<(m, n, k) -> (k, n)>
#sum = affine_map<(m, n, k) -> (m, n)>
func.func @main(%a: tensor<16x16xf32> {bufferization.writable = false},
                %out: tensor<16x16xf32> {bufferization.writable = true})
    -> tensor<16x16xf32> {
  %c0 = arith.constant 0 : index
  %c4 = arith.constant 4 : index
  %c16 = arith.constant 16 : index
  %zero = arith.constant 0.0 : f32
  %zeros = arith.constant dense<0.0> : vector<4x16xf32>
  %exp = linalg.exp ins(%a : tensor<16x16xf32>) outs(%out : tensor<16x16xf32>)
      -> tensor<16x16xf32>
  %result = scf.for %i = %c0 to %c16 step %c4 iter_args(%acc = %exp)
      -> (tensor<16x16xf32>) {
    %left = vector.transfer_read %a[%i, %c0], %zero {in_bounds = [true, true]}
        : tensor<16x16xf32>, vector<4x4xf32>
    %right = vector.transfer_read %a[%c0, %c0], %zero {in_bounds = [true, true]}
        : tensor<16x16xf32>, vector<4x16xf32>
    %sum = vector.contract {indexing_maps = [#left, #right, #sum],
        iterator_types = ["parallel", "parallel", "reduction"],
        kind = #vector.kind<add>} %left, %right, %zeros
        : vector<4x4xf32>, vector<4x16xf32> into vector<4x16xf32>
    %written = vector.transfer_write %sum, %acc[%i, %c0] {in_bounds = [true, true]}
        : vector<4x16xf32>, tensor<16x16xf32>
    scf.yield %written : tensor<16x16xf32>
  }
  return %result : tensor<16x16xf32>
}
)mlir";

}  // namespace

void WarmUpCompiler(CompilerContext& context) {
  mlir::OwningOpRef<mlir::ModuleOp> module =
      mlir::parseSourceString<mlir::ModuleOp>(kProgram, context.mlir());
  // A failure only means that the children are slower; they will report what is wrong.
  if (module) (void)CompileKernel(context, std::move(module));
  context.TakeDiagnostics();
  InheritCompilerCode();
}

}  // namespace weft
