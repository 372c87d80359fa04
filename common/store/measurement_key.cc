#include "common/store/measurement_key.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace weft {
namespace {

constexpr size_t kHexDigits = 64;
constexpr size_t kMaxPartBytes = 512;
constexpr int kMaxThreads = 1024;

absl::Status CheckHash(const char* name, const std::string& value) {
  if (IsSha256Hex(value)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("key: ", name, " is '", absl::CEscape(value.substr(0, kHexDigits)),
                   "', expected ", kHexDigits, " hexadecimal digits"));
}

absl::Status CheckPart(const char* name, const std::string& value) {
  const bool printable =
      std::all_of(value.begin(), value.end(), [](unsigned char character) {
        return character < 0x80 && absl::ascii_isprint(character);
      });
  if (!value.empty() && value.size() <= kMaxPartBytes && printable) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat("key: ", name, " has ", value.size(),
                                                 " bytes, expected 1 to ",
                                                 kMaxPartBytes, " of printable ASCII"));
}

absl::Status CheckThreads(int threads) {
  if (threads >= 1 && threads <= kMaxThreads) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("key: ", threads, " threads, expected 1 to ", kMaxThreads));
}

}  // namespace

std::string Sha256Hex(absl::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned int size = 0;
  // Fails only when the library has no SHA-256 or no memory for 100 bytes of state.
  const int done = EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size,
                              EVP_sha256(), nullptr);
  if (done != 1) abort();
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(digest.data()), size));
}

bool IsSha256Hex(absl::string_view text) {
  return text.size() == kHexDigits &&
         std::all_of(text.begin(), text.end(), [](unsigned char character) {
           return absl::ascii_isdigit(character) ||
                  (character >= 'a' && character <= 'f');
         });
}

std::string MeasurementKey::Hash() const {
  std::string text;
  const auto add = [&text](absl::string_view part) {
    absl::StrAppend(&text, part.size(), ":", part, ";");
  };
  add(ir);
  add(task);
  add(pipeline);
  add(compiler);
  add(cpu);
  add(absl::StrCat(threads));
  add(protocol);
  return Sha256Hex(text);
}

absl::Status MeasurementKey::Validate() const {
  absl::Status status = CheckHash("ir", ir);
  status.Update(CheckHash("task", task));
  status.Update(CheckPart("pipeline", pipeline));
  status.Update(CheckPart("compiler", compiler));
  status.Update(CheckPart("cpu", cpu));
  status.Update(CheckThreads(threads));
  status.Update(CheckPart("protocol", protocol));
  return status;
}

absl::Status Validate(const TaskKey& task) {
  absl::Status status = CheckHash("task", task.task);
  status.Update(CheckPart("cpu", task.cpu));
  status.Update(CheckThreads(task.threads));
  for (const auto& [name, version] : {std::make_pair("pipeline", &task.pipeline),
                                      std::make_pair("compiler", &task.compiler),
                                      std::make_pair("protocol", &task.protocol)}) {
    if (!version->empty()) status.Update(CheckPart(name, *version));
  }
  return status;
}

}  // namespace weft
