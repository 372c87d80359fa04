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
  // As TileUsingFor, with every operation in the loops that makes an operand.
  Handle TileAndFuse(const Handle& target, const std::vector<int64_t>& sizes,
                     const std::vector<int>& interchange);
  struct ForallTile {
    Handle tiled;
    Handle loop;  // The scf.forall; empty when nothing was emitted.
  };
  ForallTile TileUsingForall(const Handle& target, const std::vector<int64_t>& sizes);

  // Moves `producer` into `*loop`, which becomes the handle of the new loop.
  Handle FuseInto(const Handle& producer, Handle* loop);

  // The linalg.generic on packed operands. 0 leaves a loop alone.
  Handle Pack(const Handle& target, const std::vector<int64_t>& sizes);
  // Reorders the outer dimensions of the tensor.pack `pack` and replaces both handles.
  void PackTranspose(Handle* pack, Handle* compute, const std::vector<int64_t>& order);
  Handle ProducerOfOperand(const Handle& target, size_t operand);
  Handle ConsumerOfResult(const Handle& target);
  // To a linalg.transpose between reshapes; returns its handle.
  Handle LowerPack(const Handle& pack);
  Handle LowerUnpack(const Handle& unpack);

  struct SplitLoop {
    Handle main;
    Handle rest;
  };
  // The iterations of a loop before `after`, and those from there on.
  SplitLoop Split(const Handle& target, size_t loop, int64_t after);
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
  // For tensor.pack, tensor.unpack and masked vectors, which need to be told.
  void VectorizeBySizes(const Handle& target, const std::vector<int64_t>& sizes);

  // Gives an operation a unit attribute that later tiles of it keep.
  void Annotate(const Handle& target, const std::string& attribute);

  // Patterns by their name after "transform.apply_patterns.".
  void ApplyPatterns(const Handle& target, const std::vector<std::string>& patterns);
  void ApplyCse(const Handle& target);
  void ApplyDce(const Handle& target);
  void ApplyLicm(const Handle& loops);
  void HoistLoopInvariantSubsets(const Handle& loops);

  // The whole module. The text may go on growing afterwards.
  std::string Module() const;

 private:
  Handle NewHandle();
  // A tiling by `operation`, with its arguments; the handle of what is tiled.
  Handle Band(const std::string& operation, const std::vector<int64_t>& sizes);
  Handle Cast(const Handle& handle, const std::string& from, const std::string& to);
  void Line(const std::string& text);

  std::string body_;
  int handles_ = 0;
};

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_TRANSFORMS_SCHEDULE_TEXT_H_
