// Operations as plain data, as AnalyzeOp would describe them.
#ifndef WEFT_TESTS_ACTOR_WORKER_TRANSFORMS_STRUCTURED_OPS_H_
#define WEFT_TESTS_ACTOR_WORKER_TRANSFORMS_STRUCTURED_OPS_H_

#include "actor/nest/program_info.h"

namespace weft {

// C[m, n] += A[m, k] B[k, n] in f32; loops m, n, k.
inline StructuredOp Matmul(int64_t m, int64_t n, int64_t k) {
  StructuredOp op;
  op.name = "linalg.matmul";
  op.kind = AnchorKind::kContraction;
  op.loops = {{m, false}, {n, false}, {k, true}};
  op.operands = {{false, 4, m * k, {{1, 0, 0}, {0, 0, 1}}, {k, 0, 1}},
                 {false, 4, k * n, {{0, 0, 1}, {0, 1, 0}}, {0, 1, n}},
                 {true, 4, m * n, {{1, 0, 0}, {0, 1, 0}}, {n, 1, 0}}};
  op.vectorizable = true;
  op.splittable_reduction = true;
  op.flops = 2.0 * static_cast<double>(m * n * k);
  return op;
}

// A 3x3 convolution in NHWC; loops n, oh, ow, oc, kh, kw, ic.
inline StructuredOp Convolution(int64_t height, int64_t width, int64_t channels,
                                int64_t stride) {
  StructuredOp op;
  op.name = "linalg.conv_2d_nhwc_hwcf";
  op.kind = AnchorKind::kConvolution;
  op.loops = {{1, false}, {height, false}, {width, false},  {channels, false},
              {3, true},  {3, true},       {channels, true}};
  const int64_t row = (width - 1) * stride + 3;
  op.operands = {
      {false,
       4,
       row * ((height - 1) * stride + 3) * channels,
       {{1, 0, 0, 0, 0, 0, 0},
        {0, stride, 0, 0, 1, 0, 0},
        {0, 0, stride, 0, 0, 1, 0},
        {0, 0, 0, 0, 0, 0, 1}},
       {0, stride * row * channels, stride * channels, 0, row * channels, channels, 1}},
      {false,
       4,
       9 * channels * channels,
       {{0, 0, 0, 0, 1, 0, 0},
        {0, 0, 0, 0, 0, 1, 0},
        {0, 0, 0, 0, 0, 0, 1},
        {0, 0, 0, 1, 0, 0, 0}},
       {0, 0, 0, 1, 3 * channels * channels, channels * channels, channels}},
      {true,
       4,
       height * width * channels,
       {{1, 0, 0, 0, 0, 0, 0},
        {0, 1, 0, 0, 0, 0, 0},
        {0, 0, 1, 0, 0, 0, 0},
        {0, 0, 0, 1, 0, 0, 0}},
       {0, width * channels, channels, 1, 0, 0, 0}}};
  op.window = {{1, 4, stride, 1}, {2, 5, stride, 1}};
  return op;
}

// A 3x3 convolution in NCHW, stride 1; loops n, oc, oh, ow, ic, kh, kw.
inline StructuredOp ChannelsFirstConvolution(int64_t height, int64_t width,
                                             int64_t channels) {
  StructuredOp op;
  op.name = "linalg.conv_2d_nchw_fchw";
  op.kind = AnchorKind::kConvolution;
  op.loops = {{1, false},       {channels, false}, {height, false}, {width, false},
              {channels, true}, {3, true},         {3, true}};
  const int64_t row = width + 2;
  const int64_t plane = (height + 2) * row;
  op.operands = {{false,
                  4,
                  plane * channels,
                  {{1, 0, 0, 0, 0, 0, 0},
                   {0, 0, 0, 0, 1, 0, 0},
                   {0, 0, 1, 0, 0, 1, 0},
                   {0, 0, 0, 1, 0, 0, 1}},
                  {0, 0, row, 1, plane, row, 1}},
                 {false,
                  4,
                  9 * channels * channels,
                  {{0, 1, 0, 0, 0, 0, 0},
                   {0, 0, 0, 0, 1, 0, 0},
                   {0, 0, 0, 0, 0, 1, 0},
                   {0, 0, 0, 0, 0, 0, 1}},
                  {0, 9 * channels, 0, 0, 9, 3, 1}},
                 {true,
                  4,
                  height * width * channels,
                  {{1, 0, 0, 0, 0, 0, 0},
                   {0, 1, 0, 0, 0, 0, 0},
                   {0, 0, 1, 0, 0, 0, 0},
                   {0, 0, 0, 1, 0, 0, 0}},
                  {0, height * width, width, 1, 0, 0, 0}}};
  op.window = {{2, 5, 1, 1}, {3, 6, 1, 1}};
  return op;
}

// B[i, j] = f(A[i, j]) as linalg.generic number `index` of `count`.
inline StructuredOp Elementwise(int64_t rows, int64_t columns, int index, int count) {
  StructuredOp op;
  op.name = "linalg.generic";
  op.index = index;
  op.count = count;
  op.kind = AnchorKind::kElementwise;
  op.loops = {{rows, false}, {columns, false}};
  op.operands = {{false, 4, rows * columns, {{1, 0}, {0, 1}}, {columns, 1}},
                 {true, 4, rows * columns, {{1, 0}, {0, 1}}, {columns, 1}}};
  op.vectorizable = true;
  return op;
}

inline ProgramInfo Alone(StructuredOp op) {
  ProgramInfo info;
  info.name = "alone";
  info.ops = {std::move(op)};
  return info;
}

}  // namespace weft

#endif  // WEFT_TESTS_ACTOR_WORKER_TRANSFORMS_STRUCTURED_OPS_H_
