// Files that are either whole or not there.
#ifndef WEFT_COMMON_FILES_ATOMIC_FILE_H_
#define WEFT_COMMON_FILES_ATOMIC_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace weft {

// Status of a failed call on a file: "WHAT PATH: strerror". RESOURCE_EXHAUSTED when
// space ran out (disk, quota or file size limit), NOT_FOUND when there is no such file,
// else INTERNAL. `error` is an errno.
absl::Status FileError(absl::string_view what, const std::string& path, int error);

// Writes to PATH.tmp, syncs it, renames it to PATH and syncs the folder, so that after
// a crash or a power loss PATH holds the old contents or the new, never a mixture. On
// failure PATH is as it was and no PATH.tmp is left behind.
absl::Status WriteFileAtomically(const std::string& path, absl::string_view contents);

absl::StatusOr<std::string> ReadFile(const std::string& path);

// Makes names in the folder durable: creations, renames, removals.
absl::Status SyncFolder(const std::string& folder);

// Writes all bytes at the file's end, going on after partial writes. `path` is for
// errors.
absl::Status WriteAll(int fd, absl::string_view bytes, const std::string& path);

}  // namespace weft

#endif  // WEFT_COMMON_FILES_ATOMIC_FILE_H_
