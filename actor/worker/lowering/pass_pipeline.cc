#include "actor/worker/lowering/pass_pipeline.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "llvm/Support/raw_ostream.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"

namespace weft {

absl::Status StageError(CompilerContext& context, absl::string_view stage,
                        absl::string_view what) {
  const std::string diagnostics = context.TakeDiagnostics();
  return absl::InternalError(
      absl::StrCat(stage, ": ", what, diagnostics.empty() ? "" : ": ", diagnostics));
}

absl::Status RunPassPipeline(CompilerContext& context, mlir::ModuleOp module,
                             absl::string_view stage, absl::string_view pipeline) {
  std::string error;
  llvm::raw_string_ostream error_stream(error);
  mlir::FailureOr<mlir::OpPassManager> passes = mlir::parsePassPipeline(
      llvm::StringRef(pipeline.data(), pipeline.size()), error_stream);
  if (mlir::failed(passes)) return StageError(context, stage, error);
  mlir::PassManager manager(context.mlir());
  manager.enableVerifier(true);
  static_cast<mlir::OpPassManager&>(manager) = std::move(*passes);
  if (mlir::failed(manager.run(module))) {
    return StageError(context, stage, "a pass failed");
  }
  return absl::OkStatus();
}

}  // namespace weft
