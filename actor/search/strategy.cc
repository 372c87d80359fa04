#include "actor/search/strategy.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "actor/search/mutation.h"
#include "actor/search/ranking.h"

namespace weft {
namespace {

bool Chance(double probability, std::mt19937_64& random) {
  return static_cast<double>(random() >> 11) * 0x1p-53 < probability;
}

class RandomStrategy : public Strategy {
 public:
  Plan Propose(std::mt19937_64&) override { return {{}, Completion::kUniform}; }
  void Learn(const Schedule&, double) override {}
};

// Informed schedules first, then always a change of the best.
class GreedyStrategy : public Strategy {
 public:
  explicit GreedyStrategy(int budget) : fresh_(std::max(1, budget / 3)) {}

  Plan Propose(std::mt19937_64& random) override {
    if (proposed_++ < fresh_ || ranking_.empty()) return Plan();
    return Mutate(ranking_.best().schedule, random);
  }
  void Learn(const Schedule& schedule, double seconds) override {
    ranking_.Add(schedule, seconds);
  }

 private:
  const int fresh_;
  int proposed_ = 0;
  Ranking ranking_;
};

class EvolutionaryStrategy : public Strategy {
 public:
  explicit EvolutionaryStrategy(int budget) : fresh_(std::max(1, budget / 4)) {}

  Plan Propose(std::mt19937_64& random) override {
    if (proposed_++ < fresh_ || ranking_.empty()) return Plan();
    if (Chance(kFreshLater, random)) return Plan();
    const Schedule& parent = ranking_.Draw(kNextParent, random).schedule;
    if (!Chance(kCrossOver, random)) return Mutate(parent, random);
    return CrossOver(parent, ranking_.Draw(kNextParent, random).schedule, random);
  }
  void Learn(const Schedule& schedule, double seconds) override {
    ranking_.Add(schedule, seconds);
  }

 private:
  static constexpr double kFreshLater = 0.1;
  static constexpr double kCrossOver = 0.2;
  // Pressure of selection: the best is parent of every second child.
  static constexpr double kNextParent = 0.5;

  const int fresh_;
  int proposed_ = 0;
  Ranking ranking_;
};

// Level by level: each level completes the beginnings in the beam by informed choices;
// then the beginnings that are one action longer and whose best completion was fastest
// are the next beam.
class BeamStrategy : public Strategy {
 public:
  explicit BeamStrategy(int budget)
      : per_level_(std::max(kWidth, budget / kLevels)), beam_({Schedule()}) {}

  Plan Propose(std::mt19937_64&) override {
    if (proposed_ >= per_level_) Advance();
    return {beam_[proposed_++ % beam_.size()], Completion::kInformed};
  }
  void Learn(const Schedule& schedule, double seconds) override {
    ranking_.Add(schedule, seconds);
  }

 private:
  static constexpr int kWidth = 4;
  static constexpr int kLevels = 5;

  void Advance() {
    proposed_ = 0;
    ++level_;
    std::vector<Schedule> next;
    for (const Ranking::Entry& entry : ranking_.entries()) {
      if (next.size() == size_t{kWidth}) break;
      // The whole of a shorter schedule would leave nothing to choose.
      const size_t length = std::min(level_, entry.schedule.size() - 1);
      Schedule beginning(entry.schedule.begin(),
                         entry.schedule.begin() + static_cast<long>(length));
      if (std::find(next.begin(), next.end(), beginning) == next.end()) {
        next.push_back(std::move(beginning));
      }
    }
    if (!next.empty()) beam_ = std::move(next);
  }

  const int per_level_;
  int proposed_ = 0;
  size_t level_ = 0;  // Actions in the beginnings of the beam.
  std::vector<Schedule> beam_;
  Ranking ranking_;
};

}  // namespace

const std::vector<std::string>& StrategyNames() {
  static const auto* const kNames =
      new std::vector<std::string>{"random", "greedy", "evolutionary", "beam"};
  return *kNames;
}

absl::StatusOr<std::unique_ptr<Strategy>> MakeStrategy(const std::string& name,
                                                       int budget) {
  std::unique_ptr<Strategy> strategy;
  if (name == "random") strategy = std::make_unique<RandomStrategy>();
  if (name == "greedy") strategy = std::make_unique<GreedyStrategy>(budget);
  if (name == "evolutionary") strategy = std::make_unique<EvolutionaryStrategy>(budget);
  if (name == "beam") strategy = std::make_unique<BeamStrategy>(budget);
  if (strategy == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("no search strategy '", name,
                     "'; there are: ", absl::StrJoin(StrategyNames(), ", ")));
  }
  return strategy;
}

}  // namespace weft
