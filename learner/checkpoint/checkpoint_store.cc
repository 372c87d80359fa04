#include "learner/checkpoint/checkpoint_store.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "common/files/atomic_file.h"
#include "spdlog/spdlog.h"

namespace weft {
namespace {

namespace fs = std::filesystem;

std::optional<uint64_t> IterationOf(const fs::path& path) {
  const std::string file = path.filename().string();
  absl::string_view name = file;
  uint64_t iteration = 0;
  if (!absl::ConsumePrefix(&name, "checkpoint-") ||
      !absl::ConsumeSuffix(&name, ".weft") || !absl::SimpleAtoi(name, &iteration)) {
    return std::nullopt;
  }
  return iteration;
}

absl::StatusOr<CheckpointSections> Load(const std::string& path) {
  absl::StatusOr<std::string> bytes = ReadFile(path);
  if (!bytes.ok()) return bytes.status();
  return DecodeCheckpoint(*bytes);
}

}  // namespace

CheckpointStore::CheckpointStore(std::string folder, int keep)
    : folder_(std::move(folder)), keep_(std::max(keep, 1)) {}

absl::StatusOr<CheckpointStore> CheckpointStore::Open(const std::string& folder,
                                                      int keep) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return FileError("create", folder, error.value());
  return CheckpointStore(folder, keep);
}

std::string CheckpointStore::PathOf(uint64_t iteration) const {
  return absl::StrFormat("%s/checkpoint-%08d.weft", folder_, iteration);
}

absl::StatusOr<std::string> CheckpointStore::Save(uint64_t iteration,
                                                  const CheckpointSections& sections) {
  const std::string path = PathOf(iteration);
  absl::Status status = WriteFileAtomically(path, EncodeCheckpoint(sections));
  if (!status.ok()) return status;
  RemoveOld(iteration);
  RemoveHalfWritten();
  return path;
}

std::vector<uint64_t> CheckpointStore::Iterations() const {
  std::vector<uint64_t> iterations;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_, error)) {
    const std::optional<uint64_t> iteration = IterationOf(entry.path());
    if (iteration) iterations.push_back(*iteration);
  }
  std::sort(iterations.begin(), iterations.end());
  return iterations;
}

absl::Status CheckpointStore::KeepAsBest(uint64_t iteration) const {
  const std::string path = PathOf(iteration), link = best() + ".tmp";
  std::error_code error;
  fs::remove(link, error);
  // Both names are of one file: it is never written again, only replaced.
  fs::create_hard_link(path, link, error);
  if (error) fs::copy_file(path, link, error);  // Not every file system has links.
  if (!error) fs::rename(link, best(), error);
  if (error) return FileError("keep as best.weft", path, error.value());
  return absl::OkStatus();
}

void CheckpointStore::ForgetBest() const {
  std::error_code error;
  if (!fs::exists(best(), error)) return;
  fs::rename(best(), folder_ + "/former-best.weft", error);
  if (error) spdlog::warn("cannot rename {}: {}", best(), error.message());
}

void CheckpointStore::RemoveOld(uint64_t newest) const {
  std::vector<uint64_t> iterations = Iterations();
  // A resume came from below those after it, so they were not valid and count for none.
  iterations.erase(std::upper_bound(iterations.begin(), iterations.end(), newest),
                   iterations.end());
  while (iterations.size() > static_cast<size_t>(keep_)) {
    std::error_code error;
    if (iterations.front() == held_) {
      iterations.erase(iterations.begin());
      continue;
    }
    fs::remove(PathOf(iterations.front()), error);
    if (error) {
      spdlog::warn("cannot remove the old checkpoint {}: {}",
                   PathOf(iterations.front()), error.message());
    }
    iterations.erase(iterations.begin());
  }
}

void CheckpointStore::RemoveHalfWritten() const {
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_, error)) {
    if (absl::EndsWith(entry.path().string(), ".weft.tmp")) {
      fs::remove(entry.path(), error);
    }
  }
}

absl::StatusOr<Checkpoint> CheckpointStore::LoadNewestValid() const {
  std::vector<uint64_t> iterations = Iterations();
  for (auto it = iterations.rbegin(); it != iterations.rend(); ++it) {
    Checkpoint checkpoint;
    checkpoint.iteration = *it;
    checkpoint.path = PathOf(*it);
    absl::StatusOr<CheckpointSections> sections = Load(checkpoint.path);
    if (sections.ok()) {
      checkpoint.sections = *std::move(sections);
      return checkpoint;
    }
    spdlog::warn("skipping checkpoint {}: {}", checkpoint.path,
                 sections.status().ToString());
  }
  if (iterations.empty()) {
    return absl::NotFoundError(absl::StrCat("no checkpoint in ", folder_));
  }
  return absl::DataLossError(
      absl::StrCat("none of the ", iterations.size(), " checkpoints in ", folder_,
                   " is valid; the newest is ", PathOf(iterations.back())));
}

}  // namespace weft
