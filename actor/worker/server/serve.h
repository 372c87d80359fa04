// The worker's life: requests from a socket until it ends.
#ifndef WEFT_ACTOR_WORKER_SERVER_SERVE_H_
#define WEFT_ACTOR_WORKER_SERVER_SERVE_H_

namespace weft {

// Answers requests on the inherited socket `file`, one after another, until its peer
// closes it. Returns the exit status of the process: 0 after an orderly end, 1 after an
// error, which is logged. Takes over the process: it dies with its parent and ignores
// SIGINT, for Ctrl-C reaches the whole foreground group and it is the parent who
// decides.
int Serve(int file);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_SERVER_SERVE_H_
