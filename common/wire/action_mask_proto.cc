#include <algorithm>
#include <bitset>
#include <limits>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/wire/schedule_proto.h"

namespace weft {
namespace {

// More bounds than this no environment needs: each is a set of loops and a product.
constexpr int kMaxBounds = 16;

absl::Status Invalid(const std::string& what) {
  return absl::InvalidArgumentError("action mask: " + what);
}

int64_t SmallestFactor(SizeSet set) {
  for (int j = 0; j < kNumSizes; ++j) {
    if (set >> j & 1) return std::max<int64_t>(kSizeTable[j], 1);
  }
  return std::numeric_limits<int64_t>::max();
}

// The smallest sizes together must satisfy the bound; LegalSizes builds on it.
absl::Status CheckBound(const SizeMask& mask, const ProductBound& bound,
                        const std::string& where) {
  if (bound.max_product < 1 || (bound.loops >> mask.allowed.size()) != 0) {
    return Invalid(absl::StrCat(where, ": a bound of ", bound.max_product,
                                " on the loops ", bound.loops, " of ",
                                mask.allowed.size()));
  }
  int64_t budget = bound.max_product;
  for (size_t i = 0; i < mask.allowed.size(); ++i) {
    if (bound.loops >> i & 1) budget /= SmallestFactor(mask.allowed[i]);
  }
  if (budget < 1) {
    return Invalid(
        absl::StrCat(where, ": no sizes satisfy the bound of ", bound.max_product));
  }
  return absl::OkStatus();
}

absl::Status CheckSizes(const SizeMask& mask, int num_loops, const std::string& where) {
  if (static_cast<int>(mask.allowed.size()) != num_loops) {
    return Invalid(absl::StrCat(where, ": sizes for ", mask.allowed.size(),
                                " loops, expected ", num_loops));
  }
  for (const SizeSet set : mask.allowed) {
    if (set == 0) return Invalid(where + ": a loop without a legal size");
  }
  for (const ProductBound& bound : mask.bounds) {
    if (absl::Status status = CheckBound(mask, bound, where); !status.ok()) {
      return status;
    }
  }
  // Walk down the smallest sizes: the one way to see that a no-op can be avoided.
  std::vector<int64_t> chosen;
  while (chosen.size() < mask.allowed.size()) {
    const SizeSet legal = LegalSizes(mask, chosen);
    if (legal == 0) return Invalid(where + ": every choice of sizes is a no-op");
    int smallest = 0;
    while (!(legal >> smallest & 1)) ++smallest;
    chosen.push_back(kSizeTable[smallest]);
  }
  return absl::OkStatus();
}

absl::Status CheckMask(const ActionMask& mask) {
  if (mask.unit_loops >> mask.num_loops != 0) {
    return Invalid(absl::StrCat("loops of a single point: bits ", mask.unit_loops,
                                " of ", mask.num_loops));
  }
  const std::bitset<kMaxLoops> unit_loops(mask.unit_loops);
  const int moving = mask.num_loops - static_cast<int>(unit_loops.count());
  if (mask.Allows(ActionKind::kInterchange) && moving < 2) {
    return Invalid(absl::StrCat("interchange of ", moving, " loops"));
  }
  if (mask.Allows(ActionKind::kVectorize) && mask.modes == 0) {
    return Invalid("vectorize is legal without a mode");
  }
  for (ActionKind kind :
       {ActionKind::kParallelize, ActionKind::kTile, ActionKind::kPack}) {
    if (!mask.Allows(kind)) continue;
    const SizeMask& sizes = mask.sizes[SizeSlot(kind, VectorizeMode::kContract)];
    absl::Status status = CheckSizes(sizes, mask.num_loops, ActionKindName(kind));
    if (!status.ok()) return status;
  }
  for (int m = 0; m < kNumVectorizeModes; ++m) {
    const auto mode = static_cast<VectorizeMode>(m);
    if (!mask.Allows(ActionKind::kVectorize) || !mask.Allows(mode)) continue;
    const SizeMask& sizes = mask.sizes[SizeSlot(ActionKind::kVectorize, mode)];
    absl::Status status = CheckSizes(
        sizes, mask.num_loops, absl::StrCat("vectorize ", VectorizeModeName(mode)));
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::StatusOr<SizeMask> SizeMaskFromProto(const v1::SizeMask& proto) {
  if (proto.allowed_size() > kMaxLoops || proto.bounds_size() > kMaxBounds) {
    return Invalid(absl::StrCat("sizes for ", proto.allowed_size(), " loops with ",
                                proto.bounds_size(), " bounds; at most ", kMaxLoops,
                                " and ", kMaxBounds));
  }
  SizeMask mask;
  mask.forbid_all_zero = proto.forbid_all_zero();
  for (uint32_t set : proto.allowed()) {
    if (set >> kNumSizes) {
      return Invalid(absl::StrCat("sizes beyond the table: bits ", set));
    }
    mask.allowed.push_back(set);
  }
  for (const v1::ProductBound& bound : proto.bounds()) {
    mask.bounds.push_back({bound.loops(), bound.max_product()});
  }
  return mask;
}

}  // namespace

v1::ActionMask ToProto(const ActionMask& mask) {
  v1::ActionMask proto;
  proto.set_kinds(mask.kinds);
  proto.set_modes(mask.modes);
  proto.set_num_loops(static_cast<uint32_t>(mask.num_loops));
  proto.set_unit_loops(mask.unit_loops);
  for (const SizeMask& sizes : mask.sizes) {
    v1::SizeMask* out = proto.add_sizes();
    out->mutable_allowed()->Add(sizes.allowed.begin(), sizes.allowed.end());
    out->set_forbid_all_zero(sizes.forbid_all_zero);
    for (const ProductBound& bound : sizes.bounds) {
      v1::ProductBound* added = out->add_bounds();
      added->set_loops(bound.loops);
      added->set_max_product(bound.max_product);
    }
  }
  return proto;
}

absl::StatusOr<ActionMask> FromProto(const v1::ActionMask& proto) {
  if (proto.kinds() >> kNumActionKinds || proto.modes() >> kNumVectorizeModes) {
    return Invalid(absl::StrCat("unknown kinds or modes: bits ", proto.kinds(), " and ",
                                proto.modes()));
  }
  if (proto.num_loops() > kMaxLoops) {
    return Invalid(absl::StrCat(proto.num_loops(), " loops; at most ", kMaxLoops));
  }
  if (proto.sizes_size() > kNumSizeSlots) {
    return Invalid(
        absl::StrCat(proto.sizes_size(), " size masks; at most ", kNumSizeSlots));
  }
  ActionMask mask;
  mask.kinds = proto.kinds();
  mask.modes = proto.modes();
  mask.num_loops = static_cast<int>(proto.num_loops());
  mask.unit_loops = proto.unit_loops();
  for (int slot = 0; slot < proto.sizes_size(); ++slot) {
    absl::StatusOr<SizeMask> sizes = SizeMaskFromProto(proto.sizes(slot));
    if (!sizes.ok()) return sizes.status();
    mask.sizes[slot] = *std::move(sizes);
  }
  if (absl::Status status = CheckMask(mask); !status.ok()) return status;
  return mask;
}

}  // namespace weft
