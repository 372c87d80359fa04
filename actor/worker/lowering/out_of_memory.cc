#include "actor/worker/lowering/out_of_memory.h"

#include <cstdlib>
#include <new>

#include "llvm/Support/ErrorHandling.h"

namespace weft {

void RouteLlvmOutOfMemory() {
  static const bool installed = [] {
    llvm::install_bad_alloc_error_handler(
        [](void*, const char*, bool) { ReportOutOfMemory(); });
    return true;
  }();
  (void)installed;
}

void ReportOutOfMemory() {
  if (std::new_handler handler = std::get_new_handler()) handler();
  std::abort();
}

}  // namespace weft
