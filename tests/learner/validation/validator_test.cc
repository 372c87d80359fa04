#include "learner/validation/validator.h"

#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace weft {
namespace {

constexpr absl::Duration kDeadline = absl::Seconds(60);
constexpr double kPenalty = -8;
const absl::Time kStart = absl::FromUnixSeconds(1000);

ValidatedProgram Done(const std::string& name, double reward = -1) {
  ValidatedProgram program;
  program.program = name;
  program.outcome = Outcome::kOk;
  program.reward = reward;
  program.seconds = 1e-6;
  program.unscheduled_seconds = 4e-6;
  program.roofline_seconds = 1e-6;
  return program;
}

class ValidatorTest : public ::testing::Test {
 protected:
  Validator validator_{kDeadline, kPenalty};
};

TEST_F(ValidatorTest, ARoundIsEveryProgramOnce) {
  validator_.Connect(1, {"a", "b", "c"}, 2);
  ASSERT_TRUE(validator_.Start(4, 5, kStart));
  std::vector<ValidationTask> tasks = validator_.TakeTasks(kStart);
  ASSERT_EQ(tasks.size(), 2u);  // The actor runs two episodes at once.
  EXPECT_TRUE(validator_.TakeTasks(kStart).empty());
  EXPECT_EQ(tasks[0].weights_version, 5u);
  EXPECT_TRUE(validator_.Accept(1, 5, Done(tasks[0].program)));
  const std::vector<ValidationTask> third = validator_.TakeTasks(kStart);
  ASSERT_EQ(third.size(), 1u);
  EXPECT_TRUE(validator_.Accept(1, 5, Done(tasks[1].program)));
  EXPECT_FALSE(validator_.TakeFinished(kStart).has_value());
  EXPECT_TRUE(validator_.Accept(1, 5, Done(third[0].program)));
  const auto round = validator_.TakeFinished(kStart + absl::Seconds(3));
  ASSERT_TRUE(round.has_value());
  EXPECT_EQ(round->iteration, 4u);
  EXPECT_EQ(round->seconds, 3);
  ASSERT_EQ(round->programs.size(), 3u);
  EXPECT_EQ(round->programs[0].program, "a");
  EXPECT_EQ(round->programs[2].program, "c");
  EXPECT_FALSE(validator_.TakeFinished(kStart).has_value());
  EXPECT_FALSE(validator_.running());
}

TEST_F(ValidatorTest, OneRoundAtATimeAndNoneWithoutPrograms) {
  EXPECT_FALSE(validator_.Start(1, 1, kStart));
  validator_.Connect(1, {}, 2);
  EXPECT_FALSE(validator_.Start(1, 1, kStart));
  validator_.Connect(2, {"a"}, 2);
  EXPECT_TRUE(validator_.Start(1, 1, kStart));
  EXPECT_FALSE(validator_.Start(2, 2, kStart));
}

TEST_F(ValidatorTest, ProgramsGoToActorsThatHaveThemAndTheLeastBusyFirst) {
  validator_.Connect(1, {"a", "b", "c"}, 4);
  validator_.Connect(2, {"c"}, 4);
  ASSERT_TRUE(validator_.Start(1, 1, kStart));
  std::map<std::string, StreamId> given;
  for (const ValidationTask& task : validator_.TakeTasks(kStart)) {
    given[task.program] = task.stream;
  }
  EXPECT_THAT(given,
              ::testing::ElementsAre(std::make_pair("a", 1u), std::make_pair("b", 1u),
                                     std::make_pair("c", 2u)));
}

TEST_F(ValidatorTest, ATaskOfAnActorThatWentIsGivenToAnother) {
  validator_.Connect(1, {"a"}, 1);
  ASSERT_TRUE(validator_.Start(1, 1, kStart));
  ASSERT_EQ(validator_.TakeTasks(kStart).size(), 1u);
  validator_.Disconnect(1);
  EXPECT_FALSE(validator_.Accept(1, 1, Done("a")));
  EXPECT_TRUE(validator_.TakeTasks(kStart).empty());  // It waits for an actor.
  validator_.Connect(2, {"a"}, 1);
  const std::vector<ValidationTask> again = validator_.TakeTasks(kStart);
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].stream, 2u);
  EXPECT_TRUE(validator_.Accept(2, 1, Done("a")));
  EXPECT_TRUE(validator_.TakeFinished(kStart).has_value());
}

TEST_F(ValidatorTest, AProgramThatNobodyAnswersForFailsAtItsPenalty) {
  validator_.Connect(1, {"a", "b"}, 2);
  ASSERT_TRUE(validator_.Start(1, 1, kStart));
  absl::Time now = kStart;
  ASSERT_EQ(validator_.TakeTasks(now).size(), 2u);
  EXPECT_TRUE(validator_.Accept(1, 1, Done("a", -0.5)));
  for (int attempt = 1; attempt <= Validator::kMaxAttempts; ++attempt) {
    EXPECT_FALSE(validator_.TakeFinished(now).has_value());
    now += kDeadline;
    validator_.TakeTasks(now);                              // Finds it late.
    const size_t given = validator_.TakeTasks(now).size();  // Gives it again.
    EXPECT_EQ(given, attempt < Validator::kMaxAttempts ? 1u : 0u);
  }
  const auto round = validator_.TakeFinished(now);
  ASSERT_TRUE(round.has_value());
  EXPECT_EQ(round->programs[1].outcome, Outcome::kWorkerLost);
  EXPECT_EQ(round->programs[1].reward, kPenalty);
  EXPECT_EQ(round->Score(kPenalty).failures, 1);
}

