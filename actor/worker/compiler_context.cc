#include "actor/worker/compiler_context.h"

#include <utility>

#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/raw_ostream.h"
#include "mlir/Dialect/Transform/IR/TransformDialect.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Target/LLVMIR/Dialect/All.h"

namespace weft {
namespace {

constexpr size_t kMaxDiagnostics = 4000;

void RegisterConversions(mlir::DialectRegistry& registry) {
  mlir::arith::registerConvertArithToLLVMInterface(registry);
  mlir::cf::registerConvertControlFlowToLLVMInterface(registry);
  mlir::registerConvertFuncToLLVMInterface(registry);
  mlir::index::registerConvertIndexToLLVMInterface(registry);
  mlir::registerConvertMathToLLVMInterface(registry);
  mlir::registerConvertMemRefToLLVMInterface(registry);
  mlir::ub::registerConvertUBToLLVMInterface(registry);
}

// Of the transform dialect. Each brings the dialects that it makes; those for GPUs,
// sparse tensors and PDL would load hundreds of operations for nothing.
void RegisterTransforms(mlir::DialectRegistry& registry) {
  mlir::affine::registerTransformDialectExtension(registry);
  mlir::bufferization::registerTransformDialectExtension(registry);
  mlir::func::registerTransformDialectExtension(registry);
  mlir::linalg::registerTransformDialectExtension(registry);
  mlir::memref::registerTransformDialectExtension(registry);
  mlir::scf::registerTransformDialectExtension(registry);
  mlir::tensor::registerTransformDialectExtension(registry);
  mlir::transform::registerDebugExtension(registry);
  mlir::transform::registerLoopExtension(registry);
  mlir::vector::registerTransformDialectExtension(registry);
}

}  // namespace

mlir::DialectRegistry& CompilerContext::Registry() {
  static mlir::DialectRegistry* registry = [] {
    auto* all = new mlir::DialectRegistry;
    mlir::registerAllDialects(*all);
    mlir::func::registerAllExtensions(*all);
    RegisterConversions(*all);
    RegisterTransforms(*all);
    mlir::registerAllToLLVMIRTranslations(*all);
    mlir::registerAllPasses();
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
    // The x86 lowering of 8x8 transposes is inline assembly; without a parser it
    // aborts.
    llvm::InitializeNativeTargetAsmParser();
    return all;
  }();
  return *registry;
}

CompilerContext::CompilerContext()
    : context_(Registry(), mlir::MLIRContext::Threading::DISABLED) {
  // Brings what schedules and their payloads are made of. The rest is loaded when a
  // program or a pass needs it: each canonicalization collects the patterns of every
  // operation that is loaded, which with all of upstream took most of a step's time.
  context_.loadDialect<mlir::transform::TransformDialect>();
  context_.getDiagEngine().registerHandler([this](mlir::Diagnostic& diagnostic) {
    if (diagnostics_.size() >= kMaxDiagnostics) return mlir::success();
    std::string text;
    llvm::raw_string_ostream out(text);
    out << diagnostic.getLocation() << ": " << diagnostic;
    for (const mlir::Diagnostic& note : diagnostic.getNotes())
      out << "\n  note: " << note;
    diagnostics_ += text.substr(0, kMaxDiagnostics - diagnostics_.size()) + "\n";
    return mlir::success();
  });
}

std::string CompilerContext::TakeDiagnostics() {
  return std::exchange(diagnostics_, std::string());
}

}  // namespace weft
