// With real workers, real programs and real signals.
#include "actor/environment/worker_environment.h"

#include <signal.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "actor/environment/worker_startup.h"
#include "actor/rollout/episode.h"
#include "common/schedule/parse_schedule.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace weft {
namespace {

using ::testing::HasSubstr;

constexpr double kPenalty = -8;

const Suite& TestPrograms() {
  static const Suite* const suite = new Suite(
      *LoadSuite(std::string(std::getenv("WEFT_SOURCE_DIR")) + "/tests/programs"));
  return *suite;
}

MeasureOptions Measuring() {
  MeasureOptions options;
  options.timing_budget_seconds = 0.01;
  options.lease_path = ::testing::TempDir() + "weft_worker_environment_test.lease";
  options.timing_cpu = ResolveTimingCpu(-1);
  return options;
}

std::string WorkerPath() {
  return std::string(std::getenv("WEFT_BIN_DIR")) + "/weft-worker";
}

const Machine& ThisMachine() {
  static const Machine* const machine = [] {
    WorkerClient worker(WorkerPath());
    EXPECT_TRUE(worker.Start().ok());
    absl::StatusOr<Machine> probed = ProbeMachine(worker, Measuring());
    EXPECT_TRUE(probed.ok()) << probed.status();
    return new Machine(probed.ok() ? *probed : Machine());
  }();
  return *machine;
}

class WorkerEnvironmentTest : public ::testing::Test {
 protected:
  // Most tests share the baselines: measuring them is what takes time here.
  static BaselineCache* SharedBaselines() {
    static auto* const baselines = new BaselineCache;
    return baselines;
  }

  std::unique_ptr<WorkerEnvironment> NewEnvironment(
      double step_timeout_seconds = 30, BaselineCache* baselines = SharedBaselines()) {
    WorkerEnvironmentOptions options;
    options.worker_path = WorkerPath();
    options.measure = Measuring();
    options.measure.compile_timeout_seconds = compile_timeout_seconds_;
    options.step_timeout_seconds = step_timeout_seconds;
    options.failure_reward = kPenalty;
    options.machine = ThisMachine().model;
    options.on_worker_lost = [this](WorkerLoss loss) { losses_.push_back(loss); };
    return std::make_unique<WorkerEnvironment>(options, &TestPrograms(), baselines);
  }

  // Ends an episode whose schedule is empty.
  absl::StatusOr<EpisodeResult> StopAndFinish(WorkerEnvironment& environment) {
    const absl::StatusOr<Observation> stopped = environment.Apply(Action{});
    EXPECT_TRUE(stopped.ok()) << stopped.status();
    if (!stopped.ok()) return stopped.status();
    EXPECT_EQ(stopped->mask.kinds, 0u);
    return environment.Finish();
  }

  void ExpectWorks(WorkerEnvironment& environment) {
    ASSERT_TRUE(environment.Reset("matmul").ok());
    const absl::StatusOr<EpisodeResult> result = StopAndFinish(environment);
    ASSERT_TRUE(result.ok()) << result.status();
    EXPECT_EQ(result->measurement.outcome, Outcome::kOk) << result->measurement.message;
  }

  double compile_timeout_seconds_ = MeasureOptions().compile_timeout_seconds;
  std::vector<WorkerLoss> losses_;
};

uint32_t OnlyStop() { return 1u << static_cast<int>(ActionKind::kStop); }

TEST_F(WorkerEnvironmentTest, MeasuresAndExportsASchedule) {
  const auto environment = NewEnvironment();
  const absl::StatusOr<Observation> start = environment->Reset("matmul");
  ASSERT_TRUE(start.ok()) << start.status();
  EXPECT_EQ(start->mask.num_loops, 3);
  EXPECT_TRUE(start->mask.Allows(ActionKind::kVectorize));
  const absl::StatusOr<EpisodeResult> result = StopAndFinish(*environment);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->measurement.outcome, Outcome::kOk) << result->measurement.message;
  EXPECT_GT(result->measurement.seconds, 0);
  EXPECT_GT(result->roofline_seconds, 0);
  EXPECT_GT(result->unscheduled_seconds, 0);
  EXPECT_EQ(result->reward,
            Reward(result->measurement, result->roofline_seconds, kPenalty));
  EXPECT_THAT(result->schedule_module, HasSubstr("@__transform_main"));
  EXPECT_EQ(environment->worker_restarts(), 0u);
}

