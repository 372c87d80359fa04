// The actor's end of a trajectory stream, one message at a time, on a real socket.
#ifndef WEFT_TESTS_LEARNER_SERVING_TEST_ACTOR_H_
#define WEFT_TESTS_LEARNER_SERVING_TEST_ACTOR_H_

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "common/rpc/channel.h"
#include "common/wire/trajectory_proto.h"
#include "gtest/gtest.h"
#include "tests/common/wire/example_trajectory.h"
#include "weft/v1/trajectory.grpc.pb.h"

namespace weft {

class TestActor {
 public:
  explicit TestActor(const std::shared_ptr<grpc::Channel>& channel) {
    SetDeadline(&context_, absl::Seconds(60));
    stub_ = v1::TrajectoryService::NewStub(channel);
    stream_ = stub_->Stream(&context_);
  }
  ~TestActor() { context_.TryCancel(); }

  // Before the hello: what this actor can validate on.
  void OfferValidation(const std::vector<std::string>& programs) {
    validation_programs_ = programs;
  }

  // Returns the sequence that the learner has stored.
  uint64_t Hello(const std::string& actor_id, const std::string& run_id = "run") {
    SendHello(actor_id, run_id);
    v1::TrajectoryStreamResponse response;
    EXPECT_TRUE(stream_->Read(&response));
    EXPECT_TRUE(response.has_hello_ack()) << response.DebugString();
    return response.hello_ack().last_acknowledged_sequence();
  }

  void SendHello(const std::string& actor_id, const std::string& run_id) {
    v1::TrajectoryStreamRequest request;
    request.mutable_hello()->set_actor_id(actor_id);
    request.mutable_hello()->set_actor_run_id(run_id);
    request.mutable_hello()->set_max_in_flight(2);
    for (const std::string& program : validation_programs_) {
      request.mutable_hello()->add_validation_programs(program);
    }
    stream_->Write(request);
  }

  bool Send(const v1::Trajectory& trajectory) {
    v1::TrajectoryStreamRequest request;
    *request.mutable_trajectory() = trajectory;
    return stream_->Write(request);
  }
  bool Send(const Trajectory& trajectory) { return Send(ToProto(trajectory)); }

  // Reads until the acknowledgement; 0 when the stream ends before. Counts credits.
  uint64_t AwaitAck() {
    v1::TrajectoryStreamResponse response;
    while (Read(&response)) {
      if (response.has_ack()) return response.ack().sequence();
    }
    return 0;
  }
  bool AwaitCredit() {
    v1::TrajectoryStreamResponse response;
    while (credits_ == 0) {
      if (!Read(&response)) return false;
    }
    --credits_;
    return true;
  }
  bool AwaitDrain() {
    v1::TrajectoryStreamResponse response;
    while (!drained_) {
      if (!Read(&response)) return false;
    }
    return true;
  }
  // The next validation task; an empty one when the stream ends before.
  v1::ValidationTask AwaitValidation() {
    v1::TrajectoryStreamResponse response;
    while (validations_.empty()) {
      if (!Read(&response)) return {};
    }
    v1::ValidationTask task = validations_.front();
    validations_.pop_front();
    return task;
  }
  bool SendValidation(const v1::ValidationTask& task, const Trajectory& trajectory) {
    v1::TrajectoryStreamRequest request;
    request.mutable_validation()->set_weights_version(task.weights_version());
    request.mutable_validation()->set_program(task.program());
    *request.mutable_validation()->mutable_trajectory() = ToProto(trajectory);
    return stream_->Write(request);
  }
  // Plays one episode by the rules: credit, trajectory, acknowledgement.
  void Play(const Trajectory& trajectory) {
    ASSERT_TRUE(AwaitCredit());
    ASSERT_TRUE(Send(trajectory));
    ASSERT_EQ(AwaitAck(), trajectory.sequence);
  }

  // The learner's reason for ending the stream.
  grpc::Status Finish() {
    v1::TrajectoryStreamResponse response;
    while (Read(&response)) {
    }
    return stream_->Finish();
  }
  void HalfClose() { stream_->WritesDone(); }

 private:
  bool Read(v1::TrajectoryStreamResponse* response) {
    if (!stream_->Read(response)) return false;
    credits_ += response->grant().episodes();
    drained_ |= response->has_drain();
    if (response->has_validation()) validations_.push_back(response->validation());
    return true;
  }

  grpc::ClientContext context_;
  std::unique_ptr<v1::TrajectoryService::Stub> stub_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::TrajectoryStreamRequest,
                                           v1::TrajectoryStreamResponse>>
      stream_;
  std::vector<std::string> validation_programs_;
  std::deque<v1::ValidationTask> validations_;
  uint32_t credits_ = 0;
  bool drained_ = false;
};

}  // namespace weft

#endif  // WEFT_TESTS_LEARNER_SERVING_TEST_ACTOR_H_
