#include <thread>
#include <vector>

#include "common/schedule/feature_list.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/actor/worker/server/spawned_worker.h"

namespace weft {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// Starting a worker costs a tenth of a second, so that the tests of requests share one.
class WorkerRequestsTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    worker_ = new Worker;
    // So that the programs of the tests are loaded with limits of this lease's file.
    v1::WorkerRequest request;
    request.mutable_probe_machine()->set_lease_path(Worker::LeasePath());
    request.mutable_probe_machine()->set_timing_cpu(-1);
    request.mutable_probe_machine()->set_lease_timeout_seconds(60);
    machine_ = new v1::WorkerResponse(worker_->Call(request));
  }
  static void TearDownTestSuite() {
    delete worker_;
    delete machine_;
    unlink(Worker::LeasePath().c_str());
    unlink((Worker::LeasePath() + ".machine").c_str());
    unlink((Worker::LeasePath() + ".sentinel").c_str());
  }

  static Worker* worker_;
  static v1::WorkerResponse* machine_;
};
Worker* WorkerRequestsTest::worker_ = nullptr;
v1::WorkerResponse* WorkerRequestsTest::machine_ = nullptr;

TEST_F(WorkerRequestsTest, ItKnowsItsMachine) {
  ASSERT_EQ(machine_->code(), kOk) << machine_->error();
  EXPECT_GT(machine_->probe_machine().peak_flops(), 1e9);
  EXPECT_NE(machine_->probe_machine().cpu(), "");
}

