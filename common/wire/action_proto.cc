#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/wire/schedule_proto.h"

namespace weft {
namespace {

// Protobuf's enums keep 0 for "unspecified", so every number is one higher than ours.
constexpr int kProtoOffset = 1;

absl::Status Invalid(const std::string& what) {
  return absl::InvalidArgumentError("action: " + what);
}

absl::Status CheckOrder(const std::vector<int>& order) {
  uint32_t seen = 0;
  for (int loop : order) {
    if (loop < 0 || loop >= static_cast<int>(order.size()) || (seen >> loop & 1)) {
      return Invalid(absl::StrCat("order names loop ", loop, " and has ", order.size(),
                                  " entries: not a permutation"));
    }
    seen |= uint32_t{1} << loop;
  }
  return absl::OkStatus();
}

absl::Status CheckParts(const Action& action) {
  const bool interchange = action.kind == ActionKind::kInterchange;
  const bool vectorize = action.kind == ActionKind::kVectorize;
  if (!action.sizes.empty() && !TakesSizes(action.kind)) {
    return Invalid(absl::StrCat(ActionKindName(action.kind), " takes no sizes"));
  }
  if (!action.order.empty() && !interchange) {
    return Invalid(absl::StrCat(ActionKindName(action.kind), " takes no order"));
  }
  if (action.mode.has_value() != vectorize) {
    return Invalid(absl::StrCat(ActionKindName(action.kind),
                                vectorize ? " needs a mode" : " takes no mode"));
  }
  return absl::OkStatus();
}

}  // namespace

v1::Action ToProto(const Action& action) {
  v1::Action proto;
  proto.set_kind(
      static_cast<v1::ActionKind>(static_cast<int>(action.kind) + kProtoOffset));
  proto.mutable_sizes()->Add(action.sizes.begin(), action.sizes.end());
  proto.mutable_order()->Add(action.order.begin(), action.order.end());
  if (action.mode) {
    proto.set_mode(
        static_cast<v1::VectorizeMode>(static_cast<int>(*action.mode) + kProtoOffset));
  }
  return proto;
}

absl::StatusOr<Action> FromProto(const v1::Action& proto) {
  const int kind = proto.kind() - kProtoOffset;
  if (kind < 0 || kind >= kNumActionKinds) {
    return Invalid(absl::StrCat("unknown kind ", proto.kind()));
  }
  const int mode = proto.mode() - kProtoOffset;
  if (mode < -kProtoOffset || mode >= kNumVectorizeModes) {
    return Invalid(absl::StrCat("unknown vectorize mode ", proto.mode()));
  }
  if (proto.sizes_size() > kMaxLoops || proto.order_size() > kMaxLoops) {
    return Invalid(absl::StrCat("sizes for ", proto.sizes_size(), " and an order of ",
                                proto.order_size(), " loops; at most ", kMaxLoops));
  }
  Action action;
  action.kind = static_cast<ActionKind>(kind);
  if (mode >= 0) action.mode = static_cast<VectorizeMode>(mode);
  action.sizes.assign(proto.sizes().begin(), proto.sizes().end());
  action.order.assign(proto.order().begin(), proto.order().end());
  for (int64_t size : action.sizes) {
    if (SizeIndex(size) < 0) {
      return Invalid(absl::StrCat("size ", size, " is not in the size table"));
    }
  }
  if (absl::Status status = CheckOrder(action.order); !status.ok()) return status;
  if (absl::Status status = CheckParts(action); !status.ok()) return status;
  return action;
}

}  // namespace weft
