// From the state of a loop nest to the tokens that the policy sees.
//
// The environment fills in NestState, which is plain data in natural units;
// Featurize turns it into an Observation's tokens. One place gives every
// feature its scale, so the real environment and the synthetic ones cannot
// disagree; what each feature is stands in common/schedule/feature_list.h and
// docs/observation.md.
#ifndef WEFT_COMMON_SCHEDULE_FEATURES_H_
#define WEFT_COMMON_SCHEDULE_FEATURES_H_

#include <cstdint>
#include <vector>

#include "common/schedule/action.h"
#include "common/schedule/observation.h"

namespace weft {

enum class AnchorKind : uint8_t {
  kContraction = 0,
  kConvolution = 1,
  kPooling = 2,
  kElementwise = 3,
  kReduction = 4,
  kOther = 5,
};
inline constexpr int kNumAnchorKinds = 6;

// "contraction", "convolution", ...
const char* AnchorKindName(AnchorKind kind);

// Single-core limits and sizes of the machine. Rates per second; f32
// operations.
struct MachineModel {
  double peak_flops = 0;
  double memory_bandwidth = 0;
  double cache_bandwidth = 0;
  uint64_t l1_bytes = 32 << 10;
  uint64_t l2_bytes = 512 << 10;
  uint64_t l3_bytes = 32 << 20;
  uint32_t vector_bytes = 32;
  uint32_t vector_registers = 16;
};

// One loop of the anchor, in the anchor's own loop order.
struct LoopState {
  int64_t full_extent = 1;  // Of the untransformed op; of panels once packed.
  int64_t extent = 1;       // Of the op inside every band so far: the current tile.
  bool reduction = false;
  bool parallelized = false;       // Split by parallelize.
  int times_tiled = 0;             // Bands that split this loop.
  int pending_depth = -1;          // Position in a pending interchange order; -1: none.
  bool output_contiguous = false;  // Unit stride of the output moves with this loop.
  bool counts_panels = false;      // Packing split it: its iterations are panels.
  bool inside_panel = false;       // Packing made it.
};

// One loop around the current tile, as the transformed program has it.
struct OuterLoop {
  int loop = -1;  // Loop of the anchor whose tiles it counts; -1: of none, or unknown.
  int64_t trips = 1;
  bool parallel = false;  // A dimension of an scf.forall.
};

// How one operand of the anchor is walked.
struct OperandState {
  bool output = false;
  int element_bytes = 4;
  int64_t elements = 1;  // Of the whole operand.
  // Elements in memory per step of each loop; 0 when the operand does not move
  // with it.
  std::vector<int64_t> stride;
  // dimensions[d][i]: how far index d of the operand moves per step of loop i.
  std::vector<std::vector<int64_t>> dimensions;
};

// An operation next to the anchor.
struct NeighbourState {
  bool producer = false;  // Else a consumer.
  bool fill = false;
  bool elementwise = false;
  int64_t elements = 1;  // Of its result.
  bool fusable = false;  // `fuse` moves it into the anchor's loop.
  bool fused = false;    // Has moved it there.
};

struct NestState {
  AnchorKind anchor = AnchorKind::kOther;
  std::vector<LoopState> loops;            // <= kMaxLoops
  std::vector<OuterLoop> outer_loops;      // Around the tile, outermost first.
  std::vector<OperandState> operands;      // <= 8
  std::vector<NeighbourState> neighbours;  // <= 8
  std::vector<int64_t> window_strides;     // Convolution and pooling: per spatial axis.
  std::vector<int64_t> window_dilations;
  std::vector<int64_t> window_extents;
  double flops = 0;  // Of the whole program.
  double bytes = 0;  // Compulsory traffic of the whole program.
  int threads = 1;   // That the kernel may use.
  Schedule history;  // Actions so far.
  MachineModel machine;
};

// Fills observation->kinds and observation->features; the mask is left alone.
// Every feature is finite and within the range of its list, for any state.
void Featurize(const NestState& state, Observation* observation);

// The reference time of the reward, in seconds: the larger of the time that the
// arithmetic needs at the peak and that the compulsory traffic needs from
// memory (the roofline model, Williams, Waterman and Patterson 2009), and at
// least 100 ns. Both rates are taken `threads` times: cores share the memory,
// so that what the traffic gets this way is a bound that several threads may be
// unable to reach.
double RooflineSeconds(double flops, double bytes, const MachineModel& machine,
                       int threads);

}  // namespace weft

#endif  // WEFT_COMMON_SCHEDULE_FEATURES_H_
