#include "common/policy/encoders/encoder.h"

#include <algorithm>
#include <map>

namespace weft {
namespace {

using EncoderFactory = std::shared_ptr<Encoder> (*)(const PolicyOptions&);

// Listed here and not by static initializers, which a linker drops from a static
// library.
const std::map<std::string, EncoderFactory>& Registry() {
  static const auto* const registry = new std::map<std::string, EncoderFactory>{
      {"bert", MakeBertEncoder},       {"convnext", MakeConvNextEncoder},
      {"distilbert", MakeBertEncoder}, {"gpt2", MakeGpt2Encoder},
      {"llama", MakeLlamaEncoder},     {"lstm", MakeLstmEncoder},
  };
  return *registry;
}

}  // namespace

std::shared_ptr<Encoder> MakeEncoder(const PolicyOptions& options) {
  const auto it = Registry().find(options.encoder);
  return it == Registry().end() ? nullptr : it->second(options);
}

int64_t AttentionHeads(const PolicyOptions& options) {
  if (options.encoder == "lstm" || options.encoder == "convnext") return 0;
  return std::max(4, options.width / 64);
}

bool ComputesPadding(const PolicyOptions& options) { return options.encoder != "lstm"; }

std::vector<std::string> EncoderNames() {
  std::vector<std::string> names;
  for (const auto& [name, factory] : Registry()) names.push_back(name);
  return names;
}

}  // namespace weft
