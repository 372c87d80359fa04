#include "actor/search/best_file.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/files/atomic_file.h"

namespace weft {

absl::Status WriteBestFile(const std::string& path, const SearchTarget& target,
                           const SearchProgress& progress) {
  const EpisodeResult& result = progress.best->result;
  const double seconds = result.measurement.seconds;
  return WriteFileAtomically(
      path,
      absl::StrCat(
          "// program   ", target.name(), "\n// schedule  ",
          ToString(progress.best->schedule),
          absl::StrFormat("\n// time      %.2f us, %.2f times as fast as unscheduled",
                          seconds * 1e6, result.unscheduled_seconds / seconds),
          absl::StrFormat("\n// rate      %.2f GFLOP/s, %.2f GB/s",
                          target.flops() / seconds / 1e9,
                          target.bytes() / seconds / 1e9),
          "\n// machine   ", target.machine().cpu, ", ", target.threads(),
          target.threads() == 1 ? " thread" : " threads",
          "\n// replay    mlir-opt-19 PROGRAM.mlir "
          "--transform-preload-library=transform-library-paths=THIS_FILE "
          "--transform-interpreter\n",
          result.schedule_module));
}

}  // namespace weft
