#include "learner/serving/store_service.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/rpc/status.h"
#include "common/store/store_proto.h"

namespace weft {
namespace {

// The bounds of store.proto.
constexpr double kMaxWaitSeconds = 10;
constexpr int kMaxRenewals = 1024;
// With a baseline of at most a MiB, below what one message may hold.
constexpr size_t kMaxBestBytes = 3 << 20;

grpc::ServerUnaryReactor* Finish(grpc::CallbackServerContext* context,
                                 const absl::Status& status) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(ToGrpc(status));
  return reactor;
}

// NaN waits not at all.
absl::Duration WaitOf(double seconds) {
  return seconds > 0 ? absl::Seconds(std::min(seconds, kMaxWaitSeconds))
                     : absl::ZeroDuration();
}

void Fill(const TaskRecords& records, v1::BestSchedulesResponse* response) {
  if (records.baseline) *response->mutable_baseline() = ToProto(*records.baseline);
  size_t bytes = 0;
  for (const MeasurementRecord& record : records.best) {
    v1::MeasurementRecord proto = ToProto(record);
    bytes += proto.ByteSizeLong();
    if (bytes > kMaxBestBytes) break;
    *response->add_best() = std::move(proto);
  }
}

}  // namespace

StoreService::StoreService(SharedStore* store, absl::Duration lease,
                           StoreObserver observer)
    : store_(store), lease_(lease), observer_(std::move(observer)) {}

absl::Status StoreService::Observe(absl::Status status) const {
  const bool caller = absl::IsInvalidArgument(status) || absl::IsNotFound(status) ||
                      absl::IsDeadlineExceeded(status);
  if (!status.ok() && !caller) observer_.failed(status);
  return status;
}

absl::Status StoreService::Answer(absl::StatusOr<Claim> claim,
                                  v1::BeginMeasurementResponse* response) const {
  if (absl::IsDeadlineExceeded(claim.status())) {
    response->set_wait(true);
    return absl::OkStatus();
  }
  if (!claim.ok()) return Observe(claim.status());
  if (claim->hit) {
    observer_.hit();
    *response->mutable_hit() = ToProto(*claim->hit);
    return absl::OkStatus();
  }
  response->set_measure(claim->token);
  response->set_lease_seconds(absl::ToDoubleSeconds(lease_));
  return absl::OkStatus();
}

grpc::ServerUnaryReactor* StoreService::Begin(
    grpc::CallbackServerContext* context, const v1::BeginMeasurementRequest* request,
    v1::BeginMeasurementResponse* response) {
  absl::StatusOr<MeasurementKey> key = FromProto(request->key());
  if (!key.ok()) return Finish(context, key.status());
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  store_->Begin(*key, FromProto(request->limits()),
                absl::Now() + WaitOf(request->wait_seconds()),
                [this, context, reactor, response](absl::StatusOr<Claim> claim) {
                  // A caller that has gone while it waited cannot measure; the next
                  // can.
                  if (claim.ok() && claim->token != 0 && context->IsCancelled()) {
                    store_->Abandon(claim->token).IgnoreError();
                    reactor->Finish(grpc::Status::CANCELLED);
                    return;
                  }
                  reactor->Finish(ToGrpc(Answer(std::move(claim), response)));
                });
  return reactor;
}

grpc::ServerUnaryReactor* StoreService::Renew(grpc::CallbackServerContext* context,
                                              const v1::RenewClaimsRequest* request,
                                              v1::RenewClaimsResponse* response) {
  if (request->tokens_size() > kMaxRenewals) {
    return Finish(context,
                  absl::InvalidArgumentError(absl::StrCat(
                      request->tokens_size(), " tokens; at most ", kMaxRenewals)));
  }
  for (uint64_t token : request->tokens()) {
    if (!store_->Renew(token).ok()) response->add_ended(token);
  }
  return Finish(context, absl::OkStatus());
}

grpc::ServerUnaryReactor* StoreService::Record(
    grpc::CallbackServerContext* context, const v1::RecordMeasurementRequest* request,
    v1::RecordMeasurementResponse*) {
  absl::StatusOr<MeasurementRecord> record = FromProto(request->record());
  if (!record.ok()) {
    // The claim must not outlive the caller's only attempt.
    store_->Abandon(request->token()).IgnoreError();
    return Finish(context, record.status());
  }
  absl::Status recorded = store_->Record(request->token(), *record);
  if (recorded.ok()) observer_.recorded();
  return Finish(context, Observe(std::move(recorded)));
}

grpc::ServerUnaryReactor* StoreService::Abandon(grpc::CallbackServerContext* context,
                                                const v1::AbandonClaimRequest* request,
                                                v1::AbandonClaimResponse*) {
  return Finish(context, store_->Abandon(request->token()));
}

grpc::ServerUnaryReactor* StoreService::BestSchedules(
    grpc::CallbackServerContext* context, const v1::BestSchedulesRequest* request,
    v1::BestSchedulesResponse* response) {
  constexpr uint32_t kTooMany = 1u << 30;  // What does not fit an int is refused below.
  const TaskKey task = {request->task(),
                        request->cpu(),
                        static_cast<int>(std::min(request->threads(), kTooMany)),
                        request->pipeline(),
                        request->compiler(),
                        request->protocol()};
  absl::StatusOr<TaskRecords> records =
      store_->FindTask(task, static_cast<int>(std::min(request->k(), kTooMany)));
  if (!records.ok()) return Finish(context, Observe(records.status()));
  Fill(*records, response);
  return Finish(context, absl::OkStatus());
}

}  // namespace weft
