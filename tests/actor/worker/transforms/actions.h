// Short names for the actions that tests build.
#ifndef WEFT_TESTS_ACTOR_WORKER_TRANSFORMS_ACTIONS_H_
#define WEFT_TESTS_ACTOR_WORKER_TRANSFORMS_ACTIONS_H_

#include <utility>
#include <vector>

#include "common/schedule/action.h"

namespace weft {

inline Action Stop() { return Action(); }
inline Action Parallelize(std::vector<int64_t> sizes) {
  return {ActionKind::kParallelize, std::move(sizes), {}, {}};
}
inline Action Tile(std::vector<int64_t> sizes) {
  return {ActionKind::kTile, std::move(sizes), {}, {}};
}
inline Action Interchange(std::vector<int> order) {
  return {ActionKind::kInterchange, {}, std::move(order), {}};
}
inline Action Pack(std::vector<int64_t> sizes) {
  return {ActionKind::kPack, std::move(sizes), {}, {}};
}
inline Action Fuse() { return {ActionKind::kFuse, {}, {}, {}}; }
inline Action Vectorize(std::vector<int64_t> sizes,
                        VectorizeMode mode = VectorizeMode::kContract) {
  return {ActionKind::kVectorize, std::move(sizes), {}, mode};
}

}  // namespace weft

#endif  // WEFT_TESTS_ACTOR_WORKER_TRANSFORMS_ACTIONS_H_
