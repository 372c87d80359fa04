// Environments with real workers that share a schedule store.
#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "actor/environment/worker_environment.h"
#include "actor/environment/worker_startup.h"
#include "common/store/local_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/learner/temporary_folder.h"

namespace weft {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::SizeIs;

const Suite& TestPrograms() {
  static const Suite* const suite = new Suite(
      *LoadSuite(std::string(std::getenv("WEFT_SOURCE_DIR")) + "/tests/programs"));
  return *suite;
}

// Of one "actor": its environment, its baselines and what its store told it.
struct TestActor {
  std::vector<StoreEvent> events;
  BaselineCache baselines;
  std::unique_ptr<WorkerEnvironment> environment;

  int Count(StoreEvent event) const {
    return static_cast<int>(std::count(events.begin(), events.end(), event));
  }
};

class StoredEnvironmentTest : public ::testing::Test {
 protected:
  StoredEnvironmentTest()
      : store_(*LocalStore::Open({folder_.path() + "/store.sqlite"})) {
    options_.worker_path = std::string(std::getenv("WEFT_BIN_DIR")) + "/weft-worker";
    options_.measure.timing_budget_seconds = 0.01;
    options_.measure.lease_path =
        ::testing::TempDir() + "weft_stored_environment.lease";
    options_.measure.timing_cpu = ResolveTimingCpu(-1);
    options_.step_timeout_seconds = 30;
    options_.store = store_.get();
    WorkerClient worker(options_.worker_path);
    EXPECT_TRUE(worker.Start().ok());
    const absl::StatusOr<Machine> machine = ProbeMachine(worker, options_.measure);
    EXPECT_TRUE(machine.ok()) << machine.status();
    if (machine.ok()) options_.machine = machine->model;
  }

  std::unique_ptr<TestActor> NewActor() {
    auto actor = std::make_unique<TestActor>();
    WorkerEnvironmentOptions options = options_;
    options.on_store_event = [events = &actor->events](StoreEvent event) {
      events->push_back(event);
    };
    actor->environment = std::make_unique<WorkerEnvironment>(options, &TestPrograms(),
                                                             &actor->baselines);
    return actor;
  }

  // One episode that tiles all loops alike, or with 0 only stops.
  static EpisodeResult Play(TestActor& actor, int64_t tile,
                            const std::string& program = "matmul") {
    const absl::StatusOr<Observation> start = actor.environment->Reset(program);
    EXPECT_TRUE(start.ok()) << start.status();
    if (!start.ok()) return EpisodeResult();
    if (tile > 0) {
      Action action;
      action.kind = ActionKind::kTile;
      action.sizes.assign(start->mask.num_loops, tile);
      EXPECT_TRUE(actor.environment->Apply(action).ok());
    }
    EXPECT_TRUE(actor.environment->Apply(Action{}).ok());
    absl::StatusOr<EpisodeResult> result = actor.environment->Finish();
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? *std::move(result) : EpisodeResult();
  }

  // Of the measurements in the store.
  int64_t Count(const std::string& where) {
    absl::StatusOr<SqliteDatabase> database =
        SqliteDatabase::Open(folder_.path() + "/store.sqlite", absl::Seconds(5));
    EXPECT_TRUE(database.ok()) << database.status();
    return *database->Number("SELECT COUNT(*) FROM measurements WHERE " + where);
  }

  // Of the first measurement in the store.
  TaskKey Task() {
    absl::StatusOr<SqliteDatabase> database =
        SqliteDatabase::Open(folder_.path() + "/store.sqlite", absl::Seconds(5));
    EXPECT_TRUE(database.ok()) << database.status();
    return {*database->Text("SELECT task FROM measurements LIMIT 1"),
            *database->Text("SELECT cpu FROM measurements LIMIT 1"),
            1,
            "",
            "",
            ""};
  }

  // Puts the stored baseline there once more, as if it had been measured so.
  void RecordBaseline(bool disturbed) {
    MeasurementRecord baseline = *store_->FindTask(Task(), 1)->baseline;
    baseline.measurement.disturbed = disturbed;
    EXPECT_TRUE(store_->Record(0, baseline).ok());
  }

