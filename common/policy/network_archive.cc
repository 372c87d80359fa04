#include "common/policy/network_archive.h"

#include <torch/serialize/input-archive.h>
#include <torch/serialize/output-archive.h>

#include <exception>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/schedule/feature_list.h"
#include "common/schedule/observation.h"

namespace weft {
namespace {

constexpr char kSignatureKey[] = "weft_network";

std::string Signature(const PolicyOptions& options) {
  // Archives from before there was a choice of critic have no word for it.
  const std::string critic =
      options.critic == "shared" ? "" : absl::StrCat(" critic=", options.critic);
  return absl::StrCat("encoder=", options.encoder, " width=", options.width,
                      " layers=", options.layers, critic,
                      " features=", FeatureListVersion(), " token_width=", kTokenWidth,
                      " sizes=", kNumSizes);
}

// LibTorch's messages carry a backtrace; the first line says it all.
std::string FirstLine(const std::exception& error) {
  const std::vector<std::string> lines = absl::StrSplit(error.what(), '\n');
  return lines.front();
}

absl::Status CheckTensor(const std::string& name, const torch::Tensor& expected,
                         const torch::Tensor& got) {
  if (got.sizes() != expected.sizes() || got.scalar_type() != expected.scalar_type()) {
    std::ostringstream text;
    text << "weights: " << name << ": expected " << expected.scalar_type()
         << expected.sizes() << ", got " << got.scalar_type() << got.sizes();
    return absl::DataLossError(text.str());
  }
  if (!got.isfinite().all().item<bool>()) {
    return absl::DataLossError(absl::StrCat("weights: ", name, " is not finite"));
  }
  return absl::OkStatus();
}

// `loaded` has taken its tensors from the archive as they were, whatever their shape.
absl::Status CheckTensors(const PolicyNetwork& expected, const PolicyNetwork& loaded) {
  const auto parameters = loaded.named_parameters();
  for (const auto& item : expected.named_parameters()) {
    const absl::Status ok =
        CheckTensor(item.key(), item.value(), parameters[item.key()]);
    if (!ok.ok()) return ok;
  }
  const auto buffers = loaded.named_buffers();
  for (const auto& item : expected.named_buffers()) {
    const absl::Status ok = CheckTensor(item.key(), item.value(), buffers[item.key()]);
    if (!ok.ok()) return ok;
  }
  return absl::OkStatus();
}

}  // namespace

std::string SerializeNetwork(const PolicyNetwork& network) {
  // The options of an existing network are valid.
  const std::shared_ptr<PolicyNetwork> on_cpu =
      *PolicyNetwork::CreateToLoad(network.options());
  on_cpu->CopyFrom(network);
  torch::serialize::OutputArchive archive;
  archive.write(kSignatureKey, c10::IValue(Signature(network.options())));
  on_cpu->save(archive);
  std::ostringstream out;
  archive.save_to(out);
  return std::move(out).str();
}

absl::Status DeserializeNetwork(const std::string& bytes, PolicyNetwork* network) {
  absl::StatusOr<std::shared_ptr<PolicyNetwork>> loaded =
      PolicyNetwork::CreateToLoad(network->options());
  if (!loaded.ok()) return loaded.status();
  try {
    torch::serialize::InputArchive archive;
    archive.load_from(bytes.data(), bytes.size(), torch::Device(torch::kCPU));
    c10::IValue signature;
    archive.read(kSignatureKey, signature);
    const std::string expected = Signature(network->options());
    if (!signature.isString() || signature.toStringRef() != expected) {
      return absl::DataLossError(absl::StrCat(
          "weights of another network: expected ", expected, ", got ",
          signature.isString() ? signature.toStringRef() : "no signature"));
    }
    (*loaded)->load(archive);
  } catch (const std::exception& error) {
    return absl::DataLossError(
        absl::StrCat("weights: not a LibTorch archive: ", FirstLine(error)));
  }
  const absl::Status valid = CheckTensors(*network, **loaded);
  if (!valid.ok()) return valid;
  network->CopyFrom(**loaded);
  return absl::OkStatus();
}

}  // namespace weft
