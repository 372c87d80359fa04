#include "common/schedule/action.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace weft {

int SizeIndex(int64_t size) {
  const auto it = std::find(kSizeTable.begin(), kSizeTable.end(), size);
  return it == kSizeTable.end() ? -1 : static_cast<int>(it - kSizeTable.begin());
}

bool IsTerminal(ActionKind kind) {
  return kind == ActionKind::kVectorize || kind == ActionKind::kStop;
}

const char* ActionKindName(ActionKind kind) {
  switch (kind) {
    case ActionKind::kParallelize:
      return "parallelize";
    case ActionKind::kTile:
      return "tile";
    case ActionKind::kInterchange:
      return "interchange";
    case ActionKind::kVectorize:
      return "vectorize";
    case ActionKind::kStop:
      return "stop";
  }
  return "unknown";
}

const char* VectorizeModeName(VectorizeMode mode) {
  switch (mode) {
    case VectorizeMode::kContract:
      return "contract";
    case VectorizeMode::kDecompose:
      return "decompose";
    case VectorizeMode::kGeneralize:
      return "generalize";
    case VectorizeMode::kReduction:
      return "reduction";
  }
  return "unknown";
}

std::string ToString(const Action& action) {
  std::string text = ActionKindName(action.kind);
  if (action.kind == ActionKind::kStop) return text;
  absl::StrAppend(&text, "[",
                  action.kind == ActionKind::kInterchange
                      ? absl::StrJoin(action.order, ",")
                      : absl::StrJoin(action.sizes, ","));
  if (action.mode) absl::StrAppend(&text, ";", VectorizeModeName(*action.mode));
  absl::StrAppend(&text, "]");
  return text;
}

std::string ToString(const Schedule& schedule) {
  return absl::StrJoin(schedule, " ", [](std::string* out, const Action& action) {
    absl::StrAppend(out, ToString(action));
  });
}

}  // namespace weft
