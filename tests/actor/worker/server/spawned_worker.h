// A real weft-worker process, spoken to as an actor does.
#ifndef WEFT_TESTS_ACTOR_WORKER_SERVER_SPAWNED_WORKER_H_
#define WEFT_TESTS_ACTOR_WORKER_SERVER_SPAWNED_WORKER_H_

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>

#include "absl/time/time.h"
#include "common/wire/framing.h"
#include "common/wire/schedule_proto.h"
#include "gtest/gtest.h"
#include "weft/v1/worker.pb.h"

extern char** environ;

namespace weft {

inline constexpr absl::Duration kTimeout = absl::Seconds(60);
inline constexpr int kOk = 0;
inline constexpr int kInvalidArgument =
    static_cast<int>(absl::StatusCode::kInvalidArgument);
inline constexpr int kFailedPrecondition =
    static_cast<int>(absl::StatusCode::kFailedPrecondition);

inline std::string Environment(const char* name, const std::string& fallback) {
  const char* value = std::getenv(name);
  return value == nullptr ? fallback : value;
}

inline std::string WorkerPath() {
  return Environment("WEFT_BIN_DIR", ".") + "/weft-worker";
}

inline std::string ProgramPath(const std::string& name) {
  return Environment("WEFT_SOURCE_DIR", ".") + "/tests/programs/" + name;
}

inline std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file) << path;
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

inline const Action kStop = {ActionKind::kStop, {}, {}, std::nullopt};
inline const Action kVectorize = {
    ActionKind::kVectorize, {4, 16, 1}, {}, VectorizeMode::kContract};

// One worker on one socket.
class Worker {
 public:
  Worker() {
    int ends[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    socket_ = ends[0];
    const int inherited = fcntl(ends[1], F_DUPFD, 10);  // Without close-on-exec.
    const std::string path = WorkerPath();
    const std::string number = std::to_string(inherited);
    const char* arguments[] = {path.c_str(), "--fd", number.c_str(), nullptr};
    if (posix_spawn(&process_, path.c_str(), nullptr, nullptr,
                    const_cast<char**>(arguments), environ) != 0) {
      // Nothing below makes sense, and a signal to process -1 goes to everybody.
      std::fprintf(stderr, "cannot start %s; is WEFT_BIN_DIR set?\n", path.c_str());
      std::abort();
    }
    close(inherited);
    close(ends[1]);
  }
  ~Worker() {
    HangUp();
    if (process_ > 0) {
      kill(process_, SIGKILL);
      waitpid(process_, nullptr, 0);
    }
  }

  v1::WorkerResponse Call(const v1::WorkerRequest& request) {
    v1::WorkerResponse response;
    EXPECT_TRUE(WriteMessage(socket_, request, kTimeout).ok());
    const absl::Status status = ReadMessage(socket_, &response, kTimeout);
    EXPECT_TRUE(status.ok()) << status;
    return response;
  }

  v1::WorkerResponse Load(const std::string& name) {
    v1::WorkerRequest request;
    request.mutable_load_program()->set_name(name);
    request.mutable_load_program()->set_source(ReadFile(ProgramPath(name)));
    return Call(request);
  }

  v1::WorkerResponse Step(const Action& action) {
    v1::WorkerRequest request;
    *request.mutable_step()->mutable_action() = ToProto(action);
    return Call(request);
  }

  v1::WorkerResponse Reset() {
    v1::WorkerRequest request;
    request.mutable_reset();
    return Call(request);
  }

  v1::WorkerResponse Export() {
    v1::WorkerRequest request;
    request.mutable_export_()->set_include_ir(true);
    return Call(request);
  }

  static v1::WorkerRequest MeasureRequest() {
    v1::WorkerRequest request;
    v1::MeasureRequest* measure = request.mutable_measure();
    measure->set_compile_timeout_seconds(30);
    measure->set_run_timeout_seconds(30);
    measure->set_timing_budget_seconds(0.02);
    measure->set_memory_limit_bytes(uint64_t{4} << 30);
    measure->set_lease_path(LeasePath());
    measure->set_timing_cpu(-1);
    measure->set_threads(1);
    measure->set_lease_timeout_seconds(30);
    return request;
  }

  static std::string LeasePath() {
    return ::testing::TempDir() + "weft-worker-test." + std::to_string(getpid());
  }

  void HangUp() {
    if (socket_ >= 0) close(socket_);
    socket_ = -1;
  }
  // Waits for the process to end; its status as of waitpid.
  int Wait() {
    int status = 0;
    EXPECT_EQ(waitpid(process_, &status, 0), process_);
    process_ = -1;
    return status;
  }
  int socket() const { return socket_; }
  pid_t process() const { return process_; }

 private:
  int socket_ = -1;
  pid_t process_ = -1;
};

}  // namespace weft

#endif  // WEFT_TESTS_ACTOR_WORKER_SERVER_SPAWNED_WORKER_H_
