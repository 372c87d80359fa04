// Which program an episode schedules next.
#ifndef WEFT_ACTOR_ROLLOUT_PROGRAM_ROTATION_H_
#define WEFT_ACTOR_ROLLOUT_PROGRAM_ROTATION_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace weft {

// Whose turn it is.
struct Turn {
  std::string program;  // Empty when every program is excluded.
  // Of the episode's random choices. The n-th episode of a program has the same in
  // every process with the same seed, whatever the others are doing meanwhile: what one
  // run has measured, its repetition finds in the schedule store.
  uint64_t seed = 0;
};

// Goes round the programs in an order shuffled by `seed`, so that every program gets
// the same share of an actor's episodes and different actors are not at the same one.
// Programs that cannot be used are excluded with a reason. Thread-safe.
class ProgramRotation {
 public:
  ProgramRotation(std::vector<std::string> programs, uint64_t seed);

  Turn Next() ABSL_LOCKS_EXCLUDED(mutex_);
  // True when the program was in use until now.
  bool Exclude(const std::string& program, const std::string& reason)
      ABSL_LOCKS_EXCLUDED(mutex_);

  size_t remaining() const ABSL_LOCKS_EXCLUDED(mutex_);
  // Program to reason.
  std::map<std::string, std::string> excluded() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  const uint64_t seed_;
  mutable absl::Mutex mutex_;
  std::vector<std::string> programs_ ABSL_GUARDED_BY(mutex_);
  size_t next_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<std::string, uint64_t> turns_ ABSL_GUARDED_BY(mutex_);  // By program.
  std::map<std::string, std::string> excluded_ ABSL_GUARDED_BY(mutex_);
};

// A 64-bit seed for one stream of random numbers: FNV-1a over the words and the
// separators between them, finished with the mixer of SplitMix64, starting from `seed`.
// The same words give the same seed on every machine.
uint64_t MixSeed(uint64_t seed, const std::vector<std::string>& words);

}  // namespace weft

#endif  // WEFT_ACTOR_ROLLOUT_PROGRAM_ROTATION_H_
