// The durable, ordered memory of what actors sent.
#ifndef WEFT_LEARNER_INGEST_TRAJECTORY_LOG_H_
#define WEFT_LEARNER_INGEST_TRAJECTORY_LOG_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "learner/ingest/log_segment.h"

namespace weft {

// The reason of a record that the log makes up for a position that it has lost.
inline constexpr char kDropLost[] = "lost";

struct TrajectoryLogOptions {
  std::string folder;
  // Positions up to this one are spoken for by a checkpoint. New records lie above,
  // also when the part of the log that held these is gone.
  uint64_t used_positions = 0;
  uint64_t segment_bytes = 64 << 20;  // A new segment begins when one is this long.
  int max_runs =
      4096;  // Actor runs whose high water is kept; the oldest are forgotten.
};

// Append-only. Each record gets the next position: 1, 2, 3, ... A record is in the page
// cache when Append returns, so killing the process at any moment loses nothing that
// was acknowledged; a power loss loses at most what came after the last Sync, which the
// learner calls every second.
//
// Corruption costs what it hit: a record that does not match its checksum, or a segment
// that is gone, is reported by ReadAfter as dropped (kDropLost) at its position, and
// what follows is read.
//
// The log also remembers the highest sequence of every (actor, run), through restarts
// and trimming: each segment begins with a copy, so only the newest has to be read at
// open.
//
// Thread-safe. Sync does not hold up Append.
class TrajectoryLog {
 public:
  // Opens or creates the folder. What a crash left half-written at the end is cut off,
  // with a warning that names file, bytes and reason.
  static absl::StatusOr<std::unique_ptr<TrajectoryLog>> Open(
      const TrajectoryLogOptions& options);

  // Stores a record; its own `position` is ignored. Returns the position that it got.
  // RESOURCE_EXHAUSTED naming the file when the disk is full: nothing is stored then,
  // and a later call succeeds once there is space.
  absl::StatusOr<uint64_t> Append(LogRecord record);

  // Trajectories and drops above `position`, in order, one for every position.
  // DATA_LOSS when `position` lies below what Trim has left.
  absl::StatusOr<std::vector<LogRecord>> ReadAfter(uint64_t position) const;

  // Highest sequence stored of an actor's run; 0 when there is none.
  uint64_t HighWater(const std::string& actor_id,
                     const std::string& actor_run_id) const;

  // Makes everything appended so far survive a power loss. Waits for one that another
  // thread has begun.
  absl::Status Sync();

  // Deletes segments that hold nothing above `position`; never the newest.
  absl::Status Trim(uint64_t position);

  uint64_t last_position() const;

 private:
  using RunKey = std::pair<std::string, std::string>;  // Actor id, actor run id.
  struct HighWaterMark {
    uint64_t sequence = 0;
    uint64_t position = 0;  // When it was last raised: the oldest is forgotten first.
  };

  explicit TrajectoryLog(TrajectoryLogOptions options);
  absl::Status Recover();
  absl::Status RecoverNewest() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status StartSegment(uint64_t first_position)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Remember(const LogRecord& record) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::string PathOf(uint64_t first_position) const;

  const TrajectoryLogOptions options_;
  absl::Mutex sync_mutex_ ABSL_ACQUIRED_BEFORE(mutex_);  // One Sync at a time.
  mutable absl::Mutex mutex_;
  std::vector<uint64_t> segments_
      ABSL_GUARDED_BY(mutex_);  // First positions, ascending.
  std::shared_ptr<LogSegment> newest_ ABSL_GUARDED_BY(mutex_);
  uint64_t last_position_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<RunKey, HighWaterMark> high_water_ ABSL_GUARDED_BY(mutex_);
  bool unsynced_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace weft

#endif  // WEFT_LEARNER_INGEST_TRAJECTORY_LOG_H_
