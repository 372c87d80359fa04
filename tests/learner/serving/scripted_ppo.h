// A PpoLearner for tests of everything around it: its parameters are the list of
// episodes that it was given, so that a lost, doubled or reordered one changes them.
#ifndef WEFT_TESTS_LEARNER_SERVING_SCRIPTED_PPO_H_
#define WEFT_TESTS_LEARNER_SERVING_SCRIPTED_PPO_H_

#include <atomic>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "learner/ppo/ppo_learner.h"

namespace weft {

class ScriptedPpo : public PpoLearner {
 public:
  // Weights of this many bytes, a letter for each version.
  explicit ScriptedPpo(size_t weights_bytes = 100) : weights_bytes_(weights_bytes) {}

  absl::StatusOr<UpdateStats> Update(const std::vector<Trajectory>& episodes) override {
    if (fail) return absl::InternalError("the loss is not finite");
    for (const Trajectory& episode : episodes) {
      absl::StrAppend(&history_, episode.program, ":", episode.sequence, " ");
    }
    absl::StrAppend(&history_, "| ");
    ++version_;
    UpdateStats stats;
    stats.entropy = 1.5;
    stats.entropy_share = collapsed ? 0.001 : 0.5;
    stats.entropy_collapsed = collapsed;
    return stats;
  }

  absl::StatusOr<Serializer> CopyWeights() const override {
    return Copied(std::string(weights_bytes_, static_cast<char>('a' + version_ % 26)));
  }
  absl::StatusOr<Serializer> CopyState() const override {
    return Copied(absl::StrCat(version_.load(), "#", history_));
  }
  absl::Status RestoreState(const std::string& state) override {
    const std::vector<std::string> parts = absl::StrSplit(state, '#');
    uint64_t version = 0;
    if (parts.size() != 2 || !absl::SimpleAtoi(parts[0], &version)) {
      return absl::DataLossError("not a state");
    }
    version_ = version;
    history_ = parts[1];
    return absl::OkStatus();
  }
  uint64_t version() const override { return version_; }
  const std::string& device() const override { return device_; }
  int64_t parameter_count() const override { return 1; }

  const std::string& history() const { return history_; }

  std::atomic<bool> fail{false};
  std::atomic<bool> collapsed{false};  // The entropy.
  std::atomic<bool> slow{false};       // No bytes are made while it is true.

 private:
  Serializer Copied(std::string bytes) const {
    return [this, bytes = std::move(bytes)] {
      while (slow) absl::SleepFor(absl::Milliseconds(1));
      return bytes;
    };
  }

  const size_t weights_bytes_;
  std::atomic<uint64_t> version_{1};
  std::string history_;
  std::string device_ = "cpu";
};

}  // namespace weft

#endif  // WEFT_TESTS_LEARNER_SERVING_SCRIPTED_PPO_H_