TEST_F(WorkerRequestsTest, AnEpisodeRunsFromLoadToExport) {
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

TEST_F(WorkerRequestsTest, AScheduleWithSeveralThreadsIsCheckedAndTimed) {
  if (std::thread::hardware_concurrency() < 2) GTEST_SKIP() << "there is one CPU";
  ASSERT_EQ(worker_->Load("matmul.mlir").code(), kOk);
  const v1::WorkerResponse parallel =
      worker_->Step({ActionKind::kParallelize, {8, 0, 0}, {}, std::nullopt});
  ASSERT_EQ(parallel.code(), kOk) << parallel.error();
  ASSERT_EQ(worker_->Step(kVectorize).code(), kOk);
  v1::WorkerRequest request = Worker::MeasureRequest();
  request.mutable_measure()->set_threads(2);
  const v1::WorkerResponse measured = worker_->Call(request);
  ASSERT_EQ(measured.code(), kOk) << measured.error();
  const v1::Measurement& measurement = measured.measure().measurement();
  EXPECT_EQ(measurement.outcome(), v1::OUTCOME_KIND_OK) << measurement.message();
  EXPECT_LT(measurement.max_relative_error(), 1e-5);
  // The worker itself has no further thread; it goes on to measure with one.
  EXPECT_EQ(worker_->Call(Worker::MeasureRequest()).measure().measurement().outcome(),
            v1::OUTCOME_KIND_OK);
}

TEST_F(WorkerRequestsTest, AScheduleIsConfirmedAgainstAnother) {
  ASSERT_EQ(worker_->Load("matmul.mlir").code(), kOk);
  ASSERT_EQ(worker_->Step(kStop).code(), kOk);
  const std::string unscheduled = worker_->Export().export_().schedule_module();
  ASSERT_EQ(worker_->Reset().code(), kOk);
  ASSERT_EQ(worker_->Step(kVectorize).code(), kOk);
  v1::WorkerRequest request = Worker::MeasureRequest();
  request.mutable_measure()->set_confirm_schedule_module(unscheduled);
  const v1::WorkerResponse measured = worker_->Call(request);
  ASSERT_EQ(measured.code(), kOk) << measured.error();
  const v1::Measurement& measurement = measured.measure().measurement();
  EXPECT_EQ(measurement.outcome(), v1::OUTCOME_KIND_OK) << measurement.message();
  ASSERT_TRUE(measurement.has_confirmation()) << measurement.message();
  EXPECT_EQ(measurement.confirmation().seconds(), measurement.seconds());
  EXPECT_GT(measurement.confirmation().previous_seconds(), 0);
  EXPECT_GE(measurement.confirmation().pairs(), 1u);
}

TEST_F(WorkerRequestsTest, APreviousBestThatIsNonsenseOnlyCostsTheConfirmation) {
  ASSERT_EQ(worker_->Load("matmul.mlir").code(), kOk);
  ASSERT_EQ(worker_->Step(kVectorize).code(), kOk);
  v1::WorkerRequest request = Worker::MeasureRequest();
  request.mutable_measure()->set_confirm_schedule_module("nonsense");
  const v1::Measurement measurement = worker_->Call(request).measure().measurement();
  EXPECT_EQ(measurement.outcome(), v1::OUTCOME_KIND_OK) << measurement.message();
  EXPECT_FALSE(measurement.has_confirmation());
  EXPECT_THAT(measurement.message(), HasSubstr("not confirmed"));
}

TEST_F(WorkerRequestsTest, AProgramThatFoldsToItsInputIsMeasured) {
  v1::WorkerRequest load;
  load.mutable_load_program()->set_name("identity.mlir");
  load.mutable_load_program()->set_source(R"mlir(
func.func @main(%a: tensor<64x64xf32> {bufferization.writable = false},
                %out: tensor<64x64xf32> {bufferization.writable = true})
    -> tensor<64x64xf32> {
  %same = linalg.transpose ins(%a : tensor<64x64xf32>) outs(%out : tensor<64x64xf32>)
      permutation = [0, 1]
  return %same : tensor<64x64xf32>
})mlir");
  const v1::WorkerResponse loaded = worker_->Call(load);
  ASSERT_EQ(loaded.code(), kOk) << loaded.error();
  ASSERT_EQ(worker_->Step(kStop).code(), kOk);
  const v1::Measurement measurement =
      worker_->Call(Worker::MeasureRequest()).measure().measurement();
  EXPECT_EQ(measurement.outcome(), v1::OUTCOME_KIND_OK) << measurement.message();
}

TEST_F(WorkerRequestsTest, AResetBeginsWithTheProgramAsItCame) {
  ASSERT_EQ(worker_->Load("matmul.mlir").code(), kOk);
  ASSERT_EQ(worker_->Step(kVectorize).code(), kOk);
  ASSERT_EQ(worker_->Reset().code(), kOk);
  EXPECT_THAT(worker_->Export().export_().transformed_ir(), HasSubstr("linalg.matmul"));
}

TEST_F(WorkerRequestsTest, SeveralProgramsAreMeasuredCorrectly) {
  for (const char* name :
       {"conv_2d_nhwc.mlir", "softmax.mlir", "matmul_bias_relu.mlir"}) {
    ASSERT_EQ(worker_->Load(name).code(), kOk);
    ASSERT_EQ(worker_->Step(kStop).code(), kOk);
    const v1::WorkerResponse measured = worker_->Call(Worker::MeasureRequest());
    EXPECT_EQ(measured.measure().measurement().outcome(), v1::OUTCOME_KIND_OK)
        << name << ": " << measured.measure().measurement().message();
  }
}

TEST_F(WorkerRequestsTest, AMalformedProgramIsAnErrorWithItsPlace) {
  v1::WorkerRequest request;
  request.mutable_load_program()->set_name("broken.mlir");
  request.mutable_load_program()->set_source("func.func @main() {\n  %x = oops\n}\n");
  const v1::WorkerResponse response = worker_->Call(request);
  EXPECT_EQ(response.code(), kInvalidArgument);
  EXPECT_THAT(response.error(), StartsWith("broken.mlir:2:"));
  EXPECT_FALSE(response.has_load_program());
}

TEST_F(WorkerRequestsTest, AProgramThatIsRefusedLeavesTheFormerOne) {
  ASSERT_EQ(worker_->Load("relu.mlir").code(), kOk);
  v1::WorkerRequest request;
  request.mutable_load_program()->set_source("nonsense");
  ASSERT_NE(worker_->Call(request).code(), kOk);
  EXPECT_EQ(worker_->Reset().code(), kOk);
}

TEST_F(WorkerRequestsTest, AnActionThatTheMaskForbidsIsRefused) {
  ASSERT_EQ(worker_->Load("matmul.mlir").code(), kOk);
  Action untiled = kVectorize;
  untiled.sizes = {512, 512, 512};
  EXPECT_EQ(worker_->Step(untiled).code(), kFailedPrecondition);
  EXPECT_EQ(worker_->Step(kStop).code(), kOk);
}

TEST_F(WorkerRequestsTest, AnActionThatIsNoneIsRefused) {
  v1::WorkerRequest request;
  request.mutable_step()->mutable_action()->set_kind(v1::ACTION_KIND_UNSPECIFIED);
  EXPECT_EQ(worker_->Call(request).code(), kInvalidArgument);
}

TEST_F(WorkerRequestsTest, ARequestThatIsNoneIsAnswered) {
  EXPECT_EQ(worker_->Call(v1::WorkerRequest()).code(),
            static_cast<int>(absl::StatusCode::kUnimplemented));
}

TEST_F(WorkerRequestsTest, LimitsOutOfBoundsAreRefused) {
  ASSERT_EQ(worker_->Load("matmul.mlir").code(), kOk);
  v1::WorkerRequest request = Worker::MeasureRequest();
  request.mutable_measure()->set_compile_timeout_seconds(0);
  EXPECT_THAT(worker_->Call(request).error(),
              HasSubstr("compile_timeout_seconds is 0"));
  request = Worker::MeasureRequest();
  request.mutable_measure()->set_threads(2000);
  EXPECT_EQ(worker_->Call(request).code(), kInvalidArgument);
  request = Worker::MeasureRequest();
  request.mutable_measure()->clear_lease_path();
  EXPECT_EQ(worker_->Call(request).code(), kInvalidArgument);
  request.mutable_load_program()->set_threads(2000);
  EXPECT_THAT(worker_->Call(request).error(), HasSubstr("threads is 2000"));
}

TEST_F(WorkerRequestsTest, TheNumberOfThreadsIsObserved) {
  const std::string name = "matmul.mlir";
  v1::WorkerRequest request;
  request.mutable_load_program()->set_source(ReadFile(ProgramPath(name)));
  ASSERT_EQ(worker_->Call(request).code(), kOk);
  const v1::WorkerResponse one = worker_->Reset();
  request.mutable_load_program()->set_threads(4);
  ASSERT_EQ(worker_->Call(request).code(), kOk);
  const v1::WorkerResponse four = worker_->Reset();
  const std::vector<Feature>& global = FeaturesOf(TokenKind::kGlobal);
  for (size_t i = 0; i < global.size(); ++i) {
    const bool depends =
        global[i].name == "threads" || global[i].name == "tiles_per_thread";
    EXPECT_EQ(one.reset().observation().features(static_cast<int>(i)) !=
                  four.reset().observation().features(static_cast<int>(i)),
              depends)
        << global[i].name;
  }
}

TEST_F(WorkerRequestsTest, ACompilationBeyondItsLimitTimesOutAndTheWorkerLivesOn) {
  ASSERT_EQ(worker_->Load("matmul.mlir").code(), kOk);
  ASSERT_EQ(worker_->Call(Worker::MeasureRequest()).code(), kOk);  // Has its reference.
  v1::WorkerRequest request = Worker::MeasureRequest();
  request.mutable_measure()->set_compile_timeout_seconds(0.001);
  EXPECT_EQ(worker_->Call(request).measure().measurement().outcome(),
            v1::OUTCOME_KIND_TIMED_OUT);
  EXPECT_EQ(worker_->Call(Worker::MeasureRequest()).measure().measurement().outcome(),
            v1::OUTCOME_KIND_OK);
}

TEST_F(WorkerRequestsTest, AKernelThatCannotAllocateIsOutOfMemoryAndNoCrash) {
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

}  // namespace
}  // namespace weft
