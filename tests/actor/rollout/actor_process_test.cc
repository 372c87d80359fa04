// The real weft-actor against a real gRPC server that serves real weights.
#include <signal.h>
#include <stdlib.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "common/process/child_process.h"
#include "common/wire/crc32c.h"
#include "common/wire/trajectory_proto.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "learner/ppo/ppo_learner.h"
#include "nlohmann/json.hpp"
#include "tests/actor/rollout/scripted_learner.h"

namespace weft {
namespace {

using ::testing::HasSubstr;

// LibTorch alone takes a second to load, and the machine may be busy.
constexpr absl::Duration kPatience = absl::Seconds(60);

const std::string& Weights() {
  static const auto* const weights = [] {
    auto learner = PpoLearner::Create(PolicyOptions(), PpoOptions(), "cpu", 1, 1);
    EXPECT_TRUE(learner.ok()) << learner.status();
    return new std::string((*learner)->SerializeWeights().value());
  }();
  return *weights;
}

grpc::Status ServeWeights(const v1::PullWeightsRequest& request,
                          grpc::ServerWriter<v1::WeightsChunk>* writer) {
  constexpr uint64_t kVersion = 4;
  v1::WeightsChunk chunk;
  chunk.set_version(kVersion);
  if (request.if_newer_than() >= kVersion) {
    writer->Write(chunk);
    return grpc::Status::OK;
  }
  const std::string& weights = Weights();
  chunk.set_total_bytes(weights.size());
  chunk.set_crc32c(Crc32c(weights));
  for (size_t offset = 0; offset < weights.size(); offset += 1 << 20) {
    chunk.set_offset(offset);
    chunk.set_data(weights.substr(offset, 1 << 20));
    writer->Write(chunk);
  }
  return grpc::Status::OK;
}

class ActorProcessTest : public ::testing::Test {
 protected:
  ActorProcessTest() {
    std::string name = ::testing::TempDir() + "weft_actor_XXXXXX";
    folder_ = mkdtemp(name.data());
  }
  ~ActorProcessTest() override {
    actor_.reset();
    std::filesystem::remove_all(folder_);
  }

  void Start(const std::string& config, const std::string& learner,
             const std::vector<std::string>& more = {}) {
    std::ofstream(folder_ + "/config.yaml") << config;
    std::vector<std::string> argv = {
        std::string(std::getenv("WEFT_BIN_DIR")) + "/weft-actor",
        "--config",
        folder_ + "/config.yaml",
        "--learner",
        learner,
        "--actor-id",
        "a",
        "--run-dir",
        folder_};
    argv.insert(argv.end(), more.begin(), more.end());
    absl::StatusOr<std::unique_ptr<ChildProcess>> started =
        ChildProcess::Start(argv, folder_ + "/log");
    ASSERT_TRUE(started.ok()) << started.status();
    actor_ = *std::move(started);
  }

  int ExitCode() {
    const std::optional<ExitStatus> status = actor_->Wait(kPatience);
    EXPECT_TRUE(status.has_value()) << "still running:\n" << Log();
    EXPECT_EQ(status.value_or(ExitStatus{}).signal, 0) << Log();
    return status.value_or(ExitStatus{-1, 0}).code;
  }

  std::string Log() const {
    std::ostringstream text;
    text << std::ifstream(folder_ + "/log").rdbuf();
    return text.str();
  }

  bool Ready() const { return std::filesystem::exists(folder_ + "/actor-a.json"); }

  static bool Eventually(const std::function<bool()>& condition) {
    const absl::Time deadline = absl::Now() + kPatience;
    while (!condition() && absl::Now() < deadline)
      absl::SleepFor(absl::Milliseconds(20));
    return condition();
  }

