#include "actor/worker/lowering/inherited_code.h"

#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>

namespace weft {
namespace {

bool IsCompiler(const dl_phdr_info& library) {
  return library.dlpi_name != nullptr &&
         (std::strstr(library.dlpi_name, "libMLIR") != nullptr ||
          std::strstr(library.dlpi_name, "libLLVM") != nullptr);
}

int Collect(dl_phdr_info* library, size_t, void* ranges) {
  if (!IsCompiler(*library)) return 0;
  const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  for (int i = 0; i < library->dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = library->dlpi_phdr[i];
    // Data is written to anyway.
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W) != 0) continue;
    const uintptr_t start = library->dlpi_addr + segment.p_vaddr;
    const uintptr_t begin = start / page * page;
    const uintptr_t end = (start + segment.p_filesz + page - 1) / page * page;
    static_cast<std::vector<CodeRange>*>(ranges)->push_back(
        {reinterpret_cast<char*>(begin), end - begin,
         (segment.p_flags & PF_X) != 0 ? PROT_READ | PROT_EXEC : PROT_READ});
  }
  return 0;
}

// Writes what is there already. Code stays executable throughout: a system that does
// not allow that refuses the first change, and never the last one.
void WriteOnce(const CodeRange& range) {
  if (mprotect(range.begin, range.bytes, range.protection | PROT_WRITE) != 0) return;
  auto* byte = reinterpret_cast<volatile char*>(range.begin);
  *byte = *byte;
  mprotect(range.begin, range.bytes, range.protection);
}

}  // namespace

std::vector<CodeRange> CompilerCode() {
  std::vector<CodeRange> ranges;
  dl_iterate_phdr(Collect, &ranges);
  return ranges;
}

void InheritCompilerCode() {
  for (const CodeRange& range : CompilerCode()) WriteOnce(range);
}

}  // namespace weft
