#include "common/schedule/parse_schedule.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace weft {
namespace {

// The value of 0..count-1 that `name_of` calls `name`.
template <typename T>
std::optional<T> Named(absl::string_view name, int count, const char* (*name_of)(T)) {
  for (int i = 0; i < count; ++i) {
    if (name == name_of(static_cast<T>(i))) return static_cast<T>(i);
  }
  return std::nullopt;
}

template <typename T>
std::string Names(int count, const char* (*name_of)(T)) {
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i) names.emplace_back(name_of(static_cast<T>(i)));
  return absl::StrJoin(names, ", ");
}

template <typename T>
bool ParseNumbers(absl::string_view text, std::vector<T>* numbers) {
  for (absl::string_view part : absl::StrSplit(text, ',')) {
    T number;
    if (!absl::SimpleAtoi(part, &number)) return false;
    numbers->push_back(number);
  }
  return true;
}

// Whether each of 0..n-1 is there once.
bool IsPermutation(std::vector<int> order) {
  std::sort(order.begin(), order.end());
  for (size_t i = 0; i < order.size(); ++i) {
    if (order[i] != static_cast<int>(i)) return false;
  }
  return true;
}

absl::StatusOr<Action> ParseAction(absl::string_view text) {
  const auto wrong = [&](const std::string& expected) {
    return absl::InvalidArgumentError(
        absl::StrCat("action '", text, "': expected ", expected));
  };
  const std::pair<absl::string_view, absl::string_view> halves =
      absl::StrSplit(text, absl::MaxSplits('[', 1));
  const auto kind = Named(halves.first, kNumActionKinds, &ActionKindName);
  if (!kind) return wrong(Names(kNumActionKinds, &ActionKindName));
  Action action;
  action.kind = *kind;
  const bool orders = *kind == ActionKind::kInterchange;
  if (!orders && !TakesSizes(*kind)) {
    return halves.first == text ? absl::StatusOr<Action>(action)
                                : wrong("no brackets after it");
  }
  absl::string_view inside = halves.second;
  if (!absl::ConsumeSuffix(&inside, "]")) {
    return wrong(absl::StrCat(halves.first, "[NUMBER,...]"));
  }
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(inside, absl::MaxSplits(';', 1));
  const bool numbers = orders ? ParseNumbers(parts.first, &action.order)
                              : ParseNumbers(parts.first, &action.sizes);
  if (!numbers) return wrong("whole numbers with commas between them");
  if (!IsPermutation(action.order)) return wrong("each loop from 0 up once");
  for (const int64_t size : action.sizes) {
    if (SizeIndex(size) < 0) {
      return wrong(absl::StrCat("sizes of ", absl::StrJoin(kSizeTable, ", ")));
    }
  }
  if (*kind == ActionKind::kVectorize) {
    action.mode = parts.first == inside
                      ? VectorizeMode::kContract
                      : Named(parts.second, kNumVectorizeModes, &VectorizeModeName);
    if (!action.mode) {
      return wrong(
          absl::StrCat("a mode of ", Names(kNumVectorizeModes, &VectorizeModeName)));
    }
  } else if (parts.first != inside) {
    return wrong("no mode: only vectorize has one");
  }
  return action;
}

}  // namespace

absl::StatusOr<Schedule> ParseSchedule(absl::string_view text) {
  Schedule schedule;
  for (absl::string_view part :
       absl::StrSplit(text, absl::ByAnyChar(" \t\n"), absl::SkipEmpty())) {
    absl::StatusOr<Action> action = ParseAction(part);
    if (!action.ok()) return action.status();
    schedule.push_back(*std::move(action));
  }
  if (schedule.empty()) return absl::InvalidArgumentError("a schedule has no action");
  return schedule;
}

}  // namespace weft
