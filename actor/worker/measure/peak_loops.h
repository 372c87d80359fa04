// The bodies of PeakKernels, to be included once per instruction set, by a file that is
// compiled for it. Everything has internal linkage: the linker must not merge the code
// of one instruction set with that of another.
#ifndef WEFT_ACTOR_WORKER_MEASURE_PEAK_LOOPS_H_
#define WEFT_ACTOR_WORKER_MEASURE_PEAK_LOOPS_H_

#include <cstddef>
#include <cstdint>

namespace weft {
namespace {

template <int bytes>
struct FloatVector;
template <>
struct FloatVector<16> {
  using Type = float __attribute__((vector_size(16), may_alias));
};
template <>
struct FloatVector<32> {
  using Type = float __attribute__((vector_size(32), may_alias));
};
template <>
struct FloatVector<64> {
  using Type = float __attribute__((vector_size(64), may_alias));
};

template <int bytes>
struct PeakLoops {
  using Vector = typename FloatVector<bytes>::Type;
  static constexpr size_t kLanes = bytes / sizeof(float);
  // Enough independent sums to hide a latency of 4-5 cycles at two operations per
  // cycle, and few enough for 16 registers.
  static constexpr int kSums = 12;
  static constexpr size_t kStreams = 4;

  static double MultiplyAdd(int64_t rounds) {
#pragma clang fp contract(fast)
    Vector sums[kSums];
    for (int i = 0; i < kSums; ++i) sums[i] = Vector{} + static_cast<float>(i);
    Vector factor = Vector{} + 0.9999f;
    Vector term = Vector{} + 1e-4f;
    // The compiler must not know these values, nor that nobody wants the sums.
    asm volatile("" : "+x"(factor), "+x"(term));
    for (int64_t round = 0; round < rounds; ++round) {
#pragma clang loop unroll(full)
      for (int i = 0; i < kSums; ++i) sums[i] = sums[i] * factor + term;
    }
    for (Vector& sum : sums) asm volatile("" : "+x"(sum));
    return 2.0 * kLanes * kSums * static_cast<double>(rounds);
  }

  static void Read(const float* from, size_t count) {
    for (size_t i = 0; i < count; i += kStreams * kLanes) {
#pragma clang loop unroll(full)
      for (size_t stream = 0; stream < kStreams; ++stream) {
        Vector value = *reinterpret_cast<const Vector*>(from + i + stream * kLanes);
        asm volatile("" : "+x"(value));
      }
    }
  }

  static void Copy(const float* from, float* to, size_t count) {
    for (size_t i = 0; i < count; i += kStreams * kLanes) {
#pragma clang loop unroll(full)
      for (size_t stream = 0; stream < kStreams; ++stream) {
        const size_t offset = i + stream * kLanes;
        Vector value = *reinterpret_cast<const Vector*>(from + offset);
        asm volatile("" : "+x"(value));  // Or the loop would become a call of memcpy.
        *reinterpret_cast<Vector*>(to + offset) = value;
      }
    }
  }

  static void Add(const float* left, const float* right, float* to, size_t count) {
    for (size_t i = 0; i < count; i += kStreams * kLanes) {
#pragma clang loop unroll(full)
      for (size_t stream = 0; stream < kStreams; ++stream) {
        const size_t offset = i + stream * kLanes;
        *reinterpret_cast<Vector*>(to + offset) =
            *reinterpret_cast<const Vector*>(left + offset) +
            *reinterpret_cast<const Vector*>(right + offset);
      }
    }
  }
};

}  // namespace
}  // namespace weft

#endif  // WEFT_ACTOR_WORKER_MEASURE_PEAK_LOOPS_H_
