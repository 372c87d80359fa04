#include "common/schedule/features.h"

#include <algorithm>
#include <cmath>

namespace weft {
namespace {

float Log2Of(double value, double scale) {
  return static_cast<float>(std::log2(std::max(value, 1.0)) / scale);
}
float Extent(int64_t value) { return Log2Of(static_cast<double>(value), 8); }
float Bytes(double value) { return Log2Of(value, 32); }
bool IsPowerOfTwo(int64_t value) { return value > 0 && (value & (value - 1)) == 0; }

// Appends the features of one token, in order, and pads the row when it is
// done.
class Row {
 public:
  Row(Observation* observation, TokenKind kind) : features_(observation->features) {
    observation->kinds.push_back(kind);
    end_ = features_.size() + kTokenWidth;
  }
  ~Row() { features_.resize(end_, 0.0f); }
  Row(const Row&) = delete;

  void Add(float value) {
    if (features_.size() < end_) features_.push_back(value);
  }
  void AddOneHot(int index, int count) {
    for (int i = 0; i < count; ++i) Add(i == index ? 1.0f : 0.0f);
  }

 private:
  std::vector<float>& features_;
  size_t end_;
};

double TileBytes(const NestState& state) {
  double bytes = 0;
  for (const OperandState& operand : state.operands) {
    bytes += static_cast<double>(operand.tile_elements) * operand.element_bytes;
  }
  return bytes;
}

void AddGlobal(const NestState& state, Observation* observation) {
  Row row(observation, TokenKind::kGlobal);
  row.AddOneHot(static_cast<int>(state.anchor), kNumAnchorKinds);
  row.Add(static_cast<float>(state.loops.size()) / 8);
  row.Add(static_cast<float>(kMaxActions - static_cast<int>(state.history.size())) /
          kMaxActions);
  row.Add(static_cast<float>(state.threads) / 8);
  row.Add(Log2Of(state.flops, 32));
  row.Add(Bytes(state.bytes));
  row.Add(Log2Of(state.flops / std::max(state.bytes, 1.0), 8));
  const double tile_bytes = TileBytes(state);
  row.Add(Bytes(tile_bytes));
  const MachineModel& machine = state.machine;
  for (uint64_t level : {machine.l1_bytes, machine.l2_bytes, machine.l3_bytes}) {
    row.Add(tile_bytes <= static_cast<double>(level) ? 1.0f : 0.0f);
    row.Add(Bytes(static_cast<double>(level)));
  }
  row.Add(static_cast<float>(machine.vector_bytes) / 64);
  row.Add(static_cast<float>(machine.vector_registers) / 32);
  row.Add(Log2Of(machine.peak_flops, 40));
  row.Add(Log2Of(machine.memory_bandwidth, 40));
  for (int axis = 0; axis < 2; ++axis) {
    const auto at = [axis](const std::vector<int64_t>& values) {
      return axis < static_cast<int>(values.size())
                 ? static_cast<float>(values[axis]) / 4
                 : 0.0f;
    };
    row.Add(at(state.window_strides));
    row.Add(at(state.window_dilations));
    row.Add(at(state.window_extents));
  }
}

void AddLoop(const NestState& state, size_t index, Observation* observation) {
  const LoopState& loop = state.loops[index];
  Row row(observation, TokenKind::kLoop);
  row.Add(static_cast<float>(index) / 8);
  row.Add(static_cast<float>(state.loops.size() - 1 - index) / 8);  // From innermost.
  row.Add(Extent(loop.full_extent));
  row.Add(Extent(loop.extent));
  row.Add(loop.extent == 1 ? 1.0f : 0.0f);
  row.Add(loop.reduction ? 1.0f : 0.0f);
  row.Add(loop.parallelized ? 1.0f : 0.0f);
  row.Add(static_cast<float>(loop.times_tiled) / 4);
  row.Add(loop.pending_depth >= 0 ? 1.0f : 0.0f);
  row.Add(static_cast<float>(std::max(loop.pending_depth, 0)) / 8);
  row.Add(loop.output_contiguous ? 1.0f : 0.0f);
  for (int64_t divisor : {2, 4, 7, 8, 16, 32, 64}) {
    row.Add(loop.extent % divisor == 0 ? 1.0f : 0.0f);
  }
  // How each operand moves with this loop: not at all, contiguously, or by a
  // stride.
  for (size_t i = 0; i < 4; ++i) {
    const int64_t stride =
        i < state.operands.size() && index < state.operands[i].stride.size()
            ? state.operands[i].stride[index]
            : 0;
    row.Add(stride == 0 ? 1.0f : 0.0f);
    row.Add(stride == 1 ? 1.0f : 0.0f);
    row.Add(Log2Of(static_cast<double>(stride), 16));
    row.Add(stride >= 512 && IsPowerOfTwo(stride) ? 1.0f : 0.0f);
  }
  row.AddOneHot(static_cast<int>(state.anchor), kNumAnchorKinds);
}

void AddOperand(const NestState& state, const OperandState& operand,
                Observation* observation) {
  Row row(observation, TokenKind::kOperand);
  row.Add(operand.output ? 1.0f : 0.0f);
  row.Add(static_cast<float>(operand.element_bytes) / 8);
  row.Add(Log2Of(static_cast<double>(operand.elements), 32));
  row.Add(Log2Of(static_cast<double>(operand.tile_elements), 32));
  const double whole = static_cast<double>(operand.elements) * operand.element_bytes;
  const double tile =
      static_cast<double>(operand.tile_elements) * operand.element_bytes;
  for (uint64_t level :
       {state.machine.l1_bytes, state.machine.l2_bytes, state.machine.l3_bytes}) {
    row.Add(whole <= static_cast<double>(level) ? 1.0f : 0.0f);
    row.Add(tile <= static_cast<double>(level) ? 1.0f : 0.0f);
  }
  for (size_t i = 0; i < static_cast<size_t>(kMaxLoops); ++i) {
    const int64_t stride = i < operand.stride.size() ? operand.stride[i] : 0;
    row.Add(stride == 0 ? 1.0f : 0.0f);
    row.Add(stride == 1 ? 1.0f : 0.0f);
    row.Add(Log2Of(static_cast<double>(stride), 16));
  }
}

void AddNeighbour(const NeighbourState& neighbour, Observation* observation) {
  Row row(observation, TokenKind::kNeighbour);
  row.Add(neighbour.producer ? 1.0f : 0.0f);
  row.Add(neighbour.fill ? 1.0f : 0.0f);
  row.Add(neighbour.elementwise ? 1.0f : 0.0f);
  row.Add(Log2Of(static_cast<double>(neighbour.elements), 32));
}

void AddHistory(const Action& action, size_t step, Observation* observation) {
  Row row(observation, TokenKind::kHistory);
  row.AddOneHot(static_cast<int>(action.kind), kNumActionKinds);
  row.AddOneHot(action.mode ? static_cast<int>(*action.mode) : -1, kNumVectorizeModes);
  row.Add(static_cast<float>(step) / kMaxActions);
  for (size_t i = 0; i < static_cast<size_t>(kMaxLoops); ++i) {
    row.Add(i < action.sizes.size() ? Extent(action.sizes[i] + 1) : 0.0f);
  }
  for (size_t i = 0; i < static_cast<size_t>(kMaxLoops); ++i) {
    row.Add(i < action.order.size() ? static_cast<float>(action.order[i] + 1) / 8
                                    : 0.0f);
  }
}

}  // namespace

void Featurize(const NestState& state, Observation* observation) {
  observation->kinds.clear();
  observation->features.clear();
  AddGlobal(state, observation);
  for (size_t i = 0; i < state.loops.size(); ++i) AddLoop(state, i, observation);
  for (const OperandState& operand : state.operands)
    AddOperand(state, operand, observation);
  for (const NeighbourState& neighbour : state.neighbours) {
    AddNeighbour(neighbour, observation);
  }
  for (size_t i = 0; i < state.history.size(); ++i) {
    AddHistory(state.history[i], i, observation);
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
