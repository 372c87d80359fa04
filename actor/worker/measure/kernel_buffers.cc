#include "actor/worker/measure/kernel_buffers.h"

#include <sys/mman.h>

#include <cstdint>
#include <cstring>
#include <new>

#include "absl/strings/str_cat.h"

namespace weft {
namespace {

constexpr size_t kAlignment = 64;
// A row of the widest vectors that a wrong bound could write.
constexpr size_t kGuardBytes = 256;
constexpr unsigned char kGuardByte = 0xa5;
// Buffers start at different offsets within a page: a load of one and a store to
// another at equal offsets would wait for each other ("4K aliasing").
constexpr size_t kSkewBytes = 5 * kAlignment;
constexpr size_t kHugePageBytes = 2 << 20;

// The generator of Steele, Lea and Flood 2014 ("Fast splittable pseudorandom number
// generators"): a hash of a counter, so that any element is computed by itself.
uint64_t SplitMix(uint64_t x) {
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

template <typename Element>
Element InputElement(size_t argument, int64_t index) {
  const uint64_t bits = SplitMix(SplitMix(argument + 1) + static_cast<uint64_t>(index));
  // 24 bits are exact in both types, so an f64 program sees the numbers of an f32 one.
  const auto uniform = static_cast<Element>(bits >> 40) / Element{1 << 24};
  return 2 * uniform - 1;
}

template <typename Element>
Element OutputPattern(int64_t index) {
  return Element{-7} - static_cast<Element>(index % 61) / Element{16};
}

template <typename Element>
void Fill(const KernelArgument& argument, size_t position, void* data) {
  auto* elements = static_cast<Element*>(data);
  for (int64_t i = 0; i < argument.elements; ++i) {
    elements[i] = argument.output ? OutputPattern<Element>(i)
                                  : InputElement<Element>(position, i);
  }
}

// The first element that differs from what Fill wrote, or -1.
template <typename Element>
int64_t FirstChanged(const KernelArgument& argument, size_t position,
                     const void* data) {
  const auto* elements = static_cast<const Element*>(data);
  for (int64_t i = 0; i < argument.elements; ++i) {
    if (!(elements[i] == InputElement<Element>(position, i))) return i;
  }
  return -1;
}

// Large blocks lie in huge pages: fewer faults while they are filled, and times that do
// not depend on which small pages the system happens to hand out.
unsigned char* AllocateBlock(size_t bytes) {
  const size_t alignment = bytes >= kHugePageBytes ? kHugePageBytes : kAlignment;
  const size_t total = (bytes + alignment - 1) / alignment * alignment;
  void* block = std::aligned_alloc(alignment, total);
  if (block == nullptr) {
    if (std::new_handler handler = std::get_new_handler()) handler();
    std::abort();
  }
  // Advice: where there are no huge pages, small ones do.
  if (alignment == kHugePageBytes) madvise(block, total, MADV_HUGEPAGE);
  return static_cast<unsigned char*>(block);
}

bool IsGuard(const unsigned char* bytes) {
  for (size_t i = 0; i < kGuardBytes; ++i) {
    if (bytes[i] != kGuardByte) return false;
  }
  return true;
}

}  // namespace

KernelBuffers::KernelBuffers(const std::vector<KernelArgument>& arguments)
    : arguments_(arguments) {
  for (size_t i = 0; i < arguments_.size(); ++i) {
    const size_t bytes = static_cast<size_t>(arguments_[i].bytes());
    const size_t start = kGuardBytes + i * kSkewBytes;
    unsigned char* block = AllocateBlock(start + bytes + kGuardBytes);
    unsigned char* data = block + start;
    std::memset(data - kGuardBytes, kGuardByte, kGuardBytes);
    std::memset(data + bytes, kGuardByte, kGuardBytes);
    if (arguments_[i].element_bytes == 8) {
      Fill<double>(arguments_[i], i, data);
    } else {
      Fill<float>(arguments_[i], i, data);
    }
    blocks_.emplace_back(block);
    pointers_.push_back(data);
  }
}

absl::Status KernelBuffers::CheckUntouched() const {
  for (size_t i = 0; i < arguments_.size(); ++i) {
    const KernelArgument& argument = arguments_[i];
    const auto* bytes = static_cast<const unsigned char*>(data(i));
    if (!IsGuard(bytes - kGuardBytes) || !IsGuard(bytes + argument.bytes())) {
      return absl::InternalError(
          absl::StrCat("the kernel wrote outside the buffer of argument ", i));
    }
    if (argument.output) continue;
    const int64_t changed = argument.element_bytes == 8
                                ? FirstChanged<double>(argument, i, data(i))
                                : FirstChanged<float>(argument, i, data(i));
    if (changed >= 0) {
      return absl::InternalError(absl::StrCat("the kernel wrote to element ", changed,
                                              " of its input, argument ", i));
    }
  }
  return absl::OkStatus();
}

}  // namespace weft
