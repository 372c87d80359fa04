// The compiler's code, mapped into a forked child from the start.
#ifndef WEFT_ACTOR_WORKER_LOWERING_INHERITED_CODE_H_
#define WEFT_ACTOR_WORKER_LOWERING_INHERITED_CODE_H_

#include <cstddef>
#include <vector>

namespace weft {

// A stretch of code or constants of a shared library in this process.
struct CodeRange {
  char* begin;
  size_t bytes;
  int protection;  // As of mprotect.
};

// What libMLIR and libLLVM have mapped.
std::vector<CodeRange> CompilerCode();

// Makes every fork from now on copy the page table of the compiler's code.
//
// Linux leaves out mappings of files that nobody has written to, for their pages can be
// found again by a fault; a child that compiles takes 900 of these faults, which in a
// virtual machine cost more than 10 us each. One write of one page, which changes
// nothing in it, makes a private mapping one that fork copies. Where the system forbids
// it, all stays as it was. Call it once the compiler is warm: only pages that are
// mapped then are copied. Not thread-safe.
void InheritCompilerCode();

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_LOWERING_INHERITED_CODE_H_
