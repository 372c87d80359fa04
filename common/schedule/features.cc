#include "common/schedule/features.h"

#include <algorithm>

#include "common/schedule/feature_table.h"
#include "common/schedule/nest_analysis.h"

namespace weft {
namespace {

template <typename View>
void AppendToken(TokenKind kind, const FeatureTable<View>& table, const View& view,
                 Observation* observation) {
  observation->kinds.push_back(kind);
  table.Append(view, &observation->features);
}

}  // namespace

const char* AnchorKindName(AnchorKind kind) {
  switch (kind) {
    case AnchorKind::kContraction:
      return "contraction";
    case AnchorKind::kConvolution:
      return "convolution";
    case AnchorKind::kPooling:
      return "pooling";
    case AnchorKind::kElementwise:
      return "elementwise";
    case AnchorKind::kReduction:
      return "reduction";
    case AnchorKind::kOther:
      return "other";
  }
  return "unknown";
}

void Featurize(const NestState& state, Observation* observation) {
  const NestAnalysis analysis = AnalyzeNest(state);
  const size_t tokens = 1 + state.loops.size() + state.operands.size() +
                        state.neighbours.size() + state.history.size();
  observation->kinds.clear();
  observation->features.clear();
  observation->kinds.reserve(tokens);
  observation->features.reserve(tokens * kTokenWidth);
  AppendToken(TokenKind::kGlobal, GlobalFeatures(), {state, analysis}, observation);
  for (size_t i = 0; i < state.loops.size(); ++i) {
    AppendToken(TokenKind::kLoop, LoopFeatures(), {state, analysis, i}, observation);
  }
  for (size_t i = 0; i < state.operands.size(); ++i) {
    AppendToken(TokenKind::kOperand, OperandFeatures(), {state, analysis, i},
                observation);
  }
  for (size_t i = 0; i < state.neighbours.size(); ++i) {
    AppendToken(TokenKind::kNeighbour, NeighbourFeatures(), {state, i}, observation);
  }
  for (size_t i = 0; i < state.history.size(); ++i) {
    AppendToken(TokenKind::kHistory, HistoryFeatures(), {state, i}, observation);
  }
}

double RooflineSeconds(double flops, double bytes, const MachineModel& machine,
                       int threads) {
  const double cores = std::max(threads, 1);
  const double arithmetic = flops / std::max(machine.peak_flops * cores, 1.0);
  const double traffic = bytes / std::max(machine.memory_bandwidth * cores, 1.0);
  return std::max({arithmetic, traffic, 1e-7});
}

}  // namespace weft
