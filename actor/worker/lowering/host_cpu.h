// The CPU that kernels are compiled for.
#ifndef WEFT_ACTOR_WORKER_LOWERING_HOST_CPU_H_
#define WEFT_ACTOR_WORKER_LOWERING_HOST_CPU_H_

#include <string>

namespace weft {

// LLVM's name of this machine's CPU, such as znver5. Pure.
std::string HostCpuName();

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_LOWERING_HOST_CPU_H_
