#include "actor/rollout/disjoint_programs.h"

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"

namespace weft {

absl::StatusOr<std::vector<KnownProgram>> FindKnown(
    const std::vector<std::string>& known, const std::vector<std::string>& programs,
    const Appearance& appearance) {
  std::map<std::string, std::string> by_appearance;
  for (const std::string& program : known) {
    absl::StatusOr<std::string> seen = appearance(program);
    if (!seen.ok()) return seen.status();
    by_appearance.try_emplace(*std::move(seen), program);
  }
  std::vector<KnownProgram> found;
  for (const std::string& program : programs) {
    const absl::StatusOr<std::string> seen = appearance(program);
    if (!seen.ok()) return seen.status();
    const auto same = by_appearance.find(*seen);
    if (same != by_appearance.end()) found.push_back({program, same->second});
  }
  return found;
}

absl::Status CheckDisjoint(const std::vector<std::string>& training,
                           const std::vector<std::string>& validation,
                           const Appearance& appearance) {
  const absl::StatusOr<std::vector<KnownProgram>> same =
      FindKnown(training, validation, appearance);
  if (!same.ok()) return same.status();
  if (same->empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "validation program ", same->front().program, " is the training program ",
      same->front().known, " again: the same operation over the same loops"));
}

}  // namespace weft