TEST_F(ValidatorTest, ARefusalCountsAsAnAttempt) {
  validator_.Connect(1, {"a"}, 1);
  ASSERT_TRUE(validator_.Start(1, 1, kStart));
  for (int attempt = 0; attempt < Validator::kMaxAttempts; ++attempt) {
    ASSERT_EQ(validator_.TakeTasks(kStart).size(), 1u);
    EXPECT_TRUE(validator_.Refuse(1, 1, "a", "no such program"));
  }
  EXPECT_EQ(validator_.TakeFinished(kStart)->programs[0].outcome, Outcome::kWorkerLost);
}

TEST_F(ValidatorTest, AnActorThatFailedAProgramGetsItAgainOnlyWhenNoOtherHasIt) {
  validator_.Connect(1, {"a"}, 1);
  validator_.Connect(2, {"a"}, 1);
  ASSERT_TRUE(validator_.Start(1, 1, kStart));
  const StreamId first = validator_.TakeTasks(kStart).at(0).stream;
  EXPECT_TRUE(validator_.Refuse(first, 1, "a", "no worker"));
  const StreamId second = validator_.TakeTasks(kStart).at(0).stream;
  EXPECT_NE(second, first);
  EXPECT_TRUE(validator_.Refuse(second, 1, "a", "no worker"));
  EXPECT_EQ(validator_.TakeTasks(kStart).size(), 1u);  // Both have: either may.
  EXPECT_EQ(validator_.settled(), 2u);
}

TEST_F(ValidatorTest, AProgramThatNoActorHasAnyMoreFailsAfterThreeDeadlines) {
  validator_.Connect(1, {"a", "gone"}, 2);
  validator_.Connect(2, {"a"}, 2);
  ASSERT_TRUE(validator_.Start(1, 1, kStart));
  validator_.Disconnect(1);
  absl::Time now = kStart;
  ASSERT_EQ(validator_.TakeTasks(now).size(), 1u);
  EXPECT_TRUE(validator_.Accept(2, 1, Done("a")));
  for (int i = 0; i < Validator::kMaxAttempts; ++i) {
    EXPECT_FALSE(validator_.TakeFinished(now).has_value());
    now += kDeadline;
    EXPECT_TRUE(validator_.TakeTasks(now).empty());  // Late,
    EXPECT_TRUE(validator_.TakeTasks(now).empty());  // and waiting again.
  }
  const auto round = validator_.TakeFinished(now);
  ASSERT_TRUE(round.has_value());
  EXPECT_EQ(round->Score(kPenalty).failures, 1);
}

TEST_F(ValidatorTest, AnswersOfAnotherVersionChangeNothing) {
  validator_.Connect(1, {"a"}, 1);
  ASSERT_TRUE(validator_.Start(1, 7, kStart));
  ASSERT_EQ(validator_.TakeTasks(kStart).size(), 1u);
  EXPECT_FALSE(validator_.Accept(1, 6, Done("a")));
  EXPECT_FALSE(validator_.Refuse(1, 6, "a", "late"));
  EXPECT_TRUE(validator_.Accept(1, 7, Done("a")));
}

TEST_F(ValidatorTest, AnAbandonedRoundLeavesRoomForTheNext) {
  validator_.Connect(1, {"a"}, 1);
  ASSERT_TRUE(validator_.Start(1, 1, kStart));
  ASSERT_EQ(validator_.TakeTasks(kStart).size(), 1u);
  validator_.Abandon();
  EXPECT_FALSE(validator_.TakeFinished(kStart).has_value());
  ASSERT_TRUE(validator_.Start(2, 2, kStart));
  ASSERT_EQ(validator_.TakeTasks(kStart).size(), 1u);
  EXPECT_TRUE(validator_.Accept(1, 2, Done("a")));
  EXPECT_TRUE(validator_.TakeFinished(kStart).has_value());
}

TEST_F(ValidatorTest, ActorsOnManyThreadsFinishARound) {
  std::set<std::string> programs;
  for (int i = 0; i < 200; ++i) programs.insert("program" + std::to_string(i));
  for (StreamId stream = 1; stream <= 4; ++stream) {
    validator_.Connect(stream, programs, 2);
  }
  ASSERT_TRUE(validator_.Start(1, 1, absl::Now()));
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      while (validator_.running()) {
        for (const ValidationTask& task : validator_.TakeTasks(absl::Now())) {
          EXPECT_TRUE(validator_.Accept(task.stream, 1, Done(task.program)));
        }
        const auto round = validator_.TakeFinished(absl::Now());
        if (round) {
          EXPECT_EQ(round->programs.size(), programs.size());
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace weft
