#include "benchmarks/learner/encoder_sizes.h"

namespace weft {

std::vector<EncoderSize> EncoderSizes() {
  std::vector<EncoderSize> sizes;
  for (const char* encoder :
       {"lstm", "distilbert", "bert", "gpt2", "convnext", "llama"}) {
    sizes.push_back({"research", {encoder, 128, 2}});
  }
  sizes.push_back({"paper", {"lstm", 512, 2}});
  sizes.push_back({"paper", {"distilbert", 768, 6}});
  sizes.push_back({"paper", {"bert", 768, 12}});
  sizes.push_back({"paper", {"gpt2", 768, 12}});
  sizes.push_back({"paper", {"convnext", 384, 18}});
  sizes.push_back({"paper", {"llama", 768, 12}});
  return sizes;
}

}  // namespace weft
