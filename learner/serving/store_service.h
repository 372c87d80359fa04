// The schedule store on the network: weft.v1.StoreService.
#ifndef WEFT_LEARNER_SERVING_STORE_SERVICE_H_
#define WEFT_LEARNER_SERVING_STORE_SERVICE_H_

#include <functional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/store/shared_store.h"
#include "weft/v1/store.grpc.pb.h"

namespace weft {

// What became of a call, for the metrics.
struct StoreObserver {
  std::function<void()> hit;       // A Begin was answered with a record.
  std::function<void()> recorded;  // A measurement was added.
  std::function<void(const absl::Status&)> failed;  // The file could not be used.
};

// Answers Begin late when somebody else measures the key; everything else at once, on
// gRPC's own threads, whose calls SQLite makes take turns. Thread-safe; the store must
// outlive the server. Something has to call SharedStore::Tick about once a second, and
// SharedStore::Close before the server shuts down, or its waiting calls hold it up.
class StoreService final : public v1::StoreService::CallbackService {
 public:
  // `lease` is that of the store's flights.
  StoreService(SharedStore* store, absl::Duration lease, StoreObserver observer);

  grpc::ServerUnaryReactor* Begin(grpc::CallbackServerContext* context,
                                  const v1::BeginMeasurementRequest* request,
                                  v1::BeginMeasurementResponse* response) override;
  grpc::ServerUnaryReactor* Renew(grpc::CallbackServerContext* context,
                                  const v1::RenewClaimsRequest* request,
                                  v1::RenewClaimsResponse* response) override;
  grpc::ServerUnaryReactor* Record(grpc::CallbackServerContext* context,
                                   const v1::RecordMeasurementRequest* request,
                                   v1::RecordMeasurementResponse* response) override;
  grpc::ServerUnaryReactor* Abandon(grpc::CallbackServerContext* context,
                                    const v1::AbandonClaimRequest* request,
                                    v1::AbandonClaimResponse* response) override;
  grpc::ServerUnaryReactor* BestSchedules(grpc::CallbackServerContext* context,
                                          const v1::BestSchedulesRequest* request,
                                          v1::BestSchedulesResponse* response) override;

 private:
  // Reports errors of the file, not those of a caller, and hands them on.
  absl::Status Observe(absl::Status status) const;
  absl::Status Answer(absl::StatusOr<Claim> claim,
                      v1::BeginMeasurementResponse* response) const;

  SharedStore* const store_;
  const absl::Duration lease_;
  const StoreObserver observer_;
};

}  // namespace weft

#endif  // WEFT_LEARNER_SERVING_STORE_SERVICE_H_
