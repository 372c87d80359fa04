// A real gRPC server on a real socket that plays one side of the protocols as a test
// says.
#ifndef WEFT_TESTS_ACTOR_ROLLOUT_SCRIPTED_LEARNER_H_
#define WEFT_TESTS_ACTOR_ROLLOUT_SCRIPTED_LEARNER_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/rpc/server.h"
#include "gtest/gtest.h"
#include "weft/v1/trajectory.grpc.pb.h"
#include "weft/v1/weights.grpc.pb.h"

namespace weft {

using LearnerStream =
    grpc::ServerReaderWriter<v1::TrajectoryStreamResponse, v1::TrajectoryStreamRequest>;

// What a test's learner does with one stream: called for each, with its number from 1.
// Its return value ends the stream.
using StreamScript = std::function<grpc::Status(int number, LearnerStream* stream,
                                                grpc::ServerContext* context)>;
using PullScript =
    std::function<grpc::Status(const v1::PullWeightsRequest& request,
                               grpc::ServerWriter<v1::WeightsChunk>* writer)>;

class ScriptedLearner : public v1::TrajectoryService::Service,
                        public v1::WeightsService::Service {
 public:
  explicit ScriptedLearner(StreamScript script, PullScript pull = nullptr,
                           const std::string& address = "127.0.0.1:0")
      : script_(std::move(script)), pull_(std::move(pull)) {
    absl::StatusOr<std::unique_ptr<RpcServer>> server =
        RpcServer::Start(address, {static_cast<v1::TrajectoryService::Service*>(this),
                                   static_cast<v1::WeightsService::Service*>(this)});
    EXPECT_TRUE(server.ok()) << server.status();
    if (server.ok()) server_ = *std::move(server);
  }
  ~ScriptedLearner() override { Shutdown(); }

  // As abrupt as the end of the process: streams are cancelled.
  void Shutdown() {
    if (server_ != nullptr) server_->Shutdown(absl::ZeroDuration());
  }

  const std::string& address() const { return server_->address(); }

  grpc::Status Stream(grpc::ServerContext* context, LearnerStream* stream) override {
    int number = 0;
    {
      absl::MutexLock lock(&mutex_);
      number = ++streams_;
    }
    return script_(number, stream, context);
  }

  grpc::Status Pull(grpc::ServerContext*, const v1::PullWeightsRequest* request,
                    grpc::ServerWriter<v1::WeightsChunk>* writer) override {
    return pull_(*request, writer);
  }

  int streams() {
    absl::MutexLock lock(&mutex_);
    return streams_;
  }

 private:
  const StreamScript script_;
  const PullScript pull_;
  absl::Mutex mutex_;
  int streams_ = 0;
  std::unique_ptr<RpcServer> server_;
};

// Reads the hello and answers it.
inline v1::ActorHello AnswerHello(LearnerStream* stream, uint64_t last_acknowledged) {
  v1::TrajectoryStreamRequest request;
  EXPECT_TRUE(stream->Read(&request));
  EXPECT_TRUE(request.has_hello());
  v1::TrajectoryStreamResponse response;
  response.mutable_hello_ack()->set_last_acknowledged_sequence(last_acknowledged);
  stream->Write(response);
  return request.hello();
}

// The sequence of the next trajectory; 0 when the stream ends before one.
inline uint64_t ReadSequence(LearnerStream* stream) {
  v1::TrajectoryStreamRequest request;
  return stream->Read(&request) ? request.trajectory().sequence() : 0;
}

inline void Acknowledge(LearnerStream* stream, uint64_t sequence) {
  v1::TrajectoryStreamResponse response;
  response.mutable_ack()->set_sequence(sequence);
  stream->Write(response);
}

inline void GrantCredits(LearnerStream* stream, uint32_t episodes) {
  v1::TrajectoryStreamResponse response;
  response.mutable_grant()->set_episodes(episodes);
  stream->Write(response);
}

}  // namespace weft

#endif  // WEFT_TESTS_ACTOR_ROLLOUT_SCRIPTED_LEARNER_H_
