#include "learner/serving/admin_service.h"

#include "common/rpc/status.h"

namespace weft {

grpc::ServerUnaryReactor* AdminService::GetStatus(grpc::CallbackServerContext* context,
                                                  const v1::GetStatusRequest*,
                                                  v1::GetStatusResponse* response) {
  *response = run_->GetStatus();
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(grpc::Status::OK);
  return reactor;
}

grpc::ServerUnaryReactor* AdminService::Checkpoint(grpc::CallbackServerContext* context,
                                                   const v1::CheckpointRequest*,
                                                   v1::CheckpointResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  run_->RequestCheckpoint(
      [reactor, response](const absl::StatusOr<v1::CheckpointResponse>& result) {
        if (result.ok()) *response = *result;
        reactor->Finish(ToGrpc(result.status()));
      });
  return reactor;
}

grpc::ServerUnaryReactor* AdminService::Shutdown(grpc::CallbackServerContext* context,
                                                 const v1::ShutdownRequest* request,
                                                 v1::ShutdownResponse*) {
  run_->RequestShutdown(request->reason());
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(grpc::Status::OK);
  return reactor;
}

}  // namespace weft
