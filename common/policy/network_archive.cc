#include "common/policy/network_archive.h"

#include <torch/ordered_dict.h>
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

using NamedTensors = torch::OrderedDict<std::string, torch::Tensor>;

// Tensors that keep their shapes when those of the network take others.
NamedTensors ShapesOf(const NamedTensors& tensors) {
  NamedTensors shapes;
  for (const auto& item : tensors) shapes.insert(item.key(), item.value().detach());
  return shapes;
}

absl::Status CheckTensors(const NamedTensors& expected, const NamedTensors& loaded) {
  for (const auto& item : expected) {
    const absl::Status ok = CheckTensor(item.key(), item.value(), loaded[item.key()]);
    if (!ok.ok()) return ok;
  }
  return absl::OkStatus();
}

}  // namespace

std::string SerializeNetwork(const PolicyNetwork& network) {
  torch::serialize::OutputArchive archive;
  archive.write(kSignatureKey, c10::IValue(Signature(network.options())));
  if (network.parameters().front().is_cpu()) {
    network.save(archive);
  } else {
    // The options of an existing network are valid.
    const std::shared_ptr<PolicyNetwork> on_cpu =
        *PolicyNetwork::CreateToLoad(network.options());
    on_cpu->CopyFrom(network);
    on_cpu->save(archive);
  }
  std::ostringstream out;
  archive.save_to(out);
  return std::move(out).str();
}

absl::StatusOr<std::shared_ptr<PolicyNetwork>> LoadNetwork(
    const std::string& bytes, const PolicyOptions& options) {
  absl::StatusOr<std::shared_ptr<PolicyNetwork>> created =
      PolicyNetwork::CreateToLoad(options);
  if (!created.ok()) return created;
  PolicyNetwork& network = **created;
  const NamedTensors parameters = ShapesOf(network.named_parameters());
  const NamedTensors buffers = ShapesOf(network.named_buffers());
  try {
    torch::serialize::InputArchive archive;
    archive.load_from(bytes.data(), bytes.size(), torch::Device(torch::kCPU));
    c10::IValue signature;
    archive.read(kSignatureKey, signature);
    const std::string expected = Signature(options);
    if (!signature.isString() || signature.toStringRef() != expected) {
      return absl::DataLossError(absl::StrCat(
          "weights of another network: expected ", expected, ", got ",
          signature.isString() ? signature.toStringRef() : "no signature"));
    }
    // Takes the archive's tensors as they are, whatever their shape.
    network.load(archive);
  } catch (const std::exception& error) {
    return absl::DataLossError(
        absl::StrCat("weights: not a LibTorch archive: ", FirstLine(error)));
  }
  absl::Status valid = CheckTensors(parameters, network.named_parameters());
  if (valid.ok()) valid = CheckTensors(buffers, network.named_buffers());
  if (!valid.ok()) return valid;
  return created;
}

absl::Status DeserializeNetwork(const std::string& bytes, PolicyNetwork* network) {
  const absl::StatusOr<std::shared_ptr<PolicyNetwork>> loaded =
      LoadNetwork(bytes, network->options());
  if (!loaded.ok()) return loaded.status();
  network->CopyFrom(**loaded);
  return absl::OkStatus();
}

}  // namespace weft
