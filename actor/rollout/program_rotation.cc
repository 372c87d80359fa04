#include "actor/rollout/program_rotation.h"

#include <algorithm>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"

namespace weft {

ProgramRotation::ProgramRotation(std::vector<std::string> programs, uint64_t seed)
    : seed_(seed), programs_(std::move(programs)) {
  // Fisher-Yates by hand: std::shuffle differs between standard libraries.
  std::mt19937_64 random(seed);
  for (size_t i = programs_.size(); i > 1; --i) {
    std::swap(programs_[i - 1], programs_[random() % i]);
  }
}

Turn ProgramRotation::Next() {
  absl::MutexLock lock(&mutex_);
  if (programs_.empty()) return Turn();
  next_ %= programs_.size();
  Turn turn;
  turn.program = programs_[next_++];
  turn.seed = MixSeed(seed_, {turn.program, absl::StrCat(turns_[turn.program]++)});
  return turn;
}

bool ProgramRotation::Exclude(const std::string& program, const std::string& reason) {
  absl::MutexLock lock(&mutex_);
  const auto found = std::find(programs_.begin(), programs_.end(), program);
  if (found == programs_.end()) return false;
  const size_t index = found - programs_.begin();
  programs_.erase(found);
  if (next_ > index) --next_;
  excluded_[program] = reason;
  return true;
}

size_t ProgramRotation::remaining() const {
  absl::MutexLock lock(&mutex_);
  return programs_.size();
}

std::map<std::string, std::string> ProgramRotation::excluded() const {
  absl::MutexLock lock(&mutex_);
  return excluded_;
}

uint64_t MixSeed(uint64_t seed, const std::vector<std::string>& words) {
  uint64_t hash = 0xcbf29ce484222325u ^ seed;
  const auto add = [&hash](unsigned char byte) {
    hash ^= byte;
    hash *= 0x100000001b3u;
  };
  for (const std::string& word : words) {
    for (char c : word) add(static_cast<unsigned char>(c));
    add(0);
  }
  hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9u;
  hash = (hash ^ (hash >> 27)) * 0x94d049bb133111ebu;
  return hash ^ (hash >> 31);
}

}  // namespace weft
