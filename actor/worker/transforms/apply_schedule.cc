#include "actor/worker/transforms/apply_schedule.h"

#include "absl/strings/str_cat.h"
#include "mlir/Dialect/Transform/Transforms/TransformInterpreterUtils.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"

namespace weft {

absl::Status ApplyScheduleModule(CompilerContext& context, const std::string& schedule,
                                 mlir::ModuleOp payload) {
  context.TakeDiagnostics();
  const auto refused = [&](const char* stage) {
    return absl::AbortedError(absl::StrCat(stage, ": ", context.TakeDiagnostics()));
  };
  mlir::OwningOpRef<mlir::ModuleOp> transforms =
      mlir::parseSourceString<mlir::ModuleOp>(
          schedule, mlir::ParserConfig(context.mlir()), "schedule");
  if (!transforms) return refused("the schedule does not parse");
  auto entry = mlir::transform::detail::findTransformEntryPoint(payload, *transforms);
  if (!entry) return refused("the schedule has no entry");
  // The expensive checks re-verify every handle after every step and find only mistakes
  // of the transform text itself; the tests replay it with mlir-opt, which has them on.
  const mlir::transform::TransformOptions options =
      mlir::transform::TransformOptions().enableExpensiveChecks(false);
  if (mlir::failed(mlir::transform::applyTransformNamedSequence(
          payload, entry, *transforms, options))) {
    return refused("a transform refuses the schedule");
  }
  if (mlir::failed(mlir::verify(payload)))
    return refused("the transformed IR is invalid");
  return absl::OkStatus();
}

}  // namespace weft
