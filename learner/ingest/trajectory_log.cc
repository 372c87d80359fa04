#include "learner/ingest/trajectory_log.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "common/files/atomic_file.h"
#include "spdlog/spdlog.h"

namespace weft {
namespace {

namespace fs = std::filesystem;

absl::StatusOr<std::vector<uint64_t>> ListSegments(const std::string& folder) {
  std::vector<uint64_t> segments;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    const std::string file = entry.path().filename().string();
    absl::string_view name = file;
    uint64_t first = 0;
    if (absl::ConsumePrefix(&name, "trajectories-") &&
        absl::ConsumeSuffix(&name, ".log") && absl::SimpleAtoi(name, &first)) {
      segments.push_back(first);
    }
  }
  if (error) return FileError("list", folder, error.value());
  std::sort(segments.begin(), segments.end());
  return segments;
}

LogRecord LostRecord(uint64_t position) {
  LogRecord record;
  record.type = LogRecord::Type::kDropped;
  record.position = position;
  record.body = kDropLost;
  return record;
}

}  // namespace

TrajectoryLog::TrajectoryLog(TrajectoryLogOptions options)
    : options_(std::move(options)) {}

absl::StatusOr<std::unique_ptr<TrajectoryLog>> TrajectoryLog::Open(
    const TrajectoryLogOptions& options) {
  std::error_code error;
  fs::create_directories(options.folder, error);
  if (error) return FileError("create", options.folder, error.value());
  std::unique_ptr<TrajectoryLog> log(new TrajectoryLog(options));
  if (absl::Status status = log->Recover(); !status.ok()) return status;
  return log;
}

absl::Status TrajectoryLog::Recover() {
  absl::StatusOr<std::vector<uint64_t>> segments = ListSegments(options_.folder);
  if (!segments.ok()) return segments.status();
  absl::MutexLock lock(&mutex_);
  segments_ = *std::move(segments);
  if (!segments_.empty()) {
    if (absl::Status status = RecoverNewest(); !status.ok()) return status;
  }
  const uint64_t used = options_.used_positions;
  if (last_position_ >= used && !segments_.empty()) return absl::OkStatus();
  if (last_position_ < used) {
    spdlog::warn(
        "{}: the log ends at position {}, but a checkpoint was trained up to {}: part "
        "of it was lost; going on at {}",
        options_.folder, last_position_, used, used + 1);
  }
  last_position_ = used;
  return StartSegment(used + 1);
}

