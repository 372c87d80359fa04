// A real weft-worker process, spoken to as an actor does.
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "absl/time/clock.h"
#include "actor/worker/measure/timing_lease.h"
#include "common/wire/framing.h"
#include "common/wire/schedule_proto.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "weft/v1/worker.pb.h"

extern char** environ;

namespace weft {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr absl::Duration kTimeout = absl::Seconds(60);
constexpr int kOk = 0;
constexpr int kInvalidArgument = static_cast<int>(absl::StatusCode::kInvalidArgument);
constexpr int kFailedPrecondition =
    static_cast<int>(absl::StatusCode::kFailedPrecondition);

std::string Environment(const char* name, const std::string& fallback) {
  const char* value = std::getenv(name);
  return value == nullptr ? fallback : value;
}

std::string WorkerPath() { return Environment("WEFT_BIN_DIR", ".") + "/weft-worker"; }

std::string ProgramPath(const std::string& name) {
  return Environment("WEFT_SOURCE_DIR", ".") + "/tests/programs/" + name;
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file) << path;
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

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

// Starting a worker costs a tenth of a second, so that the tests of requests share one.
class WeftWorkerTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    worker_ = new Worker;
    // So that the programs of the tests are loaded with limits of this lease's file.
    v1::WorkerRequest request;
    request.mutable_probe_machine()->set_lease_path(Worker::LeasePath());
    request.mutable_probe_machine()->set_timing_cpu(-1);
    machine_ = new v1::WorkerResponse(worker_->Call(request));
  }
  static void TearDownTestSuite() {
    delete worker_;
    delete machine_;
    unlink(Worker::LeasePath().c_str());
    unlink((Worker::LeasePath() + ".machine").c_str());
  }

  static Worker* worker_;
  static v1::WorkerResponse* machine_;
};
Worker* WeftWorkerTest::worker_ = nullptr;
v1::WorkerResponse* WeftWorkerTest::machine_ = nullptr;

const Action kStop = {ActionKind::kStop, {}, {}, std::nullopt};
const Action kVectorize = {
    ActionKind::kVectorize, {4, 16, 1}, {}, VectorizeMode::kContract};

TEST_F(WeftWorkerTest, ItKnowsItsMachine) {
  ASSERT_EQ(machine_->code(), kOk) << machine_->error();
  EXPECT_GT(machine_->probe_machine().peak_flops(), 1e9);
  EXPECT_NE(machine_->probe_machine().cpu(), "");
}

TEST_F(WeftWorkerTest, AnEpisodeRunsFromLoadToExport) {
  const v1::WorkerResponse loaded = worker_->Load("matmul.mlir");
  ASSERT_EQ(loaded.code(), kOk) << loaded.error();
  EXPECT_EQ(loaded.load_program().anchor(), "linalg.matmul");
  EXPECT_EQ(loaded.load_program().num_loops(), 3u);
  EXPECT_EQ(loaded.load_program().flops(), 2.0 * 48 * 64 * 80);

  const absl::StatusOr<Observation> first =
      FromProto(worker_->Reset().reset().observation());
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_TRUE(CheckLegal(first->mask, kVectorize).ok());

  const v1::WorkerResponse stepped = worker_->Step(kVectorize);
  ASSERT_EQ(stepped.code(), kOk) << stepped.error();
  EXPECT_TRUE(stepped.step().done());

  const v1::WorkerResponse measured = worker_->Call(Worker::MeasureRequest());
  ASSERT_EQ(measured.code(), kOk) << measured.error();
  const v1::Measurement& measurement = measured.measure().measurement();
  EXPECT_EQ(measurement.outcome(), v1::OUTCOME_KIND_OK) << measurement.message();
  EXPECT_GT(measurement.seconds(), 0);
  EXPECT_LT(measurement.max_relative_error(), 1e-5);

  const v1::WorkerResponse exported = worker_->Export();
  EXPECT_THAT(exported.export_().schedule_module(), HasSubstr("@__transform_main"));
  EXPECT_THAT(exported.export_().transformed_ir(), HasSubstr("vector<4x16xf32>"));
}

TEST_F(WeftWorkerTest, AResetBeginsWithTheProgramAsItCame) {
  ASSERT_EQ(worker_->Load("matmul.mlir").code(), kOk);
  ASSERT_EQ(worker_->Step(kVectorize).code(), kOk);
  ASSERT_EQ(worker_->Reset().code(), kOk);
  EXPECT_THAT(worker_->Export().export_().transformed_ir(), HasSubstr("linalg.matmul"));
}

TEST_F(WeftWorkerTest, SeveralProgramsAreMeasuredCorrectly) {
  for (const char* name :
       {"conv_2d_nhwc.mlir", "softmax.mlir", "matmul_bias_relu.mlir"}) {
    ASSERT_EQ(worker_->Load(name).code(), kOk);
    ASSERT_EQ(worker_->Step(kStop).code(), kOk);
    const v1::WorkerResponse measured = worker_->Call(Worker::MeasureRequest());
    EXPECT_EQ(measured.measure().measurement().outcome(), v1::OUTCOME_KIND_OK)
        << name << ": " << measured.measure().measurement().message();
  }
}

