#include "actor/worker/transforms/schedule_text.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace weft {
namespace {

constexpr char kOp[] = "!transform.any_op";

std::string Repeat(const std::string& text, int times) {
  return absl::StrJoin(std::vector<std::string>(times, text), ", ");
}

template <typename T>
std::string List(const std::vector<T>& values) {
  return absl::StrCat("[", absl::StrJoin(values, ", "), "]");
}

std::string OpType(const std::string& op_name) {
  return absl::StrCat("!transform.op<\"", op_name, "\">");
}

int CountLoops(const std::vector<int64_t>& sizes) {
  return static_cast<int>(sizes.size() - std::count(sizes.begin(), sizes.end(), 0));
}

}  // namespace

Handle ScheduleText::NewHandle() { return absl::StrCat("%", handles_++); }

void ScheduleText::Line(const std::string& text) {
  absl::StrAppend(&body_, "    ", text, "\n");
}

Handle ScheduleText::MatchAll(const std::string& op_name) {
  const Handle all = NewHandle();
  Line(absl::StrCat(all, " = transform.structured.match ops{[\"", op_name,
                    "\"]} in %payload : (", kOp, ") -> ", kOp));
  return all;
}

std::vector<Handle> ScheduleText::MatchEach(const std::string& op_name, int count) {
  const Handle all = MatchAll(op_name);
  if (count == 1) return {all};
  const Handle split = NewHandle();
  Line(absl::StrCat(split, ":", count, " = transform.split_handle ", all, " : (", kOp,
                    ") -> (", Repeat(kOp, count), ")"));
  std::vector<Handle> each;
  for (int i = 0; i < count; ++i) each.push_back(absl::StrCat(split, "#", i));
  return each;
}

Handle ScheduleText::Band(const std::string& operation,
                          const std::vector<int64_t>& sizes) {
  const int loops = CountLoops(sizes);
  const Handle tiled = NewHandle();
  Line(absl::StrCat(tiled, ", ", NewHandle(), ":", loops, " = transform.structured.",
                    operation, " : (", kOp, ") -> (", Repeat(kOp, loops + 1), ")"));
  return tiled;
}

Handle ScheduleText::TileUsingFor(const Handle& target,
                                  const std::vector<int64_t>& sizes,
                                  const std::vector<int>& interchange) {
  if (CountLoops(sizes) == 0) return target;
  const std::string order =
      interchange.empty() ? "" : absl::StrCat(" interchange = ", List(interchange));
  return Band(
      absl::StrCat("tile_using_for ", target, " tile_sizes ", List(sizes), order),
      sizes);
}

Handle ScheduleText::TileAndFuse(const Handle& target,
                                 const std::vector<int64_t>& sizes,
                                 const std::vector<int>& interchange) {
  if (CountLoops(sizes) == 0) return target;
  const std::string order =
      interchange.empty() ? "" : absl::StrCat(" interchange ", List(interchange));
  return Band(absl::StrCat("fuse ", target, " ", List(sizes), order), sizes);
}

ScheduleText::ForallTile ScheduleText::TileUsingForall(
    const Handle& target, const std::vector<int64_t>& sizes) {
  if (CountLoops(sizes) == 0) return {target, ""};
  const Handle tiled = NewHandle();
  const Handle loop = NewHandle();
  Line(absl::StrCat(tiled, ", ", loop, " = transform.structured.tile_using_forall ",
                    target, " tile_sizes ", List(sizes), " : (", kOp, ") -> (",
                    Repeat(kOp, 2), ")"));
  return {tiled, loop};
}

Handle ScheduleText::FuseInto(const Handle& producer, Handle* loop) {
  const Handle fused = NewHandle();
  const Handle new_loop = NewHandle();
  Line(absl::StrCat(fused, ", ", new_loop,
                    " = transform.structured.fuse_into_containing_op ", producer,
                    " into ", *loop, " : (", Repeat(kOp, 2), ") -> (", Repeat(kOp, 2),
                    ")"));
  *loop = new_loop;
  return fused;
}

Handle ScheduleText::Cast(const Handle& handle, const std::string& from,
                          const std::string& to) {
  const Handle cast = NewHandle();
  Line(absl::StrCat(cast, " = transform.cast ", handle, " : ", from, " to ", to));
  return cast;
}

Handle ScheduleText::Pack(const Handle& target, const std::vector<int64_t>& sizes) {
  const Handle packed = NewHandle();
  const std::string generic = OpType("linalg.generic");
  Line(absl::StrCat(packed, " = transform.structured.pack ", target, " packed_sizes = ",
                    List(sizes), " : (", kOp, ") -> (", generic, ")"));
  return Cast(packed, generic, kOp);
}

void ScheduleText::PackTranspose(Handle* pack, Handle* compute,
                                 const std::vector<int64_t>& order) {
  const Handle new_compute = NewHandle();
  const Handle new_pack = NewHandle();
  const Handle no_unpack = NewHandle();
  Line(absl::StrCat(new_compute, ", ", new_pack, ", ", no_unpack,
                    " = transform.structured.pack_transpose ", *pack,
                    " with_compute_op(", *compute, ") outer_perm = ", List(order),
                    " : (", Repeat(kOp, 2), ") -> (", Repeat(kOp, 3), ")"));
  *pack = new_pack;
  *compute = new_compute;
}

