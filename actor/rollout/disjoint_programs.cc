#include "actor/rollout/disjoint_programs.h"

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"

namespace weft {

absl::Status CheckDisjoint(const std::vector<std::string>& training,
                           const std::vector<std::string>& validation,
                           const Appearance& appearance) {
  std::map<std::string, std::string> known;
  for (const std::string& program : training) {
    absl::StatusOr<std::string> seen = appearance(program);
    if (!seen.ok()) return seen.status();
    known.try_emplace(*std::move(seen), program);
  }
  for (const std::string& program : validation) {
    const absl::StatusOr<std::string> seen = appearance(program);
    if (!seen.ok()) return seen.status();
    const auto same = known.find(*seen);
    if (same == known.end()) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("validation program ", program, " is the training program ",
                     same->second, " again: the same operation over the same loops"));
  }
  return absl::OkStatus();
}

}  // namespace weft
