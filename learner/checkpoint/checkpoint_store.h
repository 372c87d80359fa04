// The checkpoints of a run on disk.
#ifndef WEFT_LEARNER_CHECKPOINT_CHECKPOINT_STORE_H_
#define WEFT_LEARNER_CHECKPOINT_CHECKPOINT_STORE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "learner/checkpoint/checkpoint_file.h"

namespace weft {

struct Checkpoint {
  uint64_t iteration = 0;
  std::string path;
  CheckpointSections sections;
};

// Files checkpoint-ITERATION.weft (eight digits) in one folder. A file is whole or
// ignored: it is written beside its name, synced, and renamed. One process writes to a
// folder; in that process one thread at a time.
class CheckpointStore {
 public:
  // Creates the folder when it is missing. `keep` is at least 1.
  static absl::StatusOr<CheckpointStore> Open(const std::string& folder, int keep);

  // Writes the checkpoint of an iteration, replacing one of the same iteration, then
  // removes all but the newest `keep`, and what a crash left half written. Returns its
  // path. On failure (RESOURCE_EXHAUSTED
  // on a full disk) the older checkpoints are untouched.
  absl::StatusOr<std::string> Save(uint64_t iteration,
                                   const CheckpointSections& sections);

  // Save does not remove the checkpoint of this iteration until the next Hold; 0: of
  // none.
  void Hold(uint64_t iteration) { held_ = iteration; }
  // Makes best.weft the checkpoint of this iteration, for as long as it is not
  // replaced. NOT_FOUND when there is none of it.
  absl::Status KeepAsBest(uint64_t iteration) const;
  std::string best() const { return folder_ + "/best.weft"; }
  // What was the best by other rules is former-best.weft from now on.
  void ForgetBest() const;

  // The newest checkpoint that can be read whole. Corrupt and partial ones are skipped,
  // with a warning in the log that names the file and the reason, and left in place.
  // NOT_FOUND when there are no files at all, DATA_LOSS naming the folder when there
  // are some and none is valid.
  absl::StatusOr<Checkpoint> LoadNewestValid() const;

  // Iterations that have a file, valid or not, in ascending order.
  std::vector<uint64_t> Iterations() const;

 private:
  CheckpointStore(std::string folder, int keep);
  std::string PathOf(uint64_t iteration) const;
  void RemoveOld(uint64_t newest) const;
  void RemoveHalfWritten() const;

  std::string folder_;
  int keep_;
  uint64_t held_ = 0;
};

}  // namespace weft

#endif  // WEFT_LEARNER_CHECKPOINT_CHECKPOINT_STORE_H_