TEST_F(WeftWorkerTest, AMalformedProgramIsAnErrorWithItsPlace) {
  v1::WorkerRequest request;
  request.mutable_load_program()->set_name("broken.mlir");
  request.mutable_load_program()->set_source("func.func @main() {\n  %x = oops\n}\n");
  const v1::WorkerResponse response = worker_->Call(request);
  EXPECT_EQ(response.code(), kInvalidArgument);
  EXPECT_THAT(response.error(), StartsWith("broken.mlir:2:"));
  EXPECT_FALSE(response.has_load_program());
}

TEST_F(WeftWorkerTest, AProgramThatIsRefusedLeavesTheFormerOne) {
  ASSERT_EQ(worker_->Load("relu.mlir").code(), kOk);
  v1::WorkerRequest request;
  request.mutable_load_program()->set_source("nonsense");
  ASSERT_NE(worker_->Call(request).code(), kOk);
  EXPECT_EQ(worker_->Reset().code(), kOk);
}

TEST_F(WeftWorkerTest, AnActionThatTheMaskForbidsIsRefused) {
  ASSERT_EQ(worker_->Load("matmul.mlir").code(), kOk);
  Action untiled = kVectorize;
  untiled.sizes = {512, 512, 512};
  EXPECT_EQ(worker_->Step(untiled).code(), kFailedPrecondition);
  EXPECT_EQ(worker_->Step(kStop).code(), kOk);
}

TEST_F(WeftWorkerTest, AnActionThatIsNoneIsRefused) {
  v1::WorkerRequest request;
  request.mutable_step()->mutable_action()->set_kind(v1::ACTION_KIND_UNSPECIFIED);
  EXPECT_EQ(worker_->Call(request).code(), kInvalidArgument);
}

TEST_F(WeftWorkerTest, ARequestThatIsNoneIsAnswered) {
  EXPECT_EQ(worker_->Call(v1::WorkerRequest()).code(),
            static_cast<int>(absl::StatusCode::kUnimplemented));
}

TEST_F(WeftWorkerTest, LimitsOutOfBoundsAreRefused) {
  ASSERT_EQ(worker_->Load("matmul.mlir").code(), kOk);
  v1::WorkerRequest request = Worker::MeasureRequest();
  request.mutable_measure()->set_compile_timeout_seconds(0);
  EXPECT_THAT(worker_->Call(request).error(),
              HasSubstr("compile_timeout_seconds is 0"));
  request = Worker::MeasureRequest();
  request.mutable_measure()->set_threads(8);
  EXPECT_EQ(worker_->Call(request).code(), kInvalidArgument);
  request = Worker::MeasureRequest();
  request.mutable_measure()->clear_lease_path();
  EXPECT_EQ(worker_->Call(request).code(), kInvalidArgument);
}

TEST_F(WeftWorkerTest, ACompilationBeyondItsLimitTimesOutAndTheWorkerLivesOn) {
  ASSERT_EQ(worker_->Load("matmul.mlir").code(), kOk);
  ASSERT_EQ(worker_->Call(Worker::MeasureRequest()).code(), kOk);  // Has its reference.
  v1::WorkerRequest request = Worker::MeasureRequest();
  request.mutable_measure()->set_compile_timeout_seconds(0.001);
  EXPECT_EQ(worker_->Call(request).measure().measurement().outcome(),
            v1::OUTCOME_KIND_TIMED_OUT);
  EXPECT_EQ(worker_->Call(Worker::MeasureRequest()).measure().measurement().outcome(),
            v1::OUTCOME_KIND_OK);
}

TEST_F(WeftWorkerTest, AKernelThatCannotAllocateIsOutOfMemoryAndNoCrash) {
  v1::WorkerRequest load;
  load.mutable_load_program()->set_name("large.mlir");
  load.mutable_load_program()->set_source(R"mlir(
func.func @main(%a: tensor<32768xf32> {bufferization.writable = false},
                %out: tensor<32768xf32> {bufferization.writable = true})
    -> tensor<32768xf32> {
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<32768x32768xf32>
  %large = linalg.broadcast ins(%a : tensor<32768xf32>)
      outs(%empty : tensor<32768x32768xf32>) dimensions = [0]
  %filled = linalg.fill ins(%zero : f32) outs(%out : tensor<32768xf32>)
      -> tensor<32768xf32>
  %sum = linalg.reduce ins(%large : tensor<32768x32768xf32>)
      outs(%filled : tensor<32768xf32>) dimensions = [0]
      (%element: f32, %total: f32) {
        %next = arith.addf %element, %total : f32
        linalg.yield %next : f32
      }
  return %sum : tensor<32768xf32>
})mlir");
  const v1::WorkerResponse loaded = worker_->Call(load);
  ASSERT_EQ(loaded.code(), kOk) << loaded.error();
  v1::WorkerRequest measure = Worker::MeasureRequest();
  measure.mutable_measure()->set_memory_limit_bytes(uint64_t{1} << 30);
  const v1::WorkerResponse response = worker_->Call(measure);
  EXPECT_EQ(response.code(), kFailedPrecondition);
  EXPECT_THAT(response.error(), HasSubstr("ran out of memory while running"));
}

