// Features together with the code that reads them: one list per kind of token.
#ifndef WEFT_COMMON_SCHEDULE_FEATURE_TABLE_H_
#define WEFT_COMMON_SCHEDULE_FEATURE_TABLE_H_

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "common/schedule/feature_list.h"
#include "common/schedule/features.h"
#include "common/schedule/nest_analysis.h"

namespace weft {

// What the features of one token are read from.
struct GlobalView {
  const NestState& state;
  const NestAnalysis& analysis;
};
struct LoopView {
  const NestState& state;
  const NestAnalysis& analysis;
  size_t index;
  const LoopState& loop() const { return state.loops[index]; }
};
struct OperandView {
  const NestState& state;
  const NestAnalysis& analysis;
  size_t index;
  const OperandState& operand() const { return state.operands[index]; }
};
struct NeighbourView {
  const NestState& state;
  size_t index;
  const NeighbourState& neighbour() const { return state.neighbours[index]; }
};
struct HistoryView {
  const NestState& state;
  size_t index;
  const Action& action() const { return state.history[index]; }
};

// The features of one kind of token. Immutable once built, so thread-safe.
template <typename View>
class FeatureTable {
 public:
  using Read = std::function<double(const View&)>;

  void Add(std::string name, std::string unit, double min, double max,
           std::string meaning, Read read) {
    features_.push_back({std::move(name), std::move(unit), static_cast<float>(min),
                         static_cast<float>(max), std::move(meaning)});
    reads_.push_back(std::move(read));
  }
  void AddFlag(std::string name, std::string meaning, Read read) {
    Add(std::move(name), "flag", 0, 1, std::move(meaning), std::move(read));
  }

  const std::vector<Feature>& features() const { return features_; }

  // Appends a token of kTokenWidth numbers.
  void Append(const View& view, std::vector<float>* row) const {
    for (size_t i = 0; i < features_.size(); ++i) {
      const double value = reads_[i](view);
      // Written so that what is not a number becomes the smallest one.
      row->push_back(value >= features_[i].min
                         ? std::min(static_cast<float>(value), features_[i].max)
                         : features_[i].min);
    }
    row->resize(row->size() + kTokenWidth - features_.size(), 0.0f);
  }

 private:
  std::vector<Feature> features_;
  std::vector<Read> reads_;
};

const FeatureTable<GlobalView>& GlobalFeatures();
const FeatureTable<LoopView>& LoopFeatures();
const FeatureTable<OperandView>& OperandFeatures();
const FeatureTable<NeighbourView>& NeighbourFeatures();
const FeatureTable<HistoryView>& HistoryFeatures();

// The scales that the lists share. Logarithms of what is not positive are those
// of the smallest positive number, which the range of the feature then cuts
// off.
inline double Log2(double value) { return std::log2(std::max(value, 1e-300)); }
inline double ScaledExtent(double value) { return Log2(std::max(value, 1.0)) / 8; }
inline double ScaledCount(double value) { return Log2(std::max(value, 1.0)) / 32; }
inline constexpr char kExtentUnit[] = "log2(x) / 8";
inline constexpr char kCountUnit[] = "log2(x) / 32";
inline constexpr char kBytesUnit[] = "log2(bytes) / 32";

}  // namespace weft

#endif  // WEFT_COMMON_SCHEDULE_FEATURE_TABLE_H_
