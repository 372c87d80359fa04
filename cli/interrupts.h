// Ctrl-C and SIGTERM, for commands that end in an orderly way.
#ifndef WEFT_CLI_INTERRUPTS_H_
#define WEFT_CLI_INTERRUPTS_H_

namespace weft {

// From now on the first Ctrl-C or SIGTERM is only noted, and the second ends the
// process. Call once.
void CatchInterrupts();

// Whether one was noted. Thread-safe.
bool Interrupted();

}  // namespace weft

#endif  // WEFT_CLI_INTERRUPTS_H_
