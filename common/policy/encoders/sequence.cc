#include "common/policy/encoders/sequence.h"

#include <torch/torch.h>

#include <algorithm>

namespace weft {
namespace {

torch::Tensor Empty(torch::IntArrayRef shape, torch::ScalarType type, bool pinned) {
  return torch::empty(shape, torch::TensorOptions(type).pinned_memory(pinned));
}

void AddPadding(int64_t tokens, bool pinned, SequenceLayout* layout) {
  const int64_t batch = layout->lengths.size(0);
  const int64_t* const lengths = layout->lengths.data_ptr<int64_t>();
  if (*std::min_element(lengths, lengths + batch) == tokens) return;
  layout->padding = Empty({batch, tokens}, torch::kBool, pinned);
  layout->backwards = Empty({batch, tokens}, torch::kInt64, pinned);
  bool* padding = layout->padding.data_ptr<bool>();
  int64_t* backwards = layout->backwards.data_ptr<int64_t>();
  for (int64_t i = 0; i < batch; ++i) {
    for (int64_t t = 0; t < tokens; ++t) {
      const bool beyond = t >= lengths[i];
      *padding++ = beyond;
      *backwards++ = beyond ? t : lengths[i] - 1 - t;
    }
  }
}

void AddOrder(bool pinned, SequenceLayout* layout) {
  const int64_t batch = layout->lengths.size(0);
  if (batch == 1) return;
  const auto [falling, order] =
      torch::sort(layout->lengths, /*dim=*/-1, /*descending=*/true);
  layout->falling = falling;
  layout->order = pinned ? order.pin_memory() : order;
  layout->places = Empty({batch}, torch::kInt64, pinned);
  const int64_t* const from = layout->order.data_ptr<int64_t>();
  int64_t* const places = layout->places.data_ptr<int64_t>();
  for (int64_t i = 0; i < batch; ++i) places[from[i]] = i;
}

}  // namespace

SequenceLayout LayOut(const torch::Tensor& lengths, int64_t tokens, bool pinned) {
  SequenceLayout layout;
  layout.lengths = lengths.contiguous();
  layout.counts = Empty(lengths.sizes(), torch::kFloat32, pinned);
  const int64_t* const begin = layout.lengths.data_ptr<int64_t>();
  std::transform(begin, begin + lengths.numel(), layout.counts.data_ptr<float>(),
                 [](int64_t length) { return static_cast<float>(length); });
  AddPadding(tokens, pinned, &layout);
  AddOrder(pinned, &layout);
  return layout;
}

torch::Tensor ClearPadding(const torch::Tensor& vectors, const SequenceLayout& layout) {
  if (!layout.padding.defined()) return vectors;
  return vectors.masked_fill(layout.padding.unsqueeze(2), 0.0);
}

torch::Tensor ReverseSequences(const torch::Tensor& vectors,
                               const SequenceLayout& layout) {
  if (!layout.backwards.defined()) return vectors.flip(1);
  return vectors.gather(1, layout.backwards.unsqueeze(2).expand(vectors.sizes()));
}

}  // namespace weft
