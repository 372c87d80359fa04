#include "common/store/store_client.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/rpc/channel.h"
#include "common/rpc/status.h"
#include "common/store/store_proto.h"
#include "spdlog/spdlog.h"

namespace weft {
namespace {

// Of a call that needs no wait: long enough for a learner that writes a checkpoint.
constexpr absl::Duration kCallTimeout = absl::Seconds(10);
// Longest wait of one call; the learner answers within it.
constexpr absl::Duration kPoll = absl::Seconds(5);
constexpr absl::Duration kSlack = absl::Seconds(5);
// Renewals per lease: two may be lost.
constexpr int kRenewalsPerLease = 3;
constexpr absl::Duration kMinRenewInterval = absl::Milliseconds(50);
constexpr absl::Duration kFirstRenewInterval = absl::Seconds(5);

template <typename Method, typename Request, typename Response>
absl::Status Call(v1::StoreService::Stub* stub, Method method, const Request& request,
                  absl::Duration timeout, Response* response) {
  grpc::ClientContext context;
  SetDeadline(&context, timeout);
  return FromGrpc((stub->*method)(&context, request, response));
}

}  // namespace

StoreClient::StoreClient(const std::shared_ptr<grpc::Channel>& channel)
    : stub_(v1::StoreService::NewStub(channel)),
      renew_interval_(kFirstRenewInterval),
      renewer_([this] { RenewUntilStopped(); }) {}

StoreClient::~StoreClient() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    woken_ = true;
  }
  renewer_.join();
}

absl::StatusOr<Claim> StoreClient::Begin(const MeasurementKey& key,
                                         const MeasureLimits& limits,
                                         absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout;
  for (;;) {
    const absl::Duration left = deadline - absl::Now();
    absl::StatusOr<Claim> claim =
        BeginOnce(key, limits, std::clamp(left, absl::ZeroDuration(), kPoll));
    if (!claim.ok() || claim->hit || claim->token != 0) return claim;
    if (absl::Now() >= deadline) {
      return absl::DeadlineExceededError(absl::StrCat(
          "another caller has been measuring the same schedule for more than ",
          absl::FormatDuration(timeout)));
    }
  }
}

absl::StatusOr<Claim> StoreClient::BeginOnce(const MeasurementKey& key,
                                             const MeasureLimits& limits,
                                             absl::Duration wait) {
  v1::BeginMeasurementRequest request;
  *request.mutable_key() = ToProto(key);
  *request.mutable_limits() = ToProto(limits);
  request.set_wait_seconds(absl::ToDoubleSeconds(wait));
  v1::BeginMeasurementResponse response;
  absl::Status status = Call(stub_.get(), &v1::StoreService::Stub::Begin, request,
                             wait + kSlack, &response);
  if (!status.ok()) return status;
  Claim claim;
  switch (response.answer_case()) {
    case v1::BeginMeasurementResponse::kHit: {
      absl::StatusOr<MeasurementRecord> record = FromProto(response.hit());
      if (!record.ok()) return record.status();
      claim.hit = *std::move(record);
      return claim;
    }
    case v1::BeginMeasurementResponse::kMeasure:
      claim.token = response.measure();
      Hold(claim.token, absl::Seconds(response.lease_seconds()));
      return claim;
    case v1::BeginMeasurementResponse::kWait:
      return claim;
    case v1::BeginMeasurementResponse::ANSWER_NOT_SET:
      break;
  }
  return absl::InternalError("the store answered Begin with nothing");
}

absl::Status StoreClient::Record(uint64_t token, const MeasurementRecord& record) {
  v1::RecordMeasurementRequest request;
  request.set_token(token);
  *request.mutable_record() = ToProto(record);
  v1::RecordMeasurementResponse response;
  absl::Status status = Call(stub_.get(), &v1::StoreService::Stub::Record, request,
                             kCallTimeout, &response);
  Release(token);
  return status;
}

absl::Status StoreClient::Abandon(uint64_t token) {
  Release(token);
  v1::AbandonClaimRequest request;
  request.set_token(token);
  v1::AbandonClaimResponse response;
  return Call(stub_.get(), &v1::StoreService::Stub::Abandon, request, kCallTimeout,
              &response);
}

absl::StatusOr<TaskRecords> StoreClient::FindTask(const TaskKey& task, int k) {
  v1::BestSchedulesRequest request;
  request.set_task(task.task);
  request.set_cpu(task.cpu);
  request.set_threads(static_cast<uint32_t>(task.threads));
  request.set_k(static_cast<uint32_t>(k));
  request.set_pipeline(task.pipeline);
  request.set_compiler(task.compiler);
  request.set_protocol(task.protocol);
  v1::BestSchedulesResponse response;
  absl::Status status = Call(stub_.get(), &v1::StoreService::Stub::BestSchedules,
                             request, kCallTimeout, &response);
  if (!status.ok()) return status;
  TaskRecords records;
  if (response.has_baseline()) {
    absl::StatusOr<MeasurementRecord> baseline = FromProto(response.baseline());
    if (!baseline.ok()) return baseline.status();
    records.baseline = *std::move(baseline);
  }
  for (const v1::MeasurementRecord& proto : response.best()) {
    absl::StatusOr<MeasurementRecord> record = FromProto(proto);
    if (!record.ok()) return record.status();
    records.best.push_back(*std::move(record));
  }
  return records;
}

void StoreClient::Hold(uint64_t token, absl::Duration lease) {
  absl::MutexLock lock(&mutex_);
  held_.insert(token);
  const absl::Duration interval =
      std::max(lease / kRenewalsPerLease, kMinRenewInterval);
  if (interval < renew_interval_) woken_ = true;
  renew_interval_ = interval;
}

void StoreClient::Release(uint64_t token) {
  absl::MutexLock lock(&mutex_);
  held_.erase(token);
}

void StoreClient::RenewUntilStopped() {
  for (;;) {
    std::set<uint64_t> tokens;
    {
      absl::MutexLock lock(&mutex_);
      mutex_.AwaitWithTimeout(absl::Condition(&woken_), renew_interval_);
      if (stopping_) return;
      woken_ = false;
      tokens = held_;
    }
    if (!tokens.empty()) Renew(tokens);
  }
}

void StoreClient::Renew(const std::set<uint64_t>& tokens) {
  v1::RenewClaimsRequest request;
  request.mutable_tokens()->Add(tokens.begin(), tokens.end());
  v1::RenewClaimsResponse response;
  absl::Status status = Call(stub_.get(), &v1::StoreService::Stub::Renew, request,
                             kCallTimeout, &response);
  if (!status.ok()) {
    spdlog::warn("claims on {} measurements could not be renewed: {}", tokens.size(),
                 status.ToString());
    return;
  }
  for (uint64_t token : response.ended()) Release(token);
}

}  // namespace weft
