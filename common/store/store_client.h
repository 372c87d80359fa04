// The learner's schedule store, from an actor.
#ifndef WEFT_COMMON_STORE_STORE_CLIENT_H_
#define WEFT_COMMON_STORE_STORE_CLIENT_H_

#include <memory>
#include <set>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/store/schedule_store.h"
#include "grpcpp/channel.h"
#include "weft/v1/store.grpc.pb.h"

namespace weft {

// A ScheduleStore over gRPC. Claims are leases of some seconds, which a thread of the
// client renews for as long as they are held: a client that dies loses its claims to
// whoever waits. Every call has a deadline, and a learner that is away makes it
// UNAVAILABLE within two seconds. Thread-safe.
class StoreClient : public ScheduleStore {
 public:
  explicit StoreClient(const std::shared_ptr<grpc::Channel>& channel);
  // Claims that are still held expire by themselves.
  ~StoreClient() override;

  absl::StatusOr<Claim> Begin(const MeasurementKey& key, const MeasureLimits& limits,
                              absl::Duration timeout) override;
  absl::Status Record(uint64_t token, const MeasurementRecord& record) override;
  absl::Status Abandon(uint64_t token) override;
  absl::StatusOr<TaskRecords> FindTask(const TaskKey& task, int k) override;

 private:
  // One Begin on the wire; a claim with neither hit nor token says "wait".
  absl::StatusOr<Claim> BeginOnce(const MeasurementKey& key,
                                  const MeasureLimits& limits, absl::Duration wait);
  void Hold(uint64_t token, absl::Duration lease);
  void Release(uint64_t token);
  void RenewUntilStopped();
  // Tells the learner that these are held, and forgets those that have ended.
  void Renew(const std::set<uint64_t>& tokens);

  const std::unique_ptr<v1::StoreService::Stub> stub_;
  absl::Mutex mutex_;
  std::set<uint64_t> held_ ABSL_GUARDED_BY(mutex_);
  absl::Duration renew_interval_ ABSL_GUARDED_BY(mutex_);
  bool woken_ ABSL_GUARDED_BY(mutex_) = false;  // The interval is shorter, or stop.
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread renewer_;  // Last: it uses what is above.
};

}  // namespace weft

#endif  // WEFT_COMMON_STORE_STORE_CLIENT_H_