Handle ScheduleText::ProducerOfOperand(const Handle& target, size_t operand) {
  const Handle producer = NewHandle();
  Line(absl::StrCat(producer, " = transform.get_producer_of_operand ", target, "[",
                    operand, "] : (", kOp, ") -> ", kOp));
  return producer;
}

Handle ScheduleText::ConsumerOfResult(const Handle& target) {
  const Handle consumer = NewHandle();
  Line(absl::StrCat(consumer, " = transform.get_consumers_of_result ", target,
                    "[0] : (", kOp, ") -> ", kOp));
  return consumer;
}

Handle ScheduleText::LowerPack(const Handle& pack) {
  const Handle typed = Cast(pack, kOp, OpType("tensor.pack"));
  const Handle pad = NewHandle();
  const Handle expand = NewHandle();
  const Handle transpose = NewHandle();
  Line(absl::StrCat(
      pad, ", ", expand, ", ", transpose, " = transform.structured.lower_pack ", typed,
      " : (", OpType("tensor.pack"), ") -> (", OpType("tensor.pad"), ", ",
      OpType("tensor.expand_shape"), ", ", OpType("linalg.transpose"), ")"));
  return Cast(transpose, OpType("linalg.transpose"), kOp);
}

Handle ScheduleText::LowerUnpack(const Handle& unpack) {
  const Handle typed = Cast(unpack, kOp, OpType("tensor.unpack"));
  const Handle empty = NewHandle();
  const Handle transpose = NewHandle();
  const Handle collapse = NewHandle();
  const Handle slice = NewHandle();
  Line(absl::StrCat(empty, ", ", transpose, ", ", collapse, ", ", slice,
                    " = transform.structured.lower_unpack ", typed, " : (",
                    OpType("tensor.unpack"), ") -> (", OpType("tensor.empty"), ", ",
                    OpType("linalg.transpose"), ", ", OpType("tensor.collapse_shape"),
                    ", ", OpType("tensor.extract_slice"), ")"));
  return Cast(transpose, OpType("linalg.transpose"), kOp);
}

ScheduleText::SplitLoop ScheduleText::Split(const Handle& target, size_t loop,
                                            int64_t after) {
  const SplitLoop split = {NewHandle(), NewHandle()};
  Line(absl::StrCat(split.main, ", ", split.rest, " = transform.structured.split ",
                    target, " after ", after, " {dimension = ", loop, "} : ", kOp));
  return split;
}

ScheduleText::SplitReduction ScheduleText::TileReduction(
    const Handle& target, const std::vector<int64_t>& sizes) {
  SplitReduction split;
  split.fill = NewHandle();
  split.partial = NewHandle();
  split.combine = NewHandle();
  const Handle loop = NewHandle();
  Line(absl::StrCat(split.fill, ", ", split.partial, ", ", split.combine, ", ", loop,
                    " = transform.structured.tile_reduction_using_for ", target,
                    " by tile_sizes = ", List(sizes), " : (", kOp, ") -> (",
                    Repeat(kOp, 4), ")"));
  return split;
}

Handle ScheduleText::Decompose(const Handle& target) {
  const Handle result = NewHandle();
  Line(absl::StrCat(result, " = transform.structured.decompose ", target, " : (", kOp,
                    ") -> ", kOp));
  return result;
}

Handle ScheduleText::Generalize(const Handle& target) {
  const Handle result = NewHandle();
  Line(absl::StrCat(result, " = transform.structured.generalize ", target, " : (", kOp,
                    ") -> ", kOp));
  return result;
}

void ScheduleText::Vectorize(const Handle& target) {
  Line(absl::StrCat("transform.structured.vectorize ", target, " : ", kOp));
}

void ScheduleText::VectorizeBySizes(const Handle& target,
                                    const std::vector<int64_t>& sizes) {
  Line(absl::StrCat("transform.structured.vectorize ", target, " vector_sizes ",
                    List(sizes), " : ", kOp));
}

void ScheduleText::Annotate(const Handle& target, const std::string& attribute) {
  Line(absl::StrCat("transform.annotate ", target, " \"", attribute, "\" : ", kOp));
}

void ScheduleText::ApplyPatterns(const Handle& target,
                                 const std::vector<std::string>& patterns) {
  Line(absl::StrCat("transform.apply_patterns to ", target, " {"));
  for (const std::string& pattern : patterns) {
    Line(absl::StrCat("  transform.apply_patterns.", pattern));
  }
  Line(absl::StrCat("} : ", kOp));
}

void ScheduleText::ApplyCse(const Handle& target) {
  Line(absl::StrCat("transform.apply_cse to ", target, " : ", kOp));
}

void ScheduleText::ApplyDce(const Handle& target) {
  Line(absl::StrCat("transform.apply_dce to ", target, " : ", kOp));
}

void ScheduleText::ApplyLicm(const Handle& loops) {
  Line(absl::StrCat("transform.apply_licm to ", loops, " : ", kOp));
}

void ScheduleText::HoistLoopInvariantSubsets(const Handle& loops) {
  Line(absl::StrCat("transform.loop.hoist_loop_invariant_subsets ", loops, " : ", kOp));
}

std::string ScheduleText::Module() const {
  return absl::StrCat(
      "module attributes {transform.with_named_sequence} {\n"
      "  transform.named_sequence @__transform_main(%payload: !transform.any_op) {\n",
      body_,
      "    transform.yield\n"
      "  }\n"
      "}\n");
}

}  // namespace weft