absl::Status TrajectoryLog::RecoverNewest() {
  const std::string path = PathOf(segments_.back());
  absl::StatusOr<SegmentContents> contents = ReadSegment(path);
  if (!contents.ok()) return contents.status();
  if (!contents->defect.empty()) {
    spdlog::warn("{}: cutting off the last {} of {} bytes: {}", path,
                 contents->file_bytes - contents->valid_bytes, contents->file_bytes,
                 contents->defect);
  }
  if (contents->skipped_bytes > 0) {
    spdlog::error("{}: {} bytes before the last record are corrupt", path,
                  contents->skipped_bytes);
  }
  last_position_ = segments_.back() - 1;
  for (const LogRecord& record : contents->records) {
    Remember(record);
    last_position_ = std::max(last_position_, record.position);
  }
  absl::StatusOr<std::shared_ptr<LogSegment>> newest =
      LogSegment::Open(path, contents->valid_bytes);
  if (!newest.ok()) return newest.status();
  newest_ = *std::move(newest);
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> TrajectoryLog::Append(LogRecord record) {
  absl::MutexLock lock(&mutex_);
  record.position = last_position_ + 1;
  if (newest_->bytes() >= options_.segment_bytes &&
      segments_.back() < record.position) {
    // The old segment must be durable before a newer one can make it look complete.
    if (absl::Status status = newest_->Sync(); !status.ok()) return status;
    absl::Status status = StartSegment(record.position);
    if (!status.ok()) return status;
  }
  absl::Status status = newest_->Append(EncodeLogRecord(record));
  if (!status.ok()) return status;
  unsynced_ = true;
  last_position_ = record.position;
  Remember(record);
  return record.position;
}

absl::Status TrajectoryLog::StartSegment(uint64_t first_position) {
  std::vector<LogRecord> header;
  for (const auto& [run, mark] : high_water_) {
    LogRecord record;
    record.type = LogRecord::Type::kHighWater;
    record.sequence = mark.sequence;
    record.actor_id = run.first;
    record.actor_run_id = run.second;
    header.push_back(std::move(record));
  }
  const std::string path = PathOf(first_position);
  absl::Status status = LogSegment::Create(path, header);
  if (!status.ok()) return status;
  std::error_code error;
  const uint64_t bytes = fs::file_size(path, error);
  if (error) return FileError("stat", path, error.value());
  absl::StatusOr<std::shared_ptr<LogSegment>> segment = LogSegment::Open(path, bytes);
  if (!segment.ok()) return segment.status();
  newest_ = *std::move(segment);
  segments_.push_back(first_position);
  return absl::OkStatus();
}

void TrajectoryLog::Remember(const LogRecord& record) {
  HighWaterMark& mark = high_water_[{record.actor_id, record.actor_run_id}];
  mark.sequence = std::max(mark.sequence, record.sequence);
  mark.position = std::max(mark.position, record.position);
  if (high_water_.size() <= static_cast<size_t>(options_.max_runs)) return;
  high_water_.erase(std::min_element(high_water_.begin(), high_water_.end(),
                                     [](const auto& a, const auto& b) {
                                       return a.second.position < b.second.position;
                                     }));
}

absl::StatusOr<std::vector<LogRecord>> TrajectoryLog::ReadAfter(
    uint64_t position) const {
  absl::MutexLock lock(&mutex_);
  std::vector<LogRecord> records;
  if (position >= last_position_) return records;
  if (position + 1 < segments_.front()) {
    return absl::DataLossError(
        absl::StrCat(options_.folder, ": position ", position + 1,
                     " is missing; the log begins at ", segments_.front()));
  }
  const auto next = [&] { return position + 1 + records.size(); };
  const auto report_lost_before = [&](uint64_t found) {
    if (next() >= found) return;
    spdlog::error("{}: positions {} to {} are missing or corrupt, counted as dropped",
                  options_.folder, next(), found - 1);
    while (next() < found) records.push_back(LostRecord(next()));
  };
  for (size_t i = 0; i < segments_.size(); ++i) {
    if (i + 1 < segments_.size() && segments_[i + 1] <= next()) continue;
    absl::StatusOr<SegmentContents> contents = ReadSegment(PathOf(segments_[i]));
    if (!contents.ok()) return contents.status();
    for (LogRecord& record : contents->records) {
      if (record.position < next()) continue;
      report_lost_before(record.position);
      records.push_back(std::move(record));
    }
  }
  report_lost_before(last_position_ + 1);
  return records;
}

uint64_t TrajectoryLog::HighWater(const std::string& actor_id,
                                  const std::string& actor_run_id) const {
  absl::MutexLock lock(&mutex_);
  const auto it = high_water_.find({actor_id, actor_run_id});
  return it == high_water_.end() ? 0 : it->second.sequence;
}

absl::Status TrajectoryLog::Sync() {
  // Nothing is safe before a sync under way has ended, whoever began it.
  absl::MutexLock syncing(&sync_mutex_);
  std::shared_ptr<LogSegment> segment;
  {
    absl::MutexLock lock(&mutex_);
    if (!unsynced_) return absl::OkStatus();
    unsynced_ = false;
    segment = newest_;
  }
  absl::Status status = segment->Sync();
  if (!status.ok()) {
    absl::MutexLock lock(&mutex_);
    unsynced_ = true;
  }
  return status;
}

absl::Status TrajectoryLog::Trim(uint64_t position) {
  absl::MutexLock lock(&mutex_);
  while (segments_.size() > 1 && segments_[1] <= position + 1) {
    const std::string path = PathOf(segments_.front());
    std::error_code error;
    fs::remove(path, error);
    if (error) return FileError("remove", path, error.value());
    segments_.erase(segments_.begin());
  }
  return absl::OkStatus();
}

uint64_t TrajectoryLog::last_position() const {
  absl::MutexLock lock(&mutex_);
  return last_position_;
}

std::string TrajectoryLog::PathOf(uint64_t first_position) const {
  return absl::StrFormat("%s/trajectories-%020d.log", options_.folder, first_position);
}

}  // namespace weft
