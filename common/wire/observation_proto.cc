#include <cmath>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/wire/schedule_proto.h"

namespace weft {
namespace {

absl::Status Invalid(const std::string& what) {
  return absl::InvalidArgumentError("observation: " + what);
}

// Policies find loop i at token 1 + i, whatever the sender claims.
absl::Status CheckTokens(const Observation& observation) {
  if (observation.kinds.empty()) {
    return observation.mask.kinds == 0
               ? absl::OkStatus()
               : Invalid("no tokens although actions are legal");
  }
  if (observation.kinds[0] != TokenKind::kGlobal) {
    return Invalid("the first token is not the global one");
  }
  for (int loop = 0; loop < observation.mask.num_loops; ++loop) {
    const int token = Observation::LoopToken(loop);
    if (token >= observation.num_tokens() ||
        observation.kinds[token] != TokenKind::kLoop) {
      return Invalid(absl::StrCat("token ", token, " is not that of loop ", loop));
    }
  }
  return absl::OkStatus();
}

}  // namespace

v1::Observation ToProto(const Observation& observation) {
  v1::Observation proto;
  proto.set_token_width(kTokenWidth);
  std::string* kinds = proto.mutable_token_kinds();
  for (TokenKind kind : observation.kinds) kinds->push_back(static_cast<char>(kind));
  proto.mutable_features()->Add(observation.features.begin(),
                                observation.features.end());
  *proto.mutable_mask() = ToProto(observation.mask);
  return proto;
}

absl::StatusOr<Observation> FromProto(const v1::Observation& proto) {
  const size_t tokens = proto.token_kinds().size();
  if (tokens > kMaxTokens) {
    return Invalid(absl::StrCat(tokens, " tokens; at most ", kMaxTokens));
  }
  if (tokens > 0 && proto.token_width() != kTokenWidth) {
    return Invalid(absl::StrCat("tokens of ", proto.token_width(),
                                " features, expected ", kTokenWidth));
  }
  if (static_cast<size_t>(proto.features_size()) != tokens * kTokenWidth) {
    return Invalid(absl::StrCat(proto.features_size(), " features for ", tokens,
                                " tokens of ", kTokenWidth));
  }
  Observation observation;
  for (const char byte : proto.token_kinds()) {
    const auto kind = static_cast<uint8_t>(byte);
    if (kind >= kNumTokenKinds) {
      return Invalid(absl::StrCat("unknown token kind ", static_cast<int>(kind)));
    }
    observation.kinds.push_back(static_cast<TokenKind>(kind));
  }
  observation.features.assign(proto.features().begin(), proto.features().end());
  for (size_t i = 0; i < observation.features.size(); ++i) {
    if (!std::isfinite(observation.features[i])) {
      return Invalid(absl::StrCat("feature ", i % kTokenWidth, " of token ",
                                  i / kTokenWidth, " is not finite"));
    }
  }
  absl::StatusOr<ActionMask> mask = FromProto(proto.mask());
  if (!mask.ok()) return mask.status();
  observation.mask = *std::move(mask);
  if (absl::Status status = CheckTokens(observation); !status.ok()) return status;
  return observation;
}

}  // namespace weft
