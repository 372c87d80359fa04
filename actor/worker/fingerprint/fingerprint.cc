#include "actor/worker/fingerprint/fingerprint.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "actor/worker/fingerprint/source_version.h"
#include "actor/worker/lowering/host_cpu.h"
#include "actor/worker/measure/cpu_model.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/SHA256.h"
#include "llvm/TargetParser/Host.h"

namespace weft {
namespace {

// Enough to tell sets of features apart, and short enough to be read.
constexpr size_t kFeatureDigits = 8;

std::string Sha256(llvm::StringRef bytes) {
  llvm::SHA256 hash;
  hash.update(bytes);
  return llvm::toHex(hash.final(), /*LowerCase=*/true);
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
