#include "actor/worker/lowering/host_cpu.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/TargetParser/Host.h"

namespace weft {

std::string HostCpuName() { return llvm::sys::getHostCPUName().str(); }

}  // namespace weft
