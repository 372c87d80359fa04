#include "actor/worker/fingerprint/fingerprint.h"

#include <algorithm>
#include <fstream>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "actor/worker/fingerprint/source_version.h"
#include "actor/worker/lowering/host_cpu.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/SHA256.h"
#include "llvm/TargetParser/Host.h"

namespace weft {
namespace {

// Enough to tell sets of features apart, and short enough to be read.
constexpr size_t kFeatureDigits = 8;
constexpr size_t kMaxModelBytes = 100;

std::string Sha256(llvm::StringRef bytes) {
  llvm::SHA256 hash;
  hash.update(bytes);
  return llvm::toHex(hash.final(), /*LowerCase=*/true);
}

// Empty where there is no such file or line. Printable ASCII only.
std::string CpuModel() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("model name", 0) != 0) continue;
    std::string model = line.substr(std::min(line.find(':') + 1, line.size()));
    std::replace_if(
        model.begin(), model.end(),
        [](unsigned char character) {
          return character >= 0x80 || !absl::ascii_isprint(character);
        },
        '?');
    return std::string(absl::StripAsciiWhitespace(model)).substr(0, kMaxModelBytes);
  }
  return "";
}

// "+avx2,+fma,...", sorted: the order of the map is no property of the machine.
std::string Features() {
  const llvm::StringMap<bool> features = llvm::sys::getHostCPUFeatures();
  std::vector<std::string> enabled;
  for (const auto& feature : features) {
    if (feature.getValue()) enabled.push_back(feature.getKey().str());
  }
  std::sort(enabled.begin(), enabled.end());
  std::string text;
  for (const std::string& feature : enabled) absl::StrAppend(&text, "+", feature, ",");
  return text;
}

}  // namespace

std::string CpuFingerprint(const MachineModel& machine) {
  return absl::StrCat(CpuModel(), "; ", HostCpuName(), "; features ",
                      Sha256(Features()).substr(0, kFeatureDigits), "; caches ",
                      machine.l1_bytes >> 10, "K ", machine.l2_bytes >> 10, "K ",
                      machine.l3_bytes >> 10, "K");
}

Fingerprint MakeFingerprint(absl::string_view ir_text, const MachineModel& machine) {
  Fingerprint fingerprint;
  fingerprint.ir = Sha256(llvm::StringRef(ir_text.data(), ir_text.size()));
  fingerprint.pipeline = kPipelineVersion;
  fingerprint.compiler = "LLVM " LLVM_VERSION_STRING;
  fingerprint.cpu = CpuFingerprint(machine);
  fingerprint.protocol = kProtocolVersion;
  return fingerprint;
}

}  // namespace weft
