#include "learner/serving/run_results.h"

#include <utility>

#include "spdlog/spdlog.h"

namespace weft {

void RunResults::AddLine(std::string line) {
  lines_.push_back(std::move(line));
  if (lines_.size() <= kMaxWaitingLines) return;
  lines_.pop_front();
  spdlog::error("metrics.jsonl: a line is given up, {} wait already", kMaxWaitingLines);
}

absl::Status RunResults::Flush(const RunState& state) {
  absl::Status status = Write(state);
  if (status.ok()) return status;
  metrics_->CountResultFailure();
  spdlog::error(
      "{} lines of metrics.jsonl and {} files of best/ wait to be written: {}",
      lines_.size(), stale_.size(), status.ToString());
  return status;
}

absl::Status RunResults::Write(const RunState& state) {
  while (!lines_.empty()) {
    absl::Status status = folder_->AppendMetrics(lines_.front());
    if (!status.ok()) return status;
    lines_.pop_front();
  }
  while (!stale_.empty()) {
    const std::string& program = *stale_.begin();
    const auto record = state.programs.find(program);
    if (record != state.programs.end()) {
      absl::Status status = folder_->WriteBest(program, record->second);
      if (!status.ok()) return status;
    }
    stale_.erase(stale_.begin());
  }
  return absl::OkStatus();
}

}  // namespace weft
