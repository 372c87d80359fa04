#include "actor/search/journal.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"

namespace weft {
namespace {

using nlohmann::json;

constexpr int kFormat = 2;

// FNV-1a: stable between runs and machines, which std::hash need not be.
std::string HashOf(const std::string& text) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (unsigned char byte : text) hash = (hash ^ byte) * 0x100000001b3u;
  return absl::StrCat(absl::Hex(hash, absl::kZeroPad16));
}

json Header(const JournalSubject& subject) {
  return {{"weft_search_journal", kFormat},   {"program", subject.program},
          {"source", HashOf(subject.source)}, {"cpu", subject.cpu},
          {"threads", subject.threads},       {"versions", subject.versions}};
}

json ToJson(const Schedule& schedule, const EpisodeResult& result) {
  const Measurement& measurement = result.measurement;
  return {{"schedule", ToString(schedule)},
          {"outcome", OutcomeName(measurement.outcome)},
          {"message", measurement.message},
          {"seconds", measurement.seconds},
          {"samples", measurement.samples},
          {"compile_seconds", measurement.compile_seconds},
          {"max_relative_error", measurement.max_relative_error},
          {"roofline_seconds", result.roofline_seconds},
          {"unscheduled_seconds", result.unscheduled_seconds},
          {"reward", result.reward},
          {"module", result.schedule_module}};
}

// False when a field is missing or of another type, or the outcome is unknown.
bool FromJson(const json& line, std::string* schedule, EpisodeResult* result) {
  if (!line.is_object()) return false;
  try {
    line.at("schedule").get_to(*schedule);
    Measurement& measurement = result->measurement;
    line.at("message").get_to(measurement.message);
    line.at("seconds").get_to(measurement.seconds);
    line.at("samples").get_to(measurement.samples);
    line.at("compile_seconds").get_to(measurement.compile_seconds);
    line.at("max_relative_error").get_to(measurement.max_relative_error);
    line.at("roofline_seconds").get_to(result->roofline_seconds);
    line.at("unscheduled_seconds").get_to(result->unscheduled_seconds);
    line.at("reward").get_to(result->reward);
    line.at("module").get_to(result->schedule_module);
    const auto outcome = line.at("outcome").get<std::string>();
    for (int i = 0; i < kNumOutcomes; ++i) {
      measurement.outcome = static_cast<Outcome>(i);
      if (outcome == OutcomeName(measurement.outcome)) return true;
    }
  } catch (const json::exception&) {
  }
  return false;
}

absl::StatusOr<std::string> ReadAll(int file, const std::string& path) {
  std::string text;
  char buffer[1 << 16];
  while (true) {
    const ssize_t bytes = read(file, buffer, sizeof(buffer));
    if (bytes == 0) return text;
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes < 0) return absl::ErrnoToStatus(errno, absl::StrCat("reading ", path));
    text.append(buffer, static_cast<size_t>(bytes));
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<Journal>> Journal::Open(const std::string& path,
                                                       const JournalSubject& subject) {
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (file < 0) return absl::ErrnoToStatus(errno, absl::StrCat("opening ", path));
  std::unique_ptr<Journal> journal(new Journal(file, path));
  if (flock(file, LOCK_EX | LOCK_NB) != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("journal ", path, " is in use by another search"));
  }
  if (absl::Status status = journal->Load(subject); !status.ok()) return status;
  return journal;
}

Journal::~Journal() { close(file_); }

absl::Status Journal::Load(const JournalSubject& subject) {
  absl::StatusOr<std::string> text = ReadAll(file_, path_);
  if (!text.ok()) return text.status();
  // What follows the last newline was being written when its writer died.
  const size_t last = text->rfind('\n');
  const size_t whole = last == std::string::npos ? 0 : last + 1;
  if (whole < text->size() && ftruncate(file_, static_cast<off_t>(whole)) != 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("cutting a torn line of ", path_));
  }
  const json header = Header(subject);
  if (whole == 0) return WriteLine(header.dump());
  int number = 0;
  for (size_t begin = 0; begin < whole; ++number) {
    const size_t end = text->find('\n', begin);
    const json line = json::parse(text->begin() + static_cast<long>(begin),
                                  text->begin() + static_cast<long>(end), nullptr,
                                  /*allow_exceptions=*/false);
    begin = end + 1;
    if (number == 0) {
      if (line == header) continue;
      return absl::FailedPreconditionError(
          absl::StrCat("journal ", path_, " is of another search: expected ",
                       header.dump(), ", found ", line.is_object() ? line.dump() : ""));
    }
    std::string schedule;
    EpisodeResult result;
    if (!FromJson(line, &schedule, &result)) {
      return absl::DataLossError(
          absl::StrCat(path_, ":", number + 1, ": not a measurement"));
    }
    results_[schedule] = std::move(result);
  }
  return absl::OkStatus();
}

const EpisodeResult* Journal::Find(const Schedule& schedule) const {
  const auto found = results_.find(ToString(schedule));
  return found == results_.end() ? nullptr : &found->second;
}

absl::Status Journal::Append(const Schedule& schedule, const EpisodeResult& result) {
  // Compilers print what they like; bytes that are no UTF-8 are replaced.
  const std::string line =
      ToJson(schedule, result).dump(-1, ' ', false, json::error_handler_t::replace);
  if (absl::Status status = WriteLine(line); !status.ok()) return status;
  results_[ToString(schedule)] = result;
  return absl::OkStatus();
}

absl::Status Journal::WriteLine(const std::string& line) {
  const std::string text = line + "\n";
  size_t written = 0;
  while (written < text.size()) {
    const ssize_t bytes = write(file_, text.data() + written, text.size() - written);
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes < 0) return absl::ErrnoToStatus(errno, absl::StrCat("writing ", path_));
    written += static_cast<size_t>(bytes);
  }
  return absl::OkStatus();
}

}  // namespace weft
