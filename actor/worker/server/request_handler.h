// Requests of worker.proto, answered by a WorkerSession.
#ifndef WEFT_ACTOR_WORKER_SERVER_REQUEST_HANDLER_H_
#define WEFT_ACTOR_WORKER_SERVER_REQUEST_HANDLER_H_

#include "actor/worker/server/worker_session.h"
#include "weft/v1/worker.pb.h"

namespace weft {

// Never fails: a request that does is answered with code and error. Arguments out of
// their bounds are INVALID_ARGUMENT.
v1::WorkerResponse HandleRequest(const v1::WorkerRequest& request,
                                 WorkerSession* session);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_SERVER_REQUEST_HANDLER_H_
