#include "actor/environment/suite.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace weft {
namespace {

// The bound of LoadProgramRequest.source.
constexpr uintmax_t kMaxProgramBytes = 8 << 20;

void SortByName(std::vector<SuiteProgram>* programs) {
  std::sort(
      programs->begin(), programs->end(),
      [](const SuiteProgram& a, const SuiteProgram& b) { return a.name < b.name; });
}

}  // namespace

absl::StatusOr<SuiteProgram> ReadProgram(const std::string& file) {
  const std::filesystem::path path(file);
  std::error_code error;
  const uintmax_t bytes = std::filesystem::file_size(path, error);
  if (error) {
    return absl::NotFoundError(
        absl::StrCat("cannot read program ", path.string(), ": ", error.message()));
  }
  if (bytes > kMaxProgramBytes) {
    return absl::InvalidArgumentError(absl::StrCat("program ", path.string(), " has ",
                                                   bytes, " bytes; at most ",
                                                   kMaxProgramBytes, " are allowed"));
  }
  std::ifstream in(path, std::ios::binary);
  SuiteProgram program{path.stem().string(), path.string(), ""};
  program.source.assign(std::istreambuf_iterator<char>(in),
                        std::istreambuf_iterator<char>());
  if (in.bad() || program.source.size() != bytes) {
    return absl::NotFoundError(absl::StrCat("cannot read program ", path.string()));
  }
  return program;
}

const SuiteProgram* Suite::Find(const std::string& name) const {
  const auto found =
      std::lower_bound(programs.begin(), programs.end(), name,
                       [](const SuiteProgram& program, const std::string& key) {
                         return program.name < key;
                       });
  return found != programs.end() && found->name == name ? &*found : nullptr;
}

std::vector<std::string> Suite::names() const {
  std::vector<std::string> all;
  for (const SuiteProgram& program : programs) all.push_back(program.name);
  return all;
}

absl::Status Suite::Add(Suite other) {
  for (const SuiteProgram& program : other.programs) {
    const SuiteProgram* const here = Find(program.name);
    if (here == nullptr) continue;
    return absl::InvalidArgumentError(absl::StrCat("two programs are called ",
                                                   program.name, ": ", here->path,
                                                   " and ", program.path));
  }
  for (SuiteProgram& program : other.programs) programs.push_back(std::move(program));
  SortByName(&programs);
  return absl::OkStatus();
}

absl::StatusOr<Suite> LoadSuite(const std::string& folder) {
  std::error_code error;
  std::filesystem::directory_iterator entries(folder, error);
  if (error) {
    return absl::NotFoundError(
        absl::StrCat("cannot read suite folder '", folder, "': ", error.message()));
  }
  Suite suite;
  for (const auto& entry : entries) {
    if (entry.path().extension() != ".mlir" || !entry.is_regular_file(error)) continue;
    absl::StatusOr<SuiteProgram> program = ReadProgram(entry.path().string());
    if (!program.ok()) return program.status();
    suite.programs.push_back(*std::move(program));
  }
  if (suite.programs.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("suite folder '", folder, "' has no .mlir file"));
  }
  SortByName(&suite.programs);
  return suite;
}

}  // namespace weft
