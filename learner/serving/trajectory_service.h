// The trajectory stream on the network: weft.v1.TrajectoryService.
#ifndef WEFT_LEARNER_SERVING_TRAJECTORY_SERVICE_H_
#define WEFT_LEARNER_SERVING_TRAJECTORY_SERVICE_H_

#include <map>
#include <set>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "grpcpp/support/byte_buffer.h"
#include "learner/ingest/ingest.h"
#include "learner/serving/actor_link.h"
#include "learner/validation/validator.h"
#include "learner/weights/weight_store.h"
#include "weft/v1/trajectory.grpc.pb.h"

namespace weft {

class TrajectoryStream;

// Carries messages between actors and Ingest, which has the rules. It takes raw bytes,
// so that a message that protobuf cannot read is counted and answered instead of ending
// the stream silently. Thread-safe; what is passed by pointer must outlive the server.
class TrajectoryService final
    : public v1::TrajectoryService::WithRawCallbackMethod_Stream<
          v1::TrajectoryService::Service>,
      public ActorLink {
 public:
  TrajectoryService(Ingest* ingest, const WeightStore* weights, Validator* validator,
                    IngestObserver observer);
  ~TrajectoryService() override;

  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* Stream(
      grpc::CallbackServerContext* context) override;

  void PumpCredits() override;
  void PumpValidation() override;
  void Drain(const std::string& reason) override;

  // Ends streams that have not said hello within 10 s. Call every second or so.
  void EndSilentStreams();

 private:
  friend class TrajectoryStream;

  // For streams. `Add` is false when there are too many. `Connect` gives the stream its
  // id and sends the answer to its hello, before any credit can reach it.
  bool Add(TrajectoryStream* stream);
  absl::Status Connect(const v1::ActorHello& hello, TrajectoryStream* stream);
  void Remove(StreamId id, TrajectoryStream* stream);

  Ingest* const ingest_;
  const WeightStore* const weights_;
  Validator* const validator_;
  const IngestObserver observer_;
  absl::Mutex mutex_;  // Before the mutex of a stream.
  std::set<TrajectoryStream*> streams_ ABSL_GUARDED_BY(mutex_);
  std::map<StreamId, TrajectoryStream*> named_ ABSL_GUARDED_BY(mutex_);
  std::string drain_reason_ ABSL_GUARDED_BY(mutex_);  // Not empty: draining.
};

}  // namespace weft

#endif  // WEFT_LEARNER_SERVING_TRAJECTORY_SERVICE_H_