  TemporaryFolder folder_;
  std::unique_ptr<LocalStore> store_;
  WorkerEnvironmentOptions options_;
};

TEST_F(StoredEnvironmentTest, ASecondActorCompilesAndTimesNothing) {
  const auto first = NewActor();
  const EpisodeResult measured = Play(*first, 16);
  EXPECT_EQ(measured.measurement.outcome, Outcome::kOk) << measured.measurement.message;
  EXPECT_FALSE(measured.measurement.cached);
  EXPECT_EQ(first->Count(StoreEvent::kMiss), 2);  // The baseline and the schedule.
  RecordBaseline(/*disturbed=*/false);
  const int64_t rows = *store_->rows().CountRows();

  const auto second = NewActor();
  const EpisodeResult reused = Play(*second, 16);
  EXPECT_TRUE(reused.measurement.cached);
  EXPECT_EQ(reused.measurement.seconds, measured.measurement.seconds);
  EXPECT_EQ(reused.unscheduled_seconds, measured.unscheduled_seconds);
  EXPECT_EQ(reused.reward, measured.reward);
  EXPECT_EQ(reused.schedule_module, measured.schedule_module);
  EXPECT_THAT(second->events, SizeIs(2));
  EXPECT_THAT(second->events, Each(StoreEvent::kHit));
  EXPECT_EQ(*store_->rows().CountRows(), rows);
}

TEST_F(StoredEnvironmentTest, ADisturbedBaselineIsMeasuredByTheNextActor) {
  Play(*NewActor(), 16);
  RecordBaseline(/*disturbed=*/true);
  const int64_t rows = *store_->rows().CountRows();
  const auto next = NewActor();
  EXPECT_TRUE(Play(*next, 16).measurement.cached);
  EXPECT_THAT(next->events, ElementsAre(StoreEvent::kMiss, StoreEvent::kHit));
  EXPECT_EQ(*store_->rows().CountRows(), rows + 1);
}

TEST_F(StoredEnvironmentTest, AnotherScheduleIsMeasured) {
  const auto actor = NewActor();
  Play(*actor, 16);
  EXPECT_FALSE(Play(*actor, 8).measurement.cached);
  EXPECT_TRUE(Play(*actor, 16).measurement.cached);
  EXPECT_EQ(actor->Count(StoreEvent::kMiss), 3);
}

TEST_F(StoredEnvironmentTest, AnotherBudgetOrThreadCountIsAnotherMeasurement) {
  Play(*NewActor(), 16);
  options_.measure.timing_budget_seconds = 0.02;
  EXPECT_FALSE(Play(*NewActor(), 16).measurement.cached);
  options_.measure.threads = 2;
  EXPECT_FALSE(Play(*NewActor(), 16).measurement.cached);
}

TEST_F(StoredEnvironmentTest, ThreadsLowerTheReferenceTimeOfTheReward) {
  const EpisodeResult one = Play(*NewActor(), 16);
  options_.measure.threads = 2;
  const EpisodeResult two = Play(*NewActor(), 16);
  EXPECT_EQ(two.measurement.outcome, Outcome::kOk) << two.measurement.message;
  EXPECT_DOUBLE_EQ(two.roofline_seconds, one.roofline_seconds / 2);
}

TEST_F(StoredEnvironmentTest, ActorsThatPlayTheSameAtOnceMeasureItOnce) {
  std::vector<std::unique_ptr<TestActor>> actors;
  for (int i = 0; i < 2; ++i) actors.push_back(NewActor());
  std::vector<std::thread> threads;
  for (const auto& actor : actors) {
    // The thread makes and ends the worker, which dies with its parent thread.
    threads.emplace_back([&actor] {
      Play(*actor, 16);
      actor->environment.reset();
    });
  }
  for (std::thread& thread : threads) thread.join();
  int misses = 0;
  for (const auto& actor : actors) {
    misses += actor->Count(StoreEvent::kMiss);
    EXPECT_EQ(actor->Count(StoreEvent::kError), 0);
  }
  // A disturbed baseline may be measured anew by the second.
  EXPECT_EQ(Count("baseline = 0"), 1);
  EXPECT_LE(Count("baseline = 1 AND disturbed = 0"), 1);
  EXPECT_EQ(Count("1"), misses);
}

TEST_F(StoredEnvironmentTest, TheBestScheduleOfATaskCanBeLookedUp) {
  const auto actor = NewActor();
  const EpisodeResult result = Play(*actor, 16);
  const absl::StatusOr<TaskRecords> found = store_->FindTask(Task(), 1);
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_TRUE(found->baseline);
  EXPECT_EQ(found->baseline->measurement.seconds, result.unscheduled_seconds);
  ASSERT_THAT(found->best, SizeIs(1));
  EXPECT_EQ(found->best[0].measurement.seconds, result.measurement.seconds);
  EXPECT_EQ(found->best[0].schedule, "tile[16,16,16] stop");
}

TEST_F(StoredEnvironmentTest, ASecondActorKnowsTheBestOfTheFirst) {
  const auto first = NewActor();
  const auto second = NewActor();
  ASSERT_TRUE(second->environment->Reset("matmul").ok());
  EXPECT_FALSE(second->environment->BestKnown());
  Play(*first, 16);
  ASSERT_TRUE(second->environment->Reset("matmul").ok());
  const std::optional<Schedule> known = second->environment->BestKnown();
  ASSERT_TRUE(known);
  EXPECT_EQ(ToString(*known), "tile[16,16,16] stop");
}

TEST_F(StoredEnvironmentTest, ANewBestByFarIsComparedWithTheBestBefore) {
  Play(*NewActor(), 16);
  MeasurementRecord slow = store_->FindTask(Task(), 1)->best[0];
  slow.measurement.seconds = 1;  // So that every other schedule is suspiciously fast.
  ASSERT_TRUE(store_->Record(0, slow).ok());
  const EpisodeResult result = Play(*NewActor(), 8);
  EXPECT_EQ(result.measurement.outcome, Outcome::kOk) << result.measurement.message;
  EXPECT_FALSE(result.measurement.cached);
  EXPECT_TRUE(result.measurement.confirmation.has_value() ||
              absl::StrContains(result.measurement.message, "confirmed"))
      << result.measurement.message;
}

}  // namespace
}  // namespace weft
