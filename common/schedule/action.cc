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

bool TakesSizes(ActionKind kind) {
  switch (kind) {
    case ActionKind::kParallelize:
    case ActionKind::kTile:
    case ActionKind::kVectorize:
    case ActionKind::kPack:
      return true;
    case ActionKind::kInterchange:
    case ActionKind::kStop:
    case ActionKind::kFuse:
      return false;
  }
  return false;
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
    case ActionKind::kPack:
      return "pack";
    case ActionKind::kFuse:
      return "fuse";
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
  const bool interchange = action.kind == ActionKind::kInterchange;
  if (!interchange && !TakesSizes(action.kind)) return text;
  absl::StrAppend(&text, "[",
                  interchange ? absl::StrJoin(action.order, ",")
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
