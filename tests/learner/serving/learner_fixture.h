// A learner of scripted PPO in a folder of its own, and what it leaves there.
#ifndef WEFT_TESTS_LEARNER_SERVING_LEARNER_FIXTURE_H_
#define WEFT_TESTS_LEARNER_SERVING_LEARNER_FIXTURE_H_

#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/learner/serving/running_learner.h"
#include "tests/learner/serving/test_actor.h"
#include "tests/learner/temporary_folder.h"

namespace weft {

class LearnerTest : public ::testing::Test {
 protected:
  std::string File(const std::string& name) const {
    return Contents(folder_.path() + "/run/" + name);
  }
  std::vector<nlohmann::json> Metrics() const {
    std::vector<nlohmann::json> lines;
    const std::string text = File("metrics.jsonl");
    for (absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
      lines.push_back(nlohmann::json::parse(line.begin(), line.end()));
    }
    return lines;
  }

  // Plays episodes number `first` to `last` of a run of `actor_id`.
  static void Play(RunningLearner* learner, uint64_t first, uint64_t last,
                   const std::string& actor_id = "a") {
    TestActor actor(learner->channel());
    ASSERT_EQ(actor.Hello(actor_id), first - 1);
    for (uint64_t i = first; i <= last; ++i) {
      actor.Play(ExampleTrajectory(i, -1.0 / static_cast<double>(i)));
    }
  }

  TemporaryFolder folder_;
  std::string run_dir_ = folder_.path() + "/run";
  TrainConfig config_ = SmallConfig();
};

}  // namespace weft

#endif  // WEFT_TESTS_LEARNER_SERVING_LEARNER_FIXTURE_H_
