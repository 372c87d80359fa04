#include "actor/worker/lowering/jit_kernel.h"

#include <cstdlib>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "actor/worker/lowering/code_generation.h"
#include "actor/worker/lowering/out_of_memory.h"
#include "llvm/ExecutionEngine/Orc/ExecutionUtils.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/Support/SmallVectorMemoryBuffer.h"

namespace weft {
namespace {

using EntryPoint = void (*)(void* const*);

class JitKernel : public Kernel {
 public:
  JitKernel(std::unique_ptr<llvm::orc::LLJIT> jit, EntryPoint entry,
            std::vector<KernelArgument> arguments)
      : jit_(std::move(jit)), entry_(entry), arguments_(std::move(arguments)) {}

  void Run(void* const* buffers) const override { entry_(buffers); }
  const std::vector<KernelArgument>& arguments() const override { return arguments_; }

 private:
  std::unique_ptr<llvm::orc::LLJIT> jit_;  // Owns the memory that entry_ points into.
  EntryPoint entry_;
  std::vector<KernelArgument> arguments_;
};

void* Allocate(size_t size) {
  void* memory = std::malloc(size);
  if (memory == nullptr) ReportOutOfMemory();
  return memory;
}

void* AllocateAligned(size_t alignment, size_t size) {
  void* memory = std::aligned_alloc(alignment, size);
  if (memory == nullptr) ReportOutOfMemory();
  return memory;
}

absl::Status LinkError(llvm::Error error) {
  return absl::InternalError(
      absl::StrCat("linking: ", llvm::toString(std::move(error))));
}

llvm::Error DefineAllocation(llvm::orc::LLJIT& jit) {
  const auto symbol = [](auto* function) {
    return llvm::orc::ExecutorSymbolDef(llvm::orc::ExecutorAddr::fromPtr(function),
                                        llvm::JITSymbolFlags::Exported);
  };
  llvm::orc::SymbolMap symbols;
  symbols[jit.mangleAndIntern("malloc")] = symbol(&Allocate);
  symbols[jit.mangleAndIntern("aligned_alloc")] = symbol(&AllocateAligned);
  return jit.getMainJITDylib().define(llvm::orc::absoluteSymbols(std::move(symbols)));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Kernel>> LinkKernel(
    llvm::SmallVector<char, 0> object, std::vector<KernelArgument> arguments) {
  auto jit = llvm::orc::LLJITBuilder().setNumCompileThreads(0).create();
  if (!jit) return LinkError(jit.takeError());
  if (llvm::Error error = DefineAllocation(**jit)) return LinkError(std::move(error));
  auto process = llvm::orc::DynamicLibrarySearchGenerator::GetForCurrentProcess(
      (*jit)->getDataLayout().getGlobalPrefix());
  if (!process) return LinkError(process.takeError());
  (*jit)->getMainJITDylib().addGenerator(std::move(*process));
  if (llvm::Error error = (*jit)->addObjectFile(
          std::make_unique<llvm::SmallVectorMemoryBuffer>(std::move(object)))) {
    return LinkError(std::move(error));
  }
  auto entry = (*jit)->lookup(kEntrySymbol);
  if (!entry) return LinkError(entry.takeError());
  const EntryPoint function = entry->toPtr<EntryPoint>();
  return std::unique_ptr<Kernel>(
      std::make_unique<JitKernel>(std::move(*jit), function, std::move(arguments)));
}

}  // namespace weft
