// What is known of every encoder without making one; no LibTorch is needed.
#ifndef WEFT_COMMON_POLICY_ENCODERS_ENCODER_LIST_H_
#define WEFT_COMMON_POLICY_ENCODERS_ENCODER_LIST_H_

#include <string>
#include <vector>

namespace weft {

struct EncoderEntry {
  const char* name;
  bool attends;           // Has heads of attention.
  bool computes_padding;  // The time of Encode grows with padding.
  int paper_width;
  int paper_layers;
};

inline constexpr EncoderEntry kEncoders[] = {
#define WEFT_ENCODER(name, factory, ...) {name, __VA_ARGS__},
#include "common/policy/encoders/encoders.def"
#undef WEFT_ENCODER
};

// Null for an unknown name.
inline const EncoderEntry* FindEncoder(const std::string& name) {
  for (const EncoderEntry& entry : kEncoders) {
    if (name == entry.name) return &entry;
  }
  return nullptr;
}

inline std::vector<std::string> EncoderNames() {
  std::vector<std::string> names;
  for (const EncoderEntry& entry : kEncoders) names.push_back(entry.name);
  return names;
}

}  // namespace weft

#endif  // WEFT_COMMON_POLICY_ENCODERS_ENCODER_LIST_H_
