#include "actor/worker/transforms/cleanup.h"

namespace weft {
namespace {

void Canonicalize(ScheduleText* text, const Handle& function) {
  text->ApplyPatterns(function, {"canonicalization"});
  text->ApplyCse(function);
}

}  // namespace

void EmitCleanup(ScheduleText* text) {
  Canonicalize(text, text->MatchAll("func.func"));
}

void EmitVectorCleanup(ScheduleText* text) {
  const Handle function = text->MatchAll("func.func");
  // Alone and first: canonicalization, or dropping unit dimensions, would turn a
  // reduction step of 1 into separate multiplications and additions over broadcasts,
  // which never become contractions again (3.5 instead of 40 GFLOP/s on a matmul).
  text->ApplyPatterns(
      function, {"vector.reduction_to_contract", "vector.transfer_permutation_patterns",
                 // A mask region that later patterns fold constants
                 // into is invalid IR.
                 "vector.lower_masked_transfers"});
  text->ApplyPatterns(
      function,
      {"scf.for_loop_canonicalization", "vector.cast_away_vector_leading_one_dim",
       "tensor.fold_tensor_subset_ops_into_vector_transfers", "canonicalization"});
  text->ApplyCse(function);
  const Handle loops = text->MatchAll("scf.for");
  text->ApplyLicm(loops);
  text->HoistLoopInvariantSubsets(loops);
  Canonicalize(text, function);
}

}  // namespace weft
