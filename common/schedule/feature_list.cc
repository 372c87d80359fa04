#include "common/schedule/feature_list.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/schedule/feature_table.h"

namespace weft {

const std::vector<Feature>& FeaturesOf(TokenKind kind) {
  switch (kind) {
    case TokenKind::kGlobal:
      return GlobalFeatures().features();
    case TokenKind::kLoop:
      return LoopFeatures().features();
    case TokenKind::kOperand:
      return OperandFeatures().features();
    case TokenKind::kNeighbour:
      return NeighbourFeatures().features();
    case TokenKind::kHistory:
      return HistoryFeatures().features();
  }
  static const auto* const none = new std::vector<Feature>;
  return *none;
}

int FeatureIndex(TokenKind kind, const std::string& name) {
  const std::vector<Feature>& features = FeaturesOf(kind);
  const auto found =
      std::find_if(features.begin(), features.end(),
                   [&name](const Feature& feature) { return feature.name == name; });
  return found == features.end() ? -1 : static_cast<int>(found - features.begin());
}

const char* TokenKindName(TokenKind kind) {
  switch (kind) {
    case TokenKind::kGlobal:
      return "global";
    case TokenKind::kLoop:
      return "loop";
    case TokenKind::kOperand:
      return "operand";
    case TokenKind::kNeighbour:
      return "neighbour";
    case TokenKind::kHistory:
      return "history";
  }
  return "unknown";
}

std::string FeatureListVersion() {
  static const auto* const version = [] {
    uint32_t hash = 2166136261u;  // FNV-1a: the same on every machine.
    for (int kind = 0; kind < kNumTokenKinds; ++kind) {
      for (const Feature& feature : FeaturesOf(static_cast<TokenKind>(kind))) {
        const std::string entry =
            absl::StrCat(kind, "|", feature.name, "|", feature.unit, "|", feature.min,
                         "|", feature.max, "|", feature.meaning, "\n");
        for (const char character : entry) {
          hash = (hash ^ static_cast<unsigned char>(character)) * 16777619u;
        }
      }
    }
    return new std::string(absl::StrFormat("%08x", hash));
  }();
  return *version;
}

}  // namespace weft
