#include "common/policy/encoders/encoder.h"

#include <algorithm>

namespace weft {

// Listed and not registered by static initializers, which a linker drops from a static
// library.
#define WEFT_ENCODER(name, factory, ...) \
  std::shared_ptr<Encoder> factory(const PolicyOptions& options);
#include "common/policy/encoders/encoders.def"
#undef WEFT_ENCODER

std::shared_ptr<Encoder> MakeEncoder(const PolicyOptions& options) {
#define WEFT_ENCODER(name, factory, ...) \
  if (options.encoder == name) return factory(options);
#include "common/policy/encoders/encoders.def"
#undef WEFT_ENCODER
  return nullptr;
}

int64_t AttentionHeads(const PolicyOptions& options) {
  const EncoderEntry* encoder = FindEncoder(options.encoder);
  if (encoder == nullptr || !encoder->attends) return 0;
  return std::max(4, options.width / 64);
}

bool ComputesPadding(const PolicyOptions& options) {
  const EncoderEntry* encoder = FindEncoder(options.encoder);
  return encoder == nullptr || encoder->computes_padding;
}

}  // namespace weft
