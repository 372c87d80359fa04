#include "actor/environment/worker_client.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "common/wire/framing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace weft {
namespace {

using ::testing::HasSubstr;

constexpr absl::Duration kPatience = absl::Seconds(20);

std::string FaultyWorker() {
  return std::string(std::getenv("WEFT_BIN_DIR")) + "/faulty_worker";
}

WorkerClient StartedWorker(const std::string& fault) {
  WorkerClient client(FaultyWorker(), {fault});
  EXPECT_TRUE(client.Start().ok());
  return client;
}

v1::WorkerRequest Probe() {
  v1::WorkerRequest request;
  request.mutable_probe_machine();
  return request;
}

absl::Status CallFaulty(const std::string& fault, absl::Duration timeout = kPatience) {
  WorkerClient client = StartedWorker(fault);
  const absl::Status status = client.Call(Probe(), timeout).status();
  EXPECT_FALSE(client.running());
  return status;
}

TEST(WorkerClientTest, NamesTheSignalThatAWorkerDiedOf) {
  const absl::Status status = CallFaulty("crash");
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("died of signal 11"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("during probe_machine"));
}

TEST(WorkerClientTest, NamesTheExitStatusOfAWorkerThatLeft) {
  const absl::Status status = CallFaulty("exit at once");
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("exited with status 3"));
}

TEST(WorkerClientTest, KillsAndReapsAWorkerThatMissesItsDeadline) {
  WorkerClient client = StartedWorker("hang");
  const pid_t pid = client.pid();
  const absl::Status status = client.Call(Probe(), absl::Milliseconds(200)).status();
  EXPECT_TRUE(absl::IsDeadlineExceeded(status)) << status;
  EXPECT_EQ(client.last_loss(), WorkerLoss::kDeadline);
  EXPECT_FALSE(client.running());
  EXPECT_EQ(kill(pid, 0), -1) << "neither running nor a zombie";
  EXPECT_EQ(errno, ESRCH);
}

TEST(WorkerClientTest, KillsAWorkerThatSendsGarbage) {
  for (const char* fault : {"garbage", "oversized", "another answer"}) {
    const absl::Status status = CallFaulty(fault);
    EXPECT_TRUE(absl::IsDataLoss(status)) << fault << ": " << status;
  }
}

TEST(WorkerClientTest, AWorkerThatDiesWithinAFrameIsUnavailable) {
  const absl::Status status = CallFaulty("half a frame");
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("exited with status 6"));
}

TEST(WorkerClientTest, StartReplacesALostWorker) {
  WorkerClient client = StartedWorker("none");
  const pid_t first = client.pid();
  ASSERT_EQ(kill(first, SIGKILL), 0);
  EXPECT_TRUE(absl::IsUnavailable(client.Call(Probe(), kPatience).status()));
  EXPECT_TRUE(absl::IsFailedPrecondition(client.Call(Probe(), kPatience).status()));
  ASSERT_TRUE(client.Start().ok());
  EXPECT_NE(client.pid(), first);
  EXPECT_TRUE(client.Call(Probe(), kPatience).ok());
}

TEST(WorkerClientTest, AnErrorFromALivingWorkerIsAResponse) {
  WorkerClient client = StartedWorker("none");
  v1::WorkerRequest request;
  request.mutable_load_program()->set_name("program.mlir");
  const absl::StatusOr<v1::WorkerResponse> response = client.Call(request, kPatience);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_TRUE(client.running());
  EXPECT_TRUE(absl::IsInvalidArgument(ResponseStatus(*response)));
  EXPECT_THAT(response->error(), HasSubstr("program.mlir:1:1"));
}

TEST(WorkerClientTest, ARequestThatIsTooLargeCostsNoWorker) {
  WorkerClient client = StartedWorker("none");
  v1::WorkerRequest request;
  request.mutable_load_program()->set_source(std::string(kMaxFrameBytes, 'x'));
  EXPECT_TRUE(absl::IsInvalidArgument(client.Call(request, kPatience).status()));
  EXPECT_TRUE(client.Call(Probe(), kPatience).ok());
}

TEST(WorkerClientTest, AMissingProgramIsNotFound) {
  WorkerClient client("/nonexistent/weft-worker");
  const absl::Status status = client.Start();
  EXPECT_TRUE(absl::IsNotFound(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("/nonexistent/weft-worker"));
}

TEST(WorkerClientTest, AWorkerInheritsItsSocketAndNothingElse) {
  // What a process with gRPC in it has: open descriptors, blocked and ignored signals.
  const int leaked = open("/dev/null", O_RDONLY);
  sigset_t term, before;
  sigemptyset(&term);
  sigaddset(&term, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &term, &before);
  signal(SIGPIPE, SIG_IGN);
  WorkerClient client = StartedWorker("none");
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  signal(SIGPIPE, SIG_DFL);
  const absl::StatusOr<v1::WorkerResponse> response = client.Call(Probe(), kPatience);
  close(leaked);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->probe_machine().cpu(), "fds=0,1,2,3 blocked=0 pipe=default");
}

TEST(WorkerProcessTest, WorkersStartedAtTheSameTimeHoldNoSocketOfEachOther) {
  constexpr int kWorkers = 8;
  std::vector<std::unique_ptr<WorkerProcess>> workers(kWorkers);
  std::vector<std::thread> threads;
  for (auto& worker : workers) {
    threads.emplace_back([&worker] {
      absl::StatusOr<std::unique_ptr<WorkerProcess>> started =
          WorkerProcess::Start(FaultyWorker(), {"none"});
      ASSERT_TRUE(started.ok()) << started.status();
      worker = *std::move(started);
    });
  }
  for (std::thread& thread : threads) thread.join();
  // Each sees the end of its socket while the others still run, so nobody else has it.
  for (auto& worker : workers) {
    EXPECT_EQ(worker->End(kPatience), "exited with status 0");
  }
}

TEST(WorkerProcessTest, TheDestructorLeavesNoProcess) {
  pid_t pid = 0;
  {
    const auto worker = WorkerProcess::Start(FaultyWorker(), {"hang"});
    ASSERT_TRUE(worker.ok());
    pid = (*worker)->pid();
    EXPECT_EQ(kill(pid, 0), 0);
  }
  EXPECT_EQ(kill(pid, 0), -1);
}

}  // namespace
}  // namespace weft
