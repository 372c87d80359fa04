// A small valid episode for tests: tile, then stop, on a nest of two loops.
#ifndef WEFT_TESTS_COMMON_WIRE_EXAMPLE_TRAJECTORY_H_
#define WEFT_TESTS_COMMON_WIRE_EXAMPLE_TRAJECTORY_H_

#include <cstdint>
#include <string>

#include "common/schedule/trajectory.h"

namespace weft {

inline ActionMask ExampleMask() {
  ActionMask mask;
  mask.kinds = 1u << static_cast<int>(ActionKind::kTile) |
               1u << static_cast<int>(ActionKind::kInterchange) |
               1u << static_cast<int>(ActionKind::kVectorize) |
               1u << static_cast<int>(ActionKind::kStop);
  mask.modes = 1u << static_cast<int>(VectorizeMode::kContract);
  mask.num_loops = 2;
  SizeMask& tile = mask.sizes[SizeSlot(ActionKind::kTile, VectorizeMode::kContract)];
  tile.allowed = {0b1001001, 0b1001001};  // 0, 4 and 14.
  tile.forbid_all_zero = true;
  SizeMask& vectorize =
      mask.sizes[SizeSlot(ActionKind::kVectorize, VectorizeMode::kContract)];
  vectorize.allowed = {0b101010, 0b101010};  // 1, 4 and 8.
  vectorize.bounds = {{0b11, 32}};
  return mask;
}

inline Observation ExampleObservation() {
  Observation observation;
  observation.kinds = {TokenKind::kGlobal, TokenKind::kLoop, TokenKind::kLoop,
                       TokenKind::kOperand};
  for (int i = 0; i < observation.num_tokens() * kTokenWidth; ++i) {
    observation.features.push_back(static_cast<float>(i % 7) / 4);
  }
  observation.mask = ExampleMask();
  return observation;
}

inline Trajectory ExampleTrajectory(uint64_t sequence, double reward = -0.5,
                                    const std::string& program = "matmul_64") {
  Step tile;
  tile.observation = ExampleObservation();
  tile.action.kind = ActionKind::kTile;
  tile.action.sizes = {4, 0};
  tile.log_probability = -1.5f;
  tile.value = -0.25f;
  Step stop = tile;
  stop.action = Action();
  stop.reward = static_cast<float>(reward);
  Trajectory trajectory;
  trajectory.sequence = sequence;
  trajectory.weights_version = 1;
  trajectory.program = program;
  trajectory.steps = {tile, stop};
  trajectory.measurement.seconds = 2e-6;
  trajectory.measurement.samples = {2e-6, 2.5e-6};
  trajectory.roofline_seconds = 1e-6;
  trajectory.unscheduled_seconds = 8e-6;
  trajectory.episode_seconds = 0.5;
  return trajectory;
}

}  // namespace weft

#endif  // WEFT_TESTS_COMMON_WIRE_EXAMPLE_TRAJECTORY_H_