TEST_F(WorkerEnvironmentTest, AKernelThatPacksFaultsNoPagesWhileTheClockRuns) {
  const auto environment = NewEnvironment();
  absl::StatusOr<Observation> observation = environment->Reset("matmul");
  ASSERT_TRUE(observation.ok()) << observation.status();
  const auto schedule = ParseSchedule(
      "pack[8,16,0] interchange[0,2,1,3,4] vectorize[1,1,1,8,16;contract]");
  ASSERT_TRUE(schedule.ok()) << schedule.status();
  for (const Action& action : *schedule) {
    ASSERT_TRUE(CheckLegal(observation->mask, action).ok());
    observation = environment->Apply(action);
    ASSERT_TRUE(observation.ok()) << observation.status();
  }
  const absl::StatusOr<EpisodeResult> result = environment->Finish();
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->measurement.outcome, Outcome::kOk) << result->measurement.message;
#if !__has_feature(address_sanitizer)  // It has an allocator of its own.
  EXPECT_EQ(result->measurement.page_faults, 0);
#endif
}

TEST_F(WorkerEnvironmentTest, AWorkerKilledInAStepEndsTheEpisodeAndNotTheEnvironment) {
  const auto environment = NewEnvironment();
  ASSERT_TRUE(environment->Reset("matmul").ok());
  ASSERT_EQ(kill(environment->worker_pid(), SIGKILL), 0);
  const absl::StatusOr<Observation> failed = environment->Apply(Action{});
  ASSERT_TRUE(failed.ok()) << failed.status();
  EXPECT_EQ(failed->mask.kinds, OnlyStop());
  const absl::StatusOr<EpisodeResult> result = StopAndFinish(*environment);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->measurement.outcome, Outcome::kWorkerLost);
  EXPECT_THAT(result->measurement.message, HasSubstr("died of signal 9"));
  EXPECT_EQ(result->reward, kPenalty);
  EXPECT_THAT(losses_, ::testing::ElementsAre(WorkerLoss::kDied));
  ExpectWorks(*environment);
  EXPECT_EQ(environment->worker_restarts(), 1u);
}

TEST_F(WorkerEnvironmentTest, AWorkerThatHangsInAStepIsReplacedAtItsDeadline) {
  const auto environment = NewEnvironment(4);
  ASSERT_TRUE(environment->Reset("matmul").ok());
  ASSERT_EQ(kill(environment->worker_pid(), SIGSTOP), 0);
  const absl::StatusOr<Observation> failed = environment->Apply(Action{});
  ASSERT_TRUE(failed.ok()) << failed.status();
  EXPECT_EQ(failed->mask.kinds, OnlyStop());
  const absl::StatusOr<EpisodeResult> result = StopAndFinish(*environment);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->measurement.outcome, Outcome::kWorkerLost);
  EXPECT_THAT(result->measurement.message, HasSubstr("did not answer step in time"));
  EXPECT_THAT(losses_, ::testing::ElementsAre(WorkerLoss::kDeadline));
  ExpectWorks(*environment);
}

TEST_F(WorkerEnvironmentTest, AWorkerKilledWhileItMeasuresIsALabelledFailure) {
  const auto environment = NewEnvironment();
  ASSERT_TRUE(environment->Reset("matmul").ok());
  ASSERT_TRUE(environment->Apply(Action{}).ok());
  const pid_t worker = environment->worker_pid();
  ASSERT_EQ(kill(worker, SIGSTOP),
            0);  // So that the request finds it measuring nothing.
  std::thread killer([worker] { EXPECT_EQ(kill(worker, SIGKILL), 0); });
  const absl::StatusOr<EpisodeResult> result = environment->Finish();
  killer.join();
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->measurement.outcome, Outcome::kWorkerLost);
  EXPECT_EQ(result->reward, kPenalty);
  EXPECT_EQ(result->schedule_module, "");
  ExpectWorks(*environment);
}

// Kills with -9 every process that the worker makes, while it lives.
class ChildKiller {
 public:
  explicit ChildKiller(pid_t worker)
      : thread_([this, worker] {
          while (!done_) {
            KillChildren(worker);
            std::this_thread::sleep_for(std::chrono::microseconds(200));
          }
        }) {}
  ~ChildKiller() {
    done_ = true;
    thread_.join();
    EXPECT_GT(killed_, 0);
  }

 private:
  void KillChildren(pid_t worker) {
    const std::string pid = std::to_string(worker);
    std::ifstream children("/proc/" + pid + "/task/" + pid + "/children");
    for (pid_t child; children >> child;) killed_ += kill(child, SIGKILL) == 0 ? 1 : 0;
  }

  std::atomic<bool> done_{false};
  int killed_ = 0;  // Read when the thread has ended.
  std::thread thread_;
};

TEST_F(WorkerEnvironmentTest, AProgramWhoseMeasuringIsKilledMayBeTriedAgain) {
  BaselineCache baselines;
  const auto environment = NewEnvironment(30, &baselines);
  ASSERT_TRUE(environment->Reset("relu").ok());  // Now there is a worker.
  {
    const ChildKiller killer(environment->worker_pid());
    const absl::Status status = environment->Reset("matmul").status();
    EXPECT_TRUE(absl::IsUnavailable(status)) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr("Killed"));
  }
  ExpectWorks(*environment);
  EXPECT_TRUE(losses_.empty());  // The worker itself was not killed.
}