  std::string folder_;
  std::unique_ptr<ChildProcess> actor_;
};

TEST_F(ActorProcessTest, PlaysWhatItIsGrantedThenDrainsAndExitsWithZero) {
  constexpr int kEpisodes = 9;
  std::vector<Trajectory> episodes;
  ScriptedLearner learner(
      [&](int, LearnerStream* stream, grpc::ServerContext*) {
        AnswerHello(stream, 0);
        GrantCredits(stream, kEpisodes);
        v1::TrajectoryStreamRequest request;
        for (int i = 0; i < kEpisodes && stream->Read(&request); ++i) {
          const absl::StatusOr<Trajectory> episode = FromProto(request.trajectory());
          EXPECT_TRUE(episode.ok()) << episode.status();
          if (episode.ok()) episodes.push_back(*episode);
          Acknowledge(stream, request.trajectory().sequence());
        }
        v1::TrajectoryStreamResponse drain;
        drain.mutable_drain()->set_reason("enough");
        stream->Write(drain);
        EXPECT_FALSE(stream->Read(&request)) << "an episode beyond the credits";
        return grpc::Status::OK;
      },
      ServeWeights);
  Start("environment: synthetic\n", learner.address());
  EXPECT_EQ(ExitCode(), 0) << Log();
  ASSERT_EQ(episodes.size(), static_cast<size_t>(kEpisodes));
  for (int i = 0; i < kEpisodes; ++i) {
    EXPECT_EQ(episodes[i].sequence, static_cast<uint64_t>(i + 1));
    EXPECT_EQ(episodes[i].weights_version, 4u);
  }
}

TEST_F(ActorProcessTest, TellsItsAddressOnceItIsReadyAndStopsAtSigterm) {
  ScriptedLearner learner(
      [](int, LearnerStream* stream, grpc::ServerContext*) {
        AnswerHello(stream, 0);
        while (ReadSequence(stream) != 0) {
        }
        return grpc::Status::OK;
      },
      ServeWeights);
  Start("environment: synthetic\n", learner.address());
  ASSERT_TRUE(Eventually([this] { return Ready(); })) << Log();
  std::ifstream file(folder_ + "/actor-a.json");
  const nlohmann::json info = nlohmann::json::parse(file);
  EXPECT_EQ(info["pid"], actor_->pid());
  EXPECT_THAT(info["admin_address"].get<std::string>(), HasSubstr("127.0.0.1:"));
  actor_->Signal(SIGTERM);
  EXPECT_EQ(ExitCode(), 0) << Log();
}

TEST_F(ActorProcessTest, WeightsWithAWrongChecksumNeverMakeItReady) {
  ScriptedLearner learner(
      [](int, LearnerStream* stream, grpc::ServerContext*) {
        AnswerHello(stream, 0);
        GrantCredits(stream, 1);
        EXPECT_EQ(ReadSequence(stream), 0u) << "an episode without weights";
        return grpc::Status::OK;
      },
      [](const v1::PullWeightsRequest&, grpc::ServerWriter<v1::WeightsChunk>* writer) {
        v1::WeightsChunk chunk;
        chunk.set_version(1);
        chunk.set_total_bytes(Weights().size());
        chunk.set_crc32c(Crc32c(Weights()) + 1);
        for (size_t offset = 0; offset < Weights().size(); offset += 1 << 20) {
          chunk.set_offset(offset);
          chunk.set_data(Weights().substr(offset, 1 << 20));
          writer->Write(chunk);
        }
        return grpc::Status::OK;
      });
  Start("environment: synthetic\n", learner.address());
  ASSERT_TRUE(
      Eventually([this] { return Log().find("CRC-32C") != std::string::npos; }));
  EXPECT_FALSE(Ready());
  actor_->Signal(SIGTERM);
  EXPECT_EQ(ExitCode(), 0) << Log();
}

TEST_F(ActorProcessTest, AnUnreachableLearnerIsAnErrorAtTheStart) {
  Start("environment: synthetic\n", "127.0.0.1:1", {"--connect-timeout", "500ms"});
  EXPECT_NE(ExitCode(), 0);
  EXPECT_THAT(Log(), HasSubstr("no learner answered at 127.0.0.1:1 within 500ms"));
}

TEST_F(ActorProcessTest, AProgramThatTheWorkerRefusesIsAnErrorAtTheStart) {
  std::filesystem::create_directory(folder_ + "/suite");
  std::ofstream(folder_ + "/suite/broken.mlir") << "func.func @f(\n  %x: oops)";
  Start("suite: " + folder_ + "/suite\nmeasure: {lease_path: " + folder_ + "/lease}\n",
        "127.0.0.1:1");
  EXPECT_NE(ExitCode(), 0);
  EXPECT_THAT(Log(), HasSubstr("/suite/broken.mlir:2:"));
}

TEST_F(ActorProcessTest, AMissingSuiteIsAnErrorThatNamesIt) {
  Start("suite: " + folder_ + "/no_suite\n", "127.0.0.1:1");
  EXPECT_NE(ExitCode(), 0);
  EXPECT_THAT(Log(), HasSubstr(folder_ + "/no_suite"));
}

TEST_F(ActorProcessTest, AConfigThatIsWrongIsAnErrorWithFileLineAndKey) {
  Start("environment: synthetic\nactor:\n  episodes_in_fligt: 2\n", "127.0.0.1:1");
  EXPECT_NE(ExitCode(), 0);
  EXPECT_THAT(Log(), HasSubstr("config.yaml:3"));
  EXPECT_THAT(Log(), HasSubstr("episodes_in_fligt"));
}

}  // namespace
}  // namespace weft
