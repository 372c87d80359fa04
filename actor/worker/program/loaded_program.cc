#include "actor/worker/program/loaded_program.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "actor/worker/program/describe_program.h"
#include "actor/worker/program/strip_harness.h"
#include "actor/worker/program/verify_program.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Parser/Parser.h"

namespace weft {

LoadedProgram::LoadedProgram(CompilerContext& context,
                             mlir::OwningOpRef<mlir::ModuleOp> module, ProgramInfo info,
                             std::vector<std::string> notes)
    : context_(context),
      module_(std::move(module)),
      info_(std::move(info)),
      notes_(std::move(notes)) {}

absl::StatusOr<std::unique_ptr<LoadedProgram>> LoadedProgram::Load(
    CompilerContext& context, const std::string& name, const std::string& source) {
  std::string first_error;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  {
    // Of a cascade of diagnostics the first one says what is wrong.
    mlir::ScopedDiagnosticHandler handler(
        context.mlir(), [&](mlir::Diagnostic& diagnostic) {
          if (diagnostic.getSeverity() == mlir::DiagnosticSeverity::Error &&
              first_error.empty()) {
            first_error = absl::StrCat(FormatLocation(diagnostic.getLocation(), name),
                                       ": ", diagnostic.str());
          }
          return mlir::success();
        });
    module = mlir::parseSourceString<mlir::ModuleOp>(
        source, mlir::ParserConfig(context.mlir()), name);
  }
  if (!module) {
    return absl::InvalidArgumentError(
        first_error.empty() ? absl::StrCat(name, ": not an MLIR module") : first_error);
  }
  std::vector<std::string> notes = StripHarness(*module);
  if (absl::Status status = VerifyProgram(*module, name); !status.ok()) return status;
  absl::StatusOr<ProgramInfo> info = DescribeProgram(*module, name);
  if (!info.ok()) return info.status();
  context.TakeDiagnostics();  // Remarks of the analyses.
  return std::unique_ptr<LoadedProgram>(new LoadedProgram(
      context, std::move(module), *std::move(info), std::move(notes)));
}

mlir::OwningOpRef<mlir::ModuleOp> LoadedProgram::Clone() const {
  return mlir::OwningOpRef<mlir::ModuleOp>((*module_).clone());
}

mlir::OwningOpRef<mlir::ModuleOp> LoadedProgram::CloneToLower(mlir::ModuleOp module) {
  mlir::OwningOpRef<mlir::ModuleOp> copy(module.clone());
  const llvm::StringRef writable =
      mlir::bufferization::BufferizationDialect::kWritableAttrName;
  for (auto function : copy->getOps<mlir::func::FuncOp>()) {
    for (unsigned i = 0; i < function.getNumArguments(); ++i) {
      if (function.getArgAttr(i, writable)) continue;
      function.setArgAttr(i, writable, mlir::BoolAttr::get(copy->getContext(), false));
    }
  }
  return copy;
}

}  // namespace weft
