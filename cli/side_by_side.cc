#include "cli/side_by_side.h"

#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "actor/environment/worker_startup.h"
#include "common/process/child_process.h"
#include "common/schedule/trajectory.h"
#include "nlohmann/json.hpp"

namespace weft {
namespace {

using nlohmann::json;

constexpr int kAttempts = 3;
// How soon a Ctrl-C is heard.
constexpr absl::Duration kSlice = absl::Milliseconds(50);

// A file of this process that goes with the scope.
class ResultFile {
 public:
  ResultFile() {
    const int file = mkstemp(path_.data());
    if (file >= 0) close(file);
  }
  ~ResultFile() { unlink(path_.c_str()); }
  ResultFile(const ResultFile&) = delete;
  ResultFile& operator=(const ResultFile&) = delete;

  const std::string& path() const { return path_; }
  json Read() const {
    std::ifstream file(path_);
    return json::parse(file, nullptr, /*allow_exceptions=*/false);
  }

 private:
  std::string path_ = "/tmp/weft-side-by-side.XXXXXX";
};

std::vector<std::string> CommandOf(const std::string& program_path,
                                   const std::string& schedule_path,
                                   const SideBySideOptions& options,
                                   const std::string& json_path) {
  const MeasureOptions& measure = options.measure;
  const double timeout =
      std::max(measure.compile_timeout_seconds, measure.run_timeout_seconds);
  return {options.worker_path,
          "measure",
          program_path,
          schedule_path,
          "--against-unscheduled",
          "--budget",
          absl::StrCat(measure.timing_budget_seconds),
          "--timeout",
          absl::StrCat(timeout),
          "--memory",
          absl::StrCat(measure.memory_limit_mebibytes),
          "--cpu",
          absl::StrCat(ResolveTimingCpu(measure.timing_cpu)),
          "--threads",
          absl::StrCat(measure.threads),
          "--lease",
          measure.lease_path,
          "--json",
          json_path,
          "--parent-pid",
          absl::StrCat(getpid())};
}

absl::StatusOr<SideBySide> Parse(const json& result, const ExitStatus& status,
                                 const std::string& log_path) {
  try {
    // An impossible time has its pairs, too, and counts for nothing.
    if (result.is_object() && result.at("outcome") == OutcomeName(Outcome::kOk) &&
        result.contains("confirmation")) {
      const json& pairs = result.at("confirmation");
      SideBySide found;
      pairs.at("previous_seconds").get_to(found.unscheduled_seconds);
      pairs.at("seconds").get_to(found.best_seconds);
      pairs.at("pairs").get_to(found.pairs);
      result.at("disturbed").get_to(found.disturbed);
      if (found.unscheduled_seconds > 0 && found.best_seconds > 0) return found;
    }
    if (result.is_object()) {
      return absl::FailedPreconditionError(
          absl::StrCat(result.at("outcome").get<std::string>(), ": ",
                       result.at("message").get<std::string>()));
    }
  } catch (const json::exception& error) {
    return absl::FailedPreconditionError(
        absl::StrCat("weft-worker wrote another result: ", error.what()));
  }
  return absl::FailedPreconditionError(
      absl::StrCat("weft-worker ended with ", status.ToString(), "; see ", log_path));
}

absl::StatusOr<SideBySide> TimeOnce(const std::string& program_path,
                                    const std::string& schedule_path,
                                    const SideBySideOptions& options,
                                    absl::Time deadline,
                                    const std::function<bool()>& stop) {
  const ResultFile result;
  auto worker = ChildProcess::Start(
      CommandOf(program_path, schedule_path, options, result.path()), options.log_path);
  if (!worker.ok()) return worker.status();
  // The destructor of the process kills it.
  while (true) {
    if (stop()) return absl::CancelledError("interrupted");
    if (const auto status = (*worker)->Wait(kSlice)) {
      return Parse(result.Read(), *status, options.log_path);
    }
    if (absl::Now() >= deadline) {
      return absl::DeadlineExceededError(
          absl::StrCat("not done within ", absl::FormatDuration(options.limit)));
    }
  }
}

}  // namespace

absl::StatusOr<SideBySide> TimeSideBySide(const std::string& program_path,
                                          const std::string& schedule_path,
                                          const SideBySideOptions& options,
                                          const std::function<bool()>& stop) {
  const absl::Time start = absl::Now();
  const absl::Time deadline = start + options.limit;
  absl::StatusOr<SideBySide> found =
      TimeOnce(program_path, schedule_path, options, deadline, stop);
  const absl::Duration took = absl::Now() - start;
  for (int attempt = 1; attempt < kAttempts; ++attempt) {
    if (!found.ok() || !found->disturbed || absl::Now() + took > deadline) break;
    absl::StatusOr<SideBySide> again =
        TimeOnce(program_path, schedule_path, options, deadline, stop);
    if (!again.ok()) break;
    found = std::move(again);
  }
  return found;
}

}  // namespace weft
