#include "actor/worker/compiler_context.h"

#include <utility>

#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/raw_ostream.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Target/LLVMIR/Dialect/All.h"

namespace weft {
namespace {

constexpr size_t kMaxDiagnostics = 4000;

}  // namespace

mlir::DialectRegistry& CompilerContext::Registry() {
  static mlir::DialectRegistry* registry = [] {
    auto* all = new mlir::DialectRegistry;
    mlir::registerAllDialects(*all);
    mlir::registerAllExtensions(*all);
    mlir::registerAllToLLVMIRTranslations(*all);
    mlir::registerAllPasses();
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
    // The x86 lowering of 8x8 transposes is inline assembly; without a parser it aborts.
    llvm::InitializeNativeTargetAsmParser();
    return all;
  }();
  return *registry;
}

CompilerContext::CompilerContext()
    : context_(Registry(), mlir::MLIRContext::Threading::DISABLED) {
  context_.loadAllAvailableDialects();
  context_.getDiagEngine().registerHandler([this](mlir::Diagnostic& diagnostic) {
    if (diagnostics_.size() >= kMaxDiagnostics) return mlir::success();
    std::string text;
    llvm::raw_string_ostream out(text);
    out << diagnostic.getLocation() << ": " << diagnostic;
    for (const mlir::Diagnostic& note : diagnostic.getNotes()) out << "\n  note: " << note;
    diagnostics_ += text.substr(0, kMaxDiagnostics - diagnostics_.size()) + "\n";
    return mlir::success();
  });
}

std::string CompilerContext::TakeDiagnostics() {
  return std::exchange(diagnostics_, std::string());
}

}  // namespace weft
