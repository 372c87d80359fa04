// Builds the text of a transform-dialect module, one operation at a time.
#ifndef WEFT_ACTOR_WORKER_TRANSFORMS_SCHEDULE_TEXT_H_
#define WEFT_ACTOR_WORKER_TRANSFORMS_SCHEDULE_TEXT_H_

#include <cstdint>
#include <string>
#include <vector>

namespace weft {

// Name of a transform handle, such as "%3".
using Handle = std::string;

// Appends to the body of @__transform_main, whose argument is the payload module.
// Handles follow the transform dialect's rules: an operation that consumes a handle
// ends it. Not thread-safe.
class ScheduleText {
 public:
  // One handle for each of the payload's `count` operations of this name, in order.
  std::vector<Handle> MatchEach(const std::string& op_name, int count);
  // Every operation of this name, possibly none.
  Handle MatchAll(const std::string& op_name);

  // Each tiling returns the handle of the tiled operation. 0 leaves a loop alone;
  // without any size > 0 nothing is emitted and `target` is returned. `interchange` is
  // empty or a permutation of all loops.
  Handle TileUsingFor(const Handle& target, const std::vector<int64_t>& sizes,
                      const std::vector<int>& interchange);
  Handle TileUsingForall(const Handle& target, const std::vector<int64_t>& sizes);

  // Handles of tile_reduction_using_for, in the order of its results.
  struct SplitReduction {
    Handle fill;
    Handle partial;
    Handle combine;
  };
  SplitReduction TileReduction(const Handle& target, const std::vector<int64_t>& sizes);

  Handle Decompose(const Handle& target);
  Handle Generalize(const Handle& target);
  void Vectorize(const Handle& target);

  // Patterns by their name after "transform.apply_patterns.".
  void ApplyPatterns(const Handle& target, const std::vector<std::string>& patterns);
  void ApplyCse(const Handle& target);
  void ApplyLicm(const Handle& loops);
  void HoistLoopInvariantSubsets(const Handle& loops);

  // The whole module. The text may go on growing afterwards.
  std::string Module() const;

 private:
  Handle NewHandle();
  void Line(const std::string& text);

  std::string body_;
  int handles_ = 0;
};

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_TRANSFORMS_SCHEDULE_TEXT_H_
