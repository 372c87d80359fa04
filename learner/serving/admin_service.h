// The operator's door on the network: weft.v1.AdminService.
#ifndef WEFT_LEARNER_SERVING_ADMIN_SERVICE_H_
#define WEFT_LEARNER_SERVING_ADMIN_SERVICE_H_

#include "learner/serving/run_control.h"
#include "weft/v1/admin.grpc.pb.h"

namespace weft {

// Thread-safe; the run must outlive the server.
class AdminService final : public v1::AdminService::CallbackService {
 public:
  explicit AdminService(RunControl* run) : run_(run) {}

  grpc::ServerUnaryReactor* GetStatus(grpc::CallbackServerContext* context,
                                      const v1::GetStatusRequest* request,
                                      v1::GetStatusResponse* response) override;
  grpc::ServerUnaryReactor* Checkpoint(grpc::CallbackServerContext* context,
                                       const v1::CheckpointRequest* request,
                                       v1::CheckpointResponse* response) override;
  grpc::ServerUnaryReactor* Shutdown(grpc::CallbackServerContext* context,
                                     const v1::ShutdownRequest* request,
                                     v1::ShutdownResponse* response) override;

 private:
  RunControl* const run_;
};

}  // namespace weft

#endif  // WEFT_LEARNER_SERVING_ADMIN_SERVICE_H_
