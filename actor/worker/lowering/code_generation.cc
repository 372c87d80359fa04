#include "actor/worker/lowering/code_generation.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "actor/worker/lowering/pass_pipeline.h"
#include "llvm/ExecutionEngine/Orc/JITTargetMachineBuilder.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Operator.h"
#include "llvm/Passes/OptimizationLevel.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Host.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Target/LLVMIR/Export.h"

namespace weft {
namespace {

constexpr char kStage[] = "code generation";

absl::StatusOr<std::unique_ptr<llvm::TargetMachine>> HostMachine() {
  auto builder = llvm::orc::JITTargetMachineBuilder::detectHost();
  if (!builder) {
    return absl::InternalError(
        absl::StrCat(kStage, ": ", llvm::toString(builder.takeError())));
  }
  builder->setCPU(llvm::sys::getHostCPUName().str());
  // LLVM takes scatters for cheap on AMD's CPUs, where one takes as long as its stores:
  // the fill of a 20x20x64 output became 3,840 of them, which took 20 s to compile.
  if (llvm::sys::getHostCPUName().starts_with("znver")) {
    builder->addFeatures({"+prefer-no-scatter"});
  }
  builder->setCodeGenOptLevel(llvm::CodeGenOptLevel::Aggressive);
  // The default for just-in-time code loads every address as a 64-bit constant. The
  // linker places an object's sections together, so that constants can be operands.
  builder->setRelocationModel(llvm::Reloc::PIC_);
  builder->setCodeModel(llvm::CodeModel::Small);
  auto machine = builder->createTargetMachine();
  if (!machine) {
    return absl::InternalError(
        absl::StrCat(kStage, ": ", llvm::toString(machine.takeError())));
  }
  return std::move(*machine);
}

// The module's function by the name that it had before translation, which adds others:
// the bodies of parallel loops.
absl::StatusOr<std::string> FunctionName(mlir::ModuleOp module) {
  std::string name;
  for (auto function : module.getOps<mlir::LLVM::LLVMFuncOp>()) {
    if (function.isExternal()) continue;  // Declarations of libm and allocation.
    // What an assembled program calls; see actor/worker/tasks.
    if (function.getLinkage() == mlir::LLVM::Linkage::Internal) continue;
    if (!name.empty()) {
      return absl::InternalError(
          absl::StrCat(kStage, ": more than one function after lowering"));
    }
    name = function.getName().str();
  }
  if (name.empty()) {
    return absl::InternalError(absl::StrCat(kStage, ": no function after lowering"));
  }
  return name;
}

// Adds kEntrySymbol, which unpacks its array of pointers and calls the kernel. Not
// inlined: the kernel's noalias promises are on its own arguments.
void AddEntry(llvm::Module& module, llvm::Function* kernel, size_t num_arguments) {
  llvm::IRBuilder<> builder(module.getContext());
  llvm::Type* pointer = builder.getPtrTy();
  auto* entry = llvm::Function::Create(
      llvm::FunctionType::get(builder.getVoidTy(), {pointer}, /*isVarArg=*/false),
      llvm::GlobalValue::ExternalLinkage, kEntrySymbol, module);
  kernel->setLinkage(llvm::GlobalValue::InternalLinkage);
  kernel->addFnAttr(llvm::Attribute::NoInline);
  builder.SetInsertPoint(llvm::BasicBlock::Create(module.getContext(), "", entry));
  std::vector<llvm::Value*> arguments;
  for (size_t i = 0; i < num_arguments; ++i) {
    llvm::Value* slot = builder.CreateConstGEP1_64(pointer, entry->getArg(0), i);
    arguments.push_back(builder.CreateLoad(pointer, slot));
  }
  builder.CreateCall(kernel, arguments);
  builder.CreateRetVoid();
}

bool IsMaximumOrMinimum(const llvm::Instruction& instruction) {
  const auto* call = llvm::dyn_cast<llvm::IntrinsicInst>(&instruction);
  if (call == nullptr) return false;
  switch (call->getIntrinsicID()) {
    case llvm::Intrinsic::maximum:
    case llvm::Intrinsic::minimum:
    case llvm::Intrinsic::vector_reduce_fmaximum:
    case llvm::Intrinsic::vector_reduce_fminimum:
      return true;
    default:
      return false;
  }
}

// What may differ from one compiler to another, as flags on the instructions, so that
// the IR says it to whoever compiles it:
// - a product and a sum may become one multiply-add, as C compilers do by default:
//   vectorized generics spell them out, and one rounding less is no loss;
// - the larger of +0 and -0 may be either: they are equal, and telling them apart takes
//   as long on x86 as the rest of a maximum. NaN still propagates.
void AllowEqualArithmetic(llvm::Module& module) {
  for (llvm::Function& function : module) {
    for (llvm::Instruction& instruction : llvm::instructions(function)) {
      if (!llvm::isa<llvm::FPMathOperator>(instruction)) continue;
      instruction.setHasAllowContract(true);
      if (IsMaximumOrMinimum(instruction)) instruction.setHasNoSignedZeros(true);
    }
  }
}

void SetTarget(llvm::Module& module, const llvm::TargetMachine& machine) {
  module.setDataLayout(machine.createDataLayout());
  module.setTargetTriple(machine.getTargetTriple().str());
  for (llvm::Function& function : module) {
    if (function.isDeclaration()) continue;
    function.addFnAttr("target-cpu", machine.getTargetCPU());
    function.addFnAttr("target-features", machine.getTargetFeatureString());
  }
}

void Optimize(llvm::Module& module, llvm::TargetMachine& machine) {
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager call_graph;
  llvm::ModuleAnalysisManager modules;
  llvm::PipelineTuningOptions tuning;
  tuning.LoopVectorization = true;
  tuning.SLPVectorization = true;
  llvm::PassBuilder passes(&machine, tuning);
  passes.registerModuleAnalyses(modules);
  passes.registerCGSCCAnalyses(call_graph);
  passes.registerFunctionAnalyses(functions);
  passes.registerLoopAnalyses(loops);
  passes.crossRegisterProxies(loops, functions, call_graph, modules);
  passes.buildPerModuleDefaultPipeline(llvm::OptimizationLevel::O3)
      .run(module, modules);
}

}  // namespace

absl::StatusOr<llvm::SmallVector<char, 0>> GenerateCode(CompilerContext& context,
                                                        mlir::ModuleOp module,
                                                        size_t num_arguments,
                                                        CodeFormat format) {
  llvm::LLVMContext llvm_context;
  absl::StatusOr<std::string> name = FunctionName(module);
  if (!name.ok()) return name.status();
  std::unique_ptr<llvm::Module> code =
      mlir::translateModuleToLLVMIR(module, llvm_context);
  if (!code) return StageError(context, "translation to LLVM IR", "failed");
  absl::StatusOr<std::unique_ptr<llvm::TargetMachine>> machine = HostMachine();
  if (!machine.ok()) return machine.status();
  llvm::Function* kernel = code->getFunction(*name);
  if (kernel == nullptr || kernel->arg_size() != num_arguments) {
    return absl::InternalError(absl::StrCat(kStage, ": expected ", num_arguments,
                                            " arguments of ", *name, ", got ",
                                            kernel ? kernel->arg_size() : 0));
  }
  AddEntry(*code, kernel, num_arguments);
  SetTarget(*code, **machine);
  AllowEqualArithmetic(*code);
  Optimize(*code, **machine);

  llvm::SmallVector<char, 0> output;
  llvm::raw_svector_ostream stream(output);
  if (format == CodeFormat::kLlvmIr) {
    // The order of uses decides between equal choices of the code generator.
    code->print(stream, nullptr, /*ShouldPreserveUseListOrder=*/true);
    return output;
  }
  llvm::legacy::PassManager emission;
  const auto type = format == CodeFormat::kObject ? llvm::CodeGenFileType::ObjectFile
                                                  : llvm::CodeGenFileType::AssemblyFile;
  if ((*machine)->addPassesToEmitFile(emission, stream, nullptr, type)) {
    return absl::InternalError(absl::StrCat(kStage, ": the target emits no code"));
  }
  emission.run(*code);
  return output;
}

}  // namespace weft
