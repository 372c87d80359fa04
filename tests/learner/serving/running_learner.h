// A learner that serves on real sockets, with its training thread, for a test.
#ifndef WEFT_TESTS_LEARNER_SERVING_RUNNING_LEARNER_H_
#define WEFT_TESTS_LEARNER_SERVING_RUNNING_LEARNER_H_

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "absl/time/clock.h"
#include "common/rpc/channel.h"
#include "gtest/gtest.h"
#include "learner/serving/learner.h"
#include "tests/learner/serving/scripted_ppo.h"
#include "weft/v1/admin.grpc.pb.h"

namespace weft {

inline TrainConfig SmallConfig() {
  TrainConfig config;
  config.environment = "synthetic";
  config.learner.iterations = 3;
  config.learner.episodes_per_iteration = 4;
  config.learner.queue_capacity = 8;
  config.learner.max_outstanding_episodes = 6;
  config.learner.checkpoint_every_iterations = 1;
  return config;
}

// Whether the condition comes true within a time that is long even on a loaded machine.
inline bool Eventually(const std::function<bool()>& condition) {
  for (int i = 0; i < 1500; ++i) {
    if (condition()) return true;
    absl::SleepFor(absl::Milliseconds(20));
  }
  return false;
}

class RunningLearner {
 public:
  RunningLearner(const TrainConfig& config, const std::string& run_dir,
                 bool resume = false, size_t weights_bytes = 100,
                 absl::Duration storage_deadline = Learner::kDefaultStorageDeadline) {
    auto ppo = std::make_unique<ScriptedPpo>(weights_bytes);
    ppo_ = ppo.get();
    absl::StatusOr<std::unique_ptr<Learner>> learner =
        Learner::Create(config, run_dir, resume, std::move(ppo), storage_deadline);
    EXPECT_TRUE(learner.ok()) << learner.status();
    learner_ = *std::move(learner);
    channel_ = CreateRpcChannel(learner_->grpc_address());
    admin_ = v1::AdminService::NewStub(channel_);
    thread_ = std::thread([this] { result_ = learner_->Run(); });
  }
  ~RunningLearner() {
    if (thread_.joinable()) Stop().IgnoreError();
  }

  // What Run returned.
  absl::Status Stop() {
    learner_->RequestStop("the test is over");
    return Join();
  }
  absl::Status Join() {
    thread_.join();
    return result_;
  }

  v1::GetStatusResponse GetStatus() {
    grpc::ClientContext context;
    SetDeadline(&context, absl::Seconds(20));
    v1::GetStatusResponse response;
    const grpc::Status status = admin_->GetStatus(&context, {}, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }

  Learner& learner() { return *learner_; }
  ScriptedPpo& ppo() { return *ppo_; }
  v1::AdminService::Stub& admin() { return *admin_; }
  const std::shared_ptr<grpc::Channel>& channel() { return channel_; }

 private:
  ScriptedPpo* ppo_;
  std::unique_ptr<Learner> learner_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::AdminService::Stub> admin_;
  absl::Status result_;
  std::thread thread_;
};

}  // namespace weft

#endif  // WEFT_TESTS_LEARNER_SERVING_RUNNING_LEARNER_H_
