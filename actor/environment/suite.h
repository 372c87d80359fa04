// The programs that an actor trains on: one folder of MLIR files.
#ifndef WEFT_ACTOR_ENVIRONMENT_SUITE_H_
#define WEFT_ACTOR_ENVIRONMENT_SUITE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace weft {

struct SuiteProgram {
  std::string name;    // File name without .mlir: what trajectories and files call it.
  std::string path;    // As messages name it.
  std::string source;  // Text of the MLIR module.
};

// Not changed once it is shared between threads.
struct Suite {
  std::vector<SuiteProgram> programs;  // Sorted by name, which is unique.

  // Null when there is no program of that name.
  const SuiteProgram* Find(const std::string& name) const;
  std::vector<std::string> names() const;
  // INVALID_ARGUMENT when a name of `other` is here already; then nothing is added.
  absl::Status Add(Suite other);
};

// Reads one file. NOT_FOUND when it cannot be read, INVALID_ARGUMENT when it is beyond
// 8 MiB.
absl::StatusOr<SuiteProgram> ReadProgram(const std::string& path);

// Reads every *.mlir file of `folder`, not of folders below it. NOT_FOUND when the
// folder cannot be read, INVALID_ARGUMENT when it holds no program or one beyond 8 MiB.
absl::StatusOr<Suite> LoadSuite(const std::string& folder);

}  // namespace weft

#endif  // WEFT_ACTOR_ENVIRONMENT_SUITE_H_
