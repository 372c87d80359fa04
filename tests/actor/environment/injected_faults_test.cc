// Schedules that are made to misbehave in a real worker: each is caught, labelled, kept
// from the best schedules, and costs no worker. See sabotage.cc for how.

#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "actor/environment/worker_environment.h"
#include "actor/environment/worker_startup.h"
#include "common/store/local_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/learner/temporary_folder.h"

namespace weft {
namespace {

using ::testing::IsEmpty;
using ::testing::Not;

constexpr double kPenalty = -8;

const Suite& TestPrograms() {
  static const Suite* const suite = new Suite(
      *LoadSuite(std::string(std::getenv("WEFT_SOURCE_DIR")) + "/tests/programs"));
  return *suite;
}

class InjectedFaultsTest : public ::testing::Test {
 protected:
  InjectedFaultsTest() : store_(*LocalStore::Open({folder_.path() + "/store.sqlite"})) {
    WorkerEnvironmentOptions options;
    options.worker_path =
        std::string(std::getenv("WEFT_BIN_DIR")) + "/sabotaged_worker";
    options.measure.timing_budget_seconds = 0.01;
    options.measure.lease_path = ::testing::TempDir() + "weft_injected_faults.lease";
    options.measure.timing_cpu = ResolveTimingCpu(-1);
    options.measure.compile_timeout_seconds = 10;
    options.measure.memory_limit_mebibytes = 1536;
    options.step_timeout_seconds = 30;
    options.failure_reward = kPenalty;
    options.store = store_.get();
    options.on_worker_lost = [this](WorkerLoss) { ++lost_workers_; };
    WorkerClient worker(options.worker_path);
    EXPECT_TRUE(worker.Start().ok());
    const absl::StatusOr<Machine> machine = ProbeMachine(worker, options.measure);
    EXPECT_TRUE(machine.ok()) << machine.status();
    if (machine.ok()) options.machine = machine->model;
    environment_ =
        std::make_unique<WorkerEnvironment>(options, &TestPrograms(), &baselines_);
  }

  // One episode that tiles the matmul.
  EpisodeResult Play(std::vector<int64_t> sizes) {
    const absl::StatusOr<Observation> start = environment_->Reset("matmul");
    EXPECT_TRUE(start.ok()) << start.status();
    if (!start.ok()) return EpisodeResult();
    Action tile;
    tile.kind = ActionKind::kTile;
    tile.sizes = std::move(sizes);
    const absl::StatusOr<Observation> tiled = environment_->Apply(tile);
    EXPECT_TRUE(tiled.ok()) << tiled.status();
    EXPECT_TRUE(environment_->Apply(Action{}).ok());
    absl::StatusOr<EpisodeResult> result = environment_->Finish();
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? *std::move(result) : EpisodeResult();
  }

  void ExpectCaught(std::vector<int64_t> sizes, Outcome outcome) {
    const EpisodeResult result = Play(std::move(sizes));
    EXPECT_EQ(result.measurement.outcome, outcome)
        << OutcomeName(result.measurement.outcome) << ": "
        << result.measurement.message;
    EXPECT_THAT(result.measurement.message, Not(IsEmpty()));
    EXPECT_EQ(result.measurement.seconds, 0);
    EXPECT_EQ(result.reward, kPenalty);
    EXPECT_THAT(result.schedule_module, IsEmpty());
    EXPECT_THAT(Best(), IsEmpty());
    // The same worker goes on with a schedule that behaves.
    const EpisodeResult good = Play({0, 32, 0});
    EXPECT_EQ(good.measurement.outcome, Outcome::kOk) << good.measurement.message;
    EXPECT_EQ(lost_workers_, 0);
  }

  // What the store has as schedules of the matmul, the unscheduled one apart.
  std::vector<std::string> Best() {
    std::vector<std::string> schedules;
    absl::StatusOr<SqliteDatabase> database =
        SqliteDatabase::Open(folder_.path() + "/store.sqlite", absl::Seconds(5));
    EXPECT_TRUE(database.ok()) << database.status();
    const TaskKey task = {*database->Text("SELECT task FROM measurements LIMIT 1"),
                          *database->Text("SELECT cpu FROM measurements LIMIT 1"),
                          1,
                          "",
                          "",
                          ""};
    const absl::StatusOr<TaskRecords> records = store_->FindTask(task, 16);
    EXPECT_TRUE(records.ok()) << records.status();
    if (!records.ok()) return schedules;
    for (const MeasurementRecord& record : records->best) {
      if (!record.baseline) schedules.push_back(record.schedule);
    }
    return schedules;
  }

  TemporaryFolder folder_;
  std::unique_ptr<LocalStore> store_;
  BaselineCache baselines_;
  std::unique_ptr<WorkerEnvironment> environment_;
  int lost_workers_ = 0;
};

TEST_F(InjectedFaultsTest, AKernelThatComputesOneWrongValueIsAWrongResult) {
  ExpectCaught({0, 16, 4}, Outcome::kWrongResult);
}

TEST_F(InjectedFaultsTest, ACompilerThatAbortsIsACrash) {
  ExpectCaught({0, 0, 16}, Outcome::kCrashed);
}

TEST_F(InjectedFaultsTest, AKernelThatAbortsIsACrash) {
  ExpectCaught({0, 16, 16}, Outcome::kCrashed);
}

TEST_F(InjectedFaultsTest, ACompilerThatLoopsTimesOut) {
  ExpectCaught({0, 0, 8}, Outcome::kTimedOut);
}

TEST_F(InjectedFaultsTest, AKernelThatLoopsTimesOut) {
  ExpectCaught({0, 16, 8}, Outcome::kTimedOut);
}

TEST_F(InjectedFaultsTest, ACompilerThatEatsMemoryIsOutOfMemory) {
  ExpectCaught({0, 0, 2}, Outcome::kOutOfMemory);
}

TEST_F(InjectedFaultsTest, AKernelThatEatsMemoryIsOutOfMemory) {
  ExpectCaught({0, 16, 2}, Outcome::kOutOfMemory);
}

}  // namespace
}  // namespace weft