TEST_F(WorkerEnvironmentTest, AScheduleWhoseMeasuringIsKilledIsNotBlamed) {
  const auto environment = NewEnvironment();
  ASSERT_TRUE(environment->Reset("matmul").ok());
  ASSERT_TRUE(environment->Apply(Action{}).ok());
  {
    const ChildKiller killer(environment->worker_pid());
    const absl::StatusOr<EpisodeResult> result = environment->Finish();
    ASSERT_TRUE(result.ok()) << result.status();
    EXPECT_EQ(result->measurement.outcome, Outcome::kWorkerLost);
    EXPECT_THAT(result->measurement.message, HasSubstr("Killed"));
    EXPECT_EQ(result->reward, kPenalty);
  }
  ExpectWorks(*environment);
}

TEST_F(WorkerEnvironmentTest, AProgramThatIsTooSlowJustNowMayBeTriedAgain) {
  BaselineCache baselines;
  compile_timeout_seconds_ = 0.001;
  const absl::Status status = NewEnvironment(30, &baselines)->Reset("matmul").status();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  compile_timeout_seconds_ = MeasureOptions().compile_timeout_seconds;
  ExpectWorks(*NewEnvironment(30, &baselines));
}

TEST_F(WorkerEnvironmentTest, AWorkerThatDiedBetweenEpisodesIsReplacedAtReset) {
  const auto environment = NewEnvironment();
  ExpectWorks(*environment);
  ASSERT_EQ(kill(environment->worker_pid(), SIGKILL), 0);
  ExpectWorks(*environment);
  EXPECT_EQ(environment->worker_restarts(), 1u);
}

TEST_F(WorkerEnvironmentTest, AnIllegalActionIsAnErrorAndCostsNoWorker) {
  const auto environment = NewEnvironment();
  ASSERT_TRUE(environment->Reset("matmul").ok());
  Action illegal;
  illegal.kind = ActionKind::kTile;
  illegal.sizes = {512, 512, 512};
  const absl::Status status = environment->Apply(illegal).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  EXPECT_TRUE(losses_.empty());
  ExpectWorks(*environment);
}

TEST_F(WorkerEnvironmentTest, AnUnknownProgramIsNotFound) {
  EXPECT_TRUE(absl::IsNotFound(NewEnvironment()->Reset("no_such_program").status()));
}

TEST_F(WorkerEnvironmentTest, CallsOutsideOfAnEpisodeAreErrors) {
  const auto environment = NewEnvironment();
  EXPECT_FALSE(environment->Apply(Action{}).ok());
  EXPECT_FALSE(environment->Finish().ok());
  ASSERT_TRUE(environment->Reset("matmul").ok());
  EXPECT_FALSE(environment->Finish().ok());
}

TEST_F(WorkerEnvironmentTest, SlotsShareOneMeasurementOfTheUnscheduledProgram) {
  BaselineCache baselines;
  std::vector<double> seconds(2);
  std::vector<std::thread> slots;
  for (double& found : seconds) {
    slots.emplace_back([this, &baselines, &found] {
      const auto environment = NewEnvironment(30, &baselines);
      ASSERT_TRUE(environment->Reset("matmul").ok());
      const absl::StatusOr<EpisodeResult> result = StopAndFinish(*environment);
      ASSERT_TRUE(result.ok()) << result.status();
      found = result->unscheduled_seconds;
    });
  }
  for (std::thread& slot : slots) slot.join();
  EXPECT_GT(seconds[0], 0);
  EXPECT_EQ(seconds[0], seconds[1]);
}

TEST_F(WorkerEnvironmentTest, RandomEpisodesHaveALabelAndMostAreOk) {
  const auto environment = NewEnvironment();
  const RandomPolicy policy;
  std::mt19937_64 random(11);
  int ok = 0;
  const std::vector<std::string> programs = {"matmul", "conv_2d_nhwc", "max_pool_nhwc",
                                             "relu",   "sum_rows",     "transpose"};
  for (const std::string& program : programs) {
    const absl::StatusOr<Trajectory> episode =
        RunEpisode(*environment, policy, program, random);
    ASSERT_TRUE(episode.ok()) << program << ": " << episode.status();
    EXPECT_GT(episode->unscheduled_seconds, 0);
    const Measurement& measurement = episode->measurement;
    if (measurement.outcome == Outcome::kOk) {
      ++ok;
    } else {
      EXPECT_EQ(episode->total_reward(), kPenalty);
      EXPECT_NE(measurement.message, "") << OutcomeName(measurement.outcome);
    }
  }
  EXPECT_GE(ok, 5);
}

}  // namespace
}  // namespace weft
