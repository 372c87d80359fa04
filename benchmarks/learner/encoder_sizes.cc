#include "benchmarks/learner/encoder_sizes.h"

#include "common/policy/encoders/encoder_list.h"

namespace weft {

std::vector<EncoderSize> EncoderSizes() {
  std::vector<EncoderSize> sizes;
  for (const EncoderEntry& encoder : kEncoders) {
    sizes.push_back({"research", {encoder.name, 128, 2}});
  }
  for (const EncoderEntry& encoder : kEncoders) {
    sizes.push_back(
        {"paper", {encoder.name, encoder.paper_width, encoder.paper_layers}});
  }
  return sizes;
}

}  // namespace weft