TEST(WeftWorkerProcessTest, KilledWhileItTimesItLeavesNeitherChildNorLeaseBehind) {
  Worker worker;
  ASSERT_EQ(worker.Load("matmul.mlir").code(), kOk);
  v1::WorkerRequest request = Worker::MeasureRequest();
  request.mutable_measure()->set_timing_budget_seconds(25);
  ASSERT_TRUE(WriteMessage(worker.socket(), request, kTimeout).ok());
  const auto lease_is_free = [] {
    return TimingLease::Acquire(Worker::LeasePath(), 0).ok();
  };
  const absl::Time deadline = absl::Now() + kTimeout;
  while (lease_is_free() && absl::Now() < deadline) usleep(1000);
  ASSERT_FALSE(lease_is_free());  // The child times its kernel.
  kill(worker.process(), SIGKILL);
  worker.Wait();
  // Well before the end of the budget, for nothing but the child's death frees it.
  EXPECT_TRUE(TimingLease::Acquire(Worker::LeasePath(), 10).ok());
  unlink(Worker::LeasePath().c_str());
}

TEST(WeftWorkerProcessTest, WithoutAProgramThereIsNothingToStep) {
  Worker worker;
  EXPECT_EQ(worker.Reset().code(), kFailedPrecondition);
  EXPECT_EQ(worker.Step(kStop).code(), kFailedPrecondition);
  EXPECT_EQ(worker.Export().code(), kFailedPrecondition);
  EXPECT_EQ(worker.Call(Worker::MeasureRequest()).code(), kFailedPrecondition);
}

TEST(WeftWorkerProcessTest, ItEndsWellWhenItsActorHangsUp) {
  Worker worker;
  worker.HangUp();
  const int status = worker.Wait();
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(WeftWorkerProcessTest, ItGivesUpOnGarbage) {
  Worker worker;
  ASSERT_EQ(send(worker.socket(), "\xff\xff\xff\xff", 4, MSG_NOSIGNAL), 4);
  const int status = worker.Wait();
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 1);
}

TEST(WeftWorkerProcessTest, AnInterruptFromTheTerminalIsTheActorsBusiness) {
  Worker worker;
  EXPECT_EQ(worker.Reset().code(), kFailedPrecondition);  // It is up.
  kill(worker.process(), SIGINT);
  EXPECT_EQ(worker.Reset().code(), kFailedPrecondition);
  kill(worker.process(), SIGTERM);
  const int status = worker.Wait();
  EXPECT_TRUE(WIFSIGNALED(status));
}

// Runs the program and returns what it prints and its exit status.
std::pair<std::string, int> RunCommand(const std::string& arguments) {
  const std::string command = WorkerPath() + " " + arguments + " 2>&1";
  FILE* pipe = popen(command.c_str(), "r");
  EXPECT_NE(pipe, nullptr);
  std::string output;
  char buffer[4096];
  size_t count;
  while ((count = fread(buffer, 1, sizeof(buffer), pipe)) > 0) {
    output.append(buffer, count);
  }
  const int status = pclose(pipe);
  return {output, WIFEXITED(status) ? WEXITSTATUS(status) : -1};
}

TEST(WeftWorkerCommandTest, MeasureReplaysAScheduleFromItsFile) {
  const std::string schedule = ::testing::TempDir() + "weft-worker-test-schedule." +
                               std::to_string(getpid()) + ".mlir";
  {
    Worker worker;
    ASSERT_EQ(worker.Load("matmul.mlir").code(), kOk);
    ASSERT_EQ(worker.Step(kVectorize).code(), kOk);
    std::ofstream(schedule) << worker.Export().export_().schedule_module();
  }
  const auto [output, status] =
      RunCommand("measure " + ProgramPath("matmul.mlir") + " " + schedule +
                 " --budget 0.02 --lease " + Worker::LeasePath());
  unlink(schedule.c_str());
  unlink(Worker::LeasePath().c_str());
  unlink((Worker::LeasePath() + ".machine").c_str());
  EXPECT_EQ(status, 0) << output;
  EXPECT_THAT(output, HasSubstr("outcome            ok"));
  EXPECT_THAT(output, HasSubstr("GFLOP/s"));
}

TEST(WeftWorkerCommandTest, AMissingProgramIsNamed) {
  const auto [output, status] = RunCommand("measure /nonexistent.mlir");
  EXPECT_EQ(status, 1);
  EXPECT_THAT(output, HasSubstr("/nonexistent.mlir"));
}

TEST(WeftWorkerCommandTest, HelpIsHelpAndNonsenseIsNot) {
  EXPECT_EQ(RunCommand("--help").second, 0);
  EXPECT_EQ(RunCommand("--nonsense").second, 2);
  EXPECT_EQ(RunCommand("").second, 2);
  EXPECT_EQ(RunCommand("measure a.mlir --budget much").second, 2);
}

}  // namespace
}  // namespace weft
