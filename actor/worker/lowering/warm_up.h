// Paying the compiler's first-use costs once, before any fork.
#ifndef WEFT_ACTOR_WORKER_LOWERING_WARM_UP_H_
#define WEFT_ACTOR_WORKER_LOWERING_WARM_UP_H_

#include "actor/worker/compiler_context.h"

namespace weft {

// Compiles a small program of our own in this process. What that links lazily,
// allocates and reads in is then shared by every child that compiles, instead of being
// done again in each; so are the page tables of its code (inherited_code.h).
void WarmUpCompiler(CompilerContext& context);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_LOWERING_WARM_UP_H_
