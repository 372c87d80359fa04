// Files that the processes of all users of a machine share, in a folder that anybody
// may write to, such as /tmp.
#ifndef WEFT_ACTOR_WORKER_MEASURE_SHARED_FILE_H_
#define WEFT_ACTOR_WORKER_MEASURE_SHARED_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace weft {

// Opens the file for reading and writing and returns its descriptor, which is closed on
// exec. A file that is missing is created, for everybody whatever the umask. Fails on a
// link or anything else that is not a regular file, which may lead elsewhere.
absl::StatusOr<int> OpenSharedFile(const std::string& path);

// The contents. NOT_FOUND when there is no file; FAILED_PRECONDITION when others could
// have tampered with it: it is a link or no regular file, a user other than its owner
// may write to it, or it has more than `max_bytes`. Any owner will do, for users of one
// machine share what they measure of it.
absl::StatusOr<std::string> ReadSharedFile(const std::string& path, size_t max_bytes);

// Replaces the file by one of this user that everybody may read, as a whole: a reader
// sees the old one or the new one. Fails where a folder like /tmp does not let one user
// replace another's file.
absl::Status ReplaceSharedFile(const std::string& path, const std::string& contents);

}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_MEASURE_SHARED_FILE_H_
