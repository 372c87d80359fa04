// One way for every lack of memory: the process's std::new_handler.
//
// LLVM is built without exceptions and aborts when an allocation fails; generated code
// writes through the null pointer. Both would look like a crash. A process that wants
// to tell the two apart installs a std::new_handler that does not return.
#ifndef WEFT_ACTOR_WORKER_LOWERING_OUT_OF_MEMORY_H_
#define WEFT_ACTOR_WORKER_LOWERING_OUT_OF_MEMORY_H_

namespace weft {

// Makes LLVM call ReportOutOfMemory. Idempotent; not thread-safe.
void RouteLlvmOutOfMemory();

// Calls the std::new_handler; aborts when there is none or it returns.
[[noreturn]] void ReportOutOfMemory();

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_LOWERING_OUT_OF_MEMORY_H_
