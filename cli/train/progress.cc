#include "cli/train/progress.h"

#include <cstdio>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"

namespace weft {
namespace {

constexpr absl::Duration kSignOfLife = absl::Seconds(30);

// "7 failed (crashed 1, timed_out 6)"; the labels in alphabetical order.
std::string Failures(const v1::GetStatusResponse& status) {
  const std::map<std::string, uint64_t> sorted(status.failures().begin(),
                                               status.failures().end());
  uint64_t total = 0;
  std::string kinds;
  for (const auto& [kind, count] : sorted) {
    if (count == 0) continue;
    total += count;
    absl::StrAppend(&kinds, kinds.empty() ? "" : ", ", kind, " ", count);
  }
  if (total == 0) return "0 failed";
  return absl::StrCat(total, " failed (", kinds, ")");
}

}  // namespace

std::string HumanDuration(double seconds) {
  const auto whole = static_cast<int64_t>(seconds + 0.5);
  if (whole < 60) return absl::StrCat(whole, "s");
  if (whole < 3600) return absl::StrFormat("%dm%02ds", whole / 60, whole % 60);
  return absl::StrFormat("%dh%02dm", whole / 3600, whole / 60 % 60);
}

std::string ProgressLine(const v1::GetStatusResponse& status) {
  std::string line =
      absl::StrFormat("iter %d/%d | %d episodes (%.1f/s) | %.1f timed/s",
                      status.iteration(), status.target_iterations(), status.episodes(),
                      status.episodes_per_second(), status.measurements_per_second());
  if (status.iteration() > 0) {
    absl::StrAppendFormat(&line,
                          " | speed-up %.2fx, best %.2fx | reward %.3f | entropy %.2f "
                          "| kl %.4f | stale %.1f",
                          status.mean_speedup(), status.best_geomean_speedup(),
                          status.mean_reward(), status.entropy(),
                          status.approximate_kl(), status.mean_staleness());
  }
  if (status.has_validation()) {
    absl::StrAppendFormat(&line, " | validation %.3f (best %.3f)",
                          status.validation().mean_reward(),
                          status.validation().best_mean_reward());
  }
  absl::StrAppend(&line, " | ", Failures(status));
  if (status.connected_actors() == 0 && !status.finished()) {
    absl::StrAppend(&line, " | waiting for actors");
  }
  if (status.eta_seconds() >= 0 && !status.finished()) {
    absl::StrAppend(&line, " | ", HumanDuration(status.eta_seconds()), " left");
  }
  return line;
}

void ProgressDisplay::Show(const v1::GetStatusResponse& status) {
  const absl::Time now = absl::Now();
  if (terminal_) {
    std::fprintf(stderr, "\r\033[K%s", ProgressLine(status).c_str());
    line_open_ = true;
  } else if (status.iteration() != last_iteration_ ||
             now - last_shown_ >= kSignOfLife) {
    std::fprintf(stderr, "%s\n", ProgressLine(status).c_str());
  } else {
    return;
  }
  std::fflush(stderr);
  last_iteration_ = status.iteration();
  last_shown_ = now;
}

void ProgressDisplay::ShowStep(const std::string& text) {
  const absl::Time now = absl::Now();
  if (terminal_) {
    std::fprintf(stderr, "\r\033[K%s", text.c_str());
    line_open_ = true;
  } else if (now - last_shown_ >= kSignOfLife) {
    std::fprintf(stderr, "%s\n", text.c_str());
  } else {
    return;
  }
  std::fflush(stderr);
  last_shown_ = now;
}

void ProgressDisplay::Note(const std::string& text) {
  std::fprintf(stderr, "%s%s\n", line_open_ ? "\r\033[K" : "", text.c_str());
  line_open_ = false;
}

void ProgressDisplay::Finish() {
  if (line_open_) std::fprintf(stderr, "\n");
  line_open_ = false;
}

}  // namespace weft
