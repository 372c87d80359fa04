// Loop nests, an invented machine and an exact cost, for the synthetic environment.
//
// The cost has the flavour of a real core: lanes, a register tile that must hide
// latency without spilling, a tile whose working set must fit the first-level cache,
// and traffic that depends on which loop of a band is innermost. It is not a prediction
// of anything.
#ifndef WEFT_ACTOR_ENVIRONMENT_SYNTHETIC_PROGRAM_H_
#define WEFT_ACTOR_ENVIRONMENT_SYNTHETIC_PROGRAM_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/schedule/action.h"
#include "common/schedule/features.h"

namespace weft {

// strides[i][l]: elements that operand i moves per step of loop l; the last is the
// output.
struct SyntheticProgram {
  std::string name;
  AnchorKind anchor = AnchorKind::kOther;
  std::vector<int64_t> extents;
  std::vector<bool> reduction;
  std::vector<std::vector<int64_t>> strides;
  double flops_per_point = 1;

  int num_loops() const { return static_cast<int>(extents.size()); }
  double flops() const;
  double bytes() const;  // Compulsory traffic, f32.
  // Elements of an operand that one tile of these extents touches.
  int64_t Footprint(size_t operand, const std::vector<int64_t>& tile) const;
};

// Every program that there is, in a fixed order.
const std::vector<SyntheticProgram>& SyntheticPrograms();

// What a schedule has done to the nest.
struct SyntheticNest {
  std::vector<int64_t>
      tile;  // Extents inside the outer band; the full ones if untiled.
  std::vector<int> tile_order;  // Of the outer band; meaningless if untiled.
  bool tiled = false;
  std::vector<int> inner_order;       // Of the band around the register tile.
  std::vector<int64_t> registers;     // Empty unless vectorized.
  std::optional<VectorizeMode> mode;  // Set exactly if vectorized.
};

// The nest before any action.
SyntheticNest Untransformed(const SyntheticProgram& program);

// A machine drawn from `seed`: the size of its first-level cache and its rates.
MachineModel SyntheticMachine(uint64_t seed);

// The exact cost; never below RooflineSeconds of the program on this machine.
double SyntheticSeconds(const SyntheticProgram& program, const MachineModel& machine,
                        const SyntheticNest& nest);

}  // namespace weft

#endif  // WEFT_ACTOR_ENVIRONMENT_SYNTHETIC_PROGRAM_H_
