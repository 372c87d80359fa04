// The requests of worker.proto that concern a program of many operations.
#ifndef WEFT_ACTOR_WORKER_SERVER_PROGRAM_REQUESTS_H_
#define WEFT_ACTOR_WORKER_SERVER_PROGRAM_REQUESTS_H_

#include "absl/status/status.h"
#include "actor/worker/server/worker_session.h"
#include "weft/v1/worker.pb.h"

namespace weft {

// Each fills its part of `response` when it succeeds.
absl::Status HandleCutProgram(const v1::CutProgramRequest& request,
                              WorkerSession* session, v1::WorkerResponse* response);
absl::Status HandleMeasureProgram(const v1::MeasureProgramRequest& request,
                                  const MeasureSettings& settings,
                                  WorkerSession* session, v1::WorkerResponse* response);
absl::Status HandleExportProgram(const v1::ExportProgramRequest& request,
                                 WorkerSession* session, v1::WorkerResponse* response);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_SERVER_PROGRAM_REQUESTS_H_
