// What a search has measured, on disk, one line of JSON each.
#ifndef WEFT_ACTOR_SEARCH_JOURNAL_H_
#define WEFT_ACTOR_SEARCH_JOURNAL_H_

#include <cstdio>
#include <map>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "actor/environment/environment.h"
#include "common/schedule/action.h"

namespace weft {

// What makes the times of two searches comparable.
struct JournalSubject {
  std::string program;  // Name.
  std::string source;   // Text; the journal keeps a hash of it.
  std::string cpu;
  int threads = 1;
  std::string versions;  // Of all that measures: SearchTarget::versions.
};

// The first line tells the subject, each later one a schedule and its result. A line
// goes to the system with one write before Append returns, so that kill -9 at any
// moment loses at most the measurement that was running; a torn last line is cut off
// when the file is opened again. Not thread-safe; one process at a time.
class Journal {
 public:
  // Opens or creates the file. FAILED_PRECONDITION when it is of another subject, or
  // another process has it open; DATA_LOSS when a line that is not the last is
  // malformed.
  static absl::StatusOr<std::unique_ptr<Journal>> Open(const std::string& path,
                                                       const JournalSubject& subject);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  // Null when the schedule has not been measured.
  const EpisodeResult* Find(const Schedule& schedule) const;
  size_t size() const { return results_.size(); }

  // Errors of the disk, such as RESOURCE_EXHAUSTED when it is full.
  absl::Status Append(const Schedule& schedule, const EpisodeResult& result);

 private:
  Journal(int file, std::string path) : file_(file), path_(std::move(path)) {}
  absl::Status Load(const JournalSubject& subject);
  absl::Status WriteLine(const std::string& line);

  const int file_;
  const std::string path_;
  std::map<std::string, EpisodeResult> results_;  // By ToString(schedule).
};

}  // namespace weft

#endif  // WEFT_ACTOR_SEARCH_JOURNAL_H_
