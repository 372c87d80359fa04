// The networks that the learner's benchmarks compare: those of configs/encoders.
#ifndef WEFT_BENCHMARKS_LEARNER_ENCODER_SIZES_H_
#define WEFT_BENCHMARKS_LEARNER_ENCODER_SIZES_H_

#include <string>
#include <vector>

#include "common/config/options.h"

namespace weft {

struct EncoderSize {
  std::string size;  // research or paper.
  PolicyOptions policy;
};

// Every encoder at the research size (width 128, two layers), then at the paper's.
std::vector<EncoderSize> EncoderSizes();

}  // namespace weft

#endif  // WEFT_BENCHMARKS_LEARNER_ENCODER_SIZES_H_
