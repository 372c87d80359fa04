#include "actor/environment/cost_model/task_ops.h"

#include <string>
#include <utility>

namespace weft {
namespace {

using Dimensions = std::vector<std::vector<int64_t>>;

// A dense row-major tensor; dimensions[d][i]: steps of index d per step of loop i.
OperandInfo Tensor(const std::vector<int64_t>& shape, Dimensions dimensions,
                   size_t loops) {
  OperandInfo operand;
  operand.stride.assign(loops, 0);
  for (size_t d = shape.size(); d-- > 0;) {
    for (size_t i = 0; i < loops; ++i) {
      operand.stride[i] += dimensions[d][i] * operand.elements;
    }
    operand.elements *= shape[d];
  }
  operand.coefficients = std::move(dimensions);
  return operand;
}

// A tensor each of whose indices is one loop.
OperandInfo Projection(const StructuredOp& op, const std::vector<int>& loops) {
  std::vector<int64_t> shape;
  Dimensions dimensions;
  for (int loop : loops) {
    shape.push_back(op.loops[loop].extent);
    dimensions.emplace_back(op.loops.size(), 0).at(loop) = 1;
  }
  return Tensor(shape, std::move(dimensions), op.loops.size());
}

OperandInfo AsOutput(OperandInfo operand) {
  operand.output = true;
  return operand;
}

void SetFlops(StructuredOp* op, double per_point) {
  op->flops = per_point;
  for (const LoopInfo& loop : op->loops) op->flops *= static_cast<double>(loop.extent);
}

// Which loop is what in an operation over a window.
struct WindowLoops {
  int image = 0;
  int height = 1;
  int width = 2;
  int channel = -1;  // Of the image that is read.
  int kernel_height = -1;
  int kernel_width = -1;
};

// The image that the window slides over.
OperandInfo Image(const StructuredOp& op, Layout layout, const WindowShape& shape,
                  const WindowLoops& at) {
  const size_t loops = op.loops.size();
  const int64_t rows = (shape.height - 1) * shape.stride + shape.kernel;
  const int64_t columns = (shape.width - 1) * shape.stride + shape.kernel;
  std::vector<int64_t> image(loops, 0), row(loops, 0), column(loops, 0),
      channel(loops, 0);
  image[at.image] = 1;
  row[at.height] = shape.stride;
  row[at.kernel_height] = 1;
  column[at.width] = shape.stride;
  column[at.kernel_width] = 1;
  channel[at.channel] = 1;
  if (layout == Layout::kChannelsLast) {
    return Tensor({1, rows, columns, shape.in_channels}, {image, row, column, channel},
                  loops);
  }
  return Tensor({1, shape.in_channels, rows, columns}, {image, channel, row, column},
                loops);
}

void SetWindow(const WindowShape& shape, const WindowLoops& at, StructuredOp* op) {
  op->window = {{at.height, at.kernel_height, shape.stride, 1},
                {at.width, at.kernel_width, shape.stride, 1}};
}

}  // namespace

StructuredOp MatmulOp(int64_t m, int64_t n, int64_t k) {
  StructuredOp op;
  op.name = "linalg.matmul";
  op.kind = AnchorKind::kContraction;
  op.loops = {{m, false}, {n, false}, {k, true}};
  op.operands = {Projection(op, {0, 2}), Projection(op, {2, 1}),
                 AsOutput(Projection(op, {0, 1}))};
  op.vectorizable = true;
  op.splittable_reduction = true;
  SetFlops(&op, 2);
  return op;
}

StructuredOp BatchMatmulOp(int64_t batch, int64_t m, int64_t n, int64_t k) {
  StructuredOp op;
  op.name = "linalg.batch_matmul";
  op.kind = AnchorKind::kContraction;
  op.loops = {{batch, false}, {m, false}, {n, false}, {k, true}};
  op.operands = {Projection(op, {0, 1, 3}), Projection(op, {0, 3, 2}),
                 AsOutput(Projection(op, {0, 1, 2}))};
  op.vectorizable = true;
  op.splittable_reduction = true;
  SetFlops(&op, 2);
  return op;
}

StructuredOp ConvolutionOp(Layout layout, const WindowShape& shape) {
  StructuredOp op;
  op.kind = AnchorKind::kConvolution;
  const int64_t k = shape.kernel;
  WindowLoops at;
  if (layout == Layout::kChannelsLast) {
    op.name = "linalg.conv_2d_nhwc_hwcf";
    op.loops = {{1, false},
                {shape.height, false},
                {shape.width, false},
                {shape.out_channels, false},
                {k, true},
                {k, true},
                {shape.in_channels, true}};
    at = {0, 1, 2, 6, 4, 5};
    op.operands = {Image(op, layout, shape, at), Projection(op, {4, 5, 6, 3}),
                   AsOutput(Projection(op, {0, 1, 2, 3}))};
  } else {
    op.name = "linalg.conv_2d_nchw_fchw";
    op.loops = {{1, false},
                {shape.out_channels, false},
                {shape.height, false},
                {shape.width, false},
                {shape.in_channels, true},
                {k, true},
                {k, true}};
    at = {0, 2, 3, 4, 5, 6};
    op.operands = {Image(op, layout, shape, at), Projection(op, {1, 4, 5, 6}),
                   AsOutput(Projection(op, {0, 1, 2, 3}))};
  }
  SetWindow(shape, at, &op);
  SetFlops(&op, 2);
  return op;
}

StructuredOp DepthwiseOp(const WindowShape& shape) {
  StructuredOp op;
  op.name = "linalg.depthwise_conv_2d_nhwc_hwc";
  op.kind = AnchorKind::kConvolution;
  op.loops = {{1, false},           {shape.height, false},
              {shape.width, false}, {shape.in_channels, false},
              {shape.kernel, true}, {shape.kernel, true}};
  const WindowLoops at = {0, 1, 2, 3, 4, 5};
  op.operands = {Image(op, Layout::kChannelsLast, shape, at), Projection(op, {4, 5, 3}),
                 AsOutput(Projection(op, {0, 1, 2, 3}))};
  SetWindow(shape, at, &op);
  SetFlops(&op, 2);
  return op;
}

StructuredOp PoolingOp(Layout layout, const char* combine, const WindowShape& shape) {
  StructuredOp op;
  op.kind = AnchorKind::kPooling;
  const int64_t k = shape.kernel;
  WindowLoops at;
  if (layout == Layout::kChannelsLast) {
    op.name = std::string("linalg.pooling_nhwc_") + combine;
    op.loops = {{1, false},
                {shape.height, false},
                {shape.width, false},
                {shape.in_channels, false},
                {k, true},
                {k, true}};
    at = {0, 1, 2, 3, 4, 5};
  } else {
    op.name = std::string("linalg.pooling_nchw_") + combine;
    op.loops = {{1, false},
                {shape.in_channels, false},
                {shape.height, false},
                {shape.width, false},
                {k, true},
                {k, true}};
    at = {0, 2, 3, 1, 4, 5};
  }
  op.operands = {Image(op, layout, shape, at), Projection(op, {4, 5}),
                 AsOutput(Projection(op, {0, 1, 2, 3}))};
  SetWindow(shape, at, &op);
  SetFlops(&op, 1);
  return op;
}

StructuredOp ElementwiseOp(int64_t rows, int64_t columns, int inputs, int broadcasts,
                           double flops_per_point) {
  StructuredOp op;
  op.name = "linalg.generic";
  op.kind = AnchorKind::kElementwise;
  op.loops = {{rows, false}, {columns, false}};
  for (int i = 0; i < inputs; ++i) op.operands.push_back(Projection(op, {0, 1}));
  for (int i = 0; i < broadcasts; ++i) op.operands.push_back(Projection(op, {1}));
  op.operands.push_back(AsOutput(Projection(op, {0, 1})));
  op.vectorizable = true;
  SetFlops(&op, flops_per_point);
  return op;
}

StructuredOp ReductionOp(int64_t rows, int64_t columns, bool over_rows) {
  StructuredOp op;
  op.name = "linalg.generic";
  op.kind = AnchorKind::kReduction;
  op.loops = {{rows, over_rows}, {columns, !over_rows}};
  op.operands = {Projection(op, {0, 1}), AsOutput(Projection(op, {over_rows ? 1 : 0}))};
  op.vectorizable = true;
  op.splittable_reduction = !over_rows;  // Only an innermost reduction is.
  SetFlops(&op, 1);
  return op;
}

StructuredOp TransposeOp(int64_t rows, int64_t columns) {
  StructuredOp op;
  op.name = "linalg.transpose";
  op.kind = AnchorKind::kOther;
  op.transpose = true;
  op.loops = {{columns, false}, {rows, false}};
  op.operands = {Projection(op, {1, 0}), AsOutput(Projection(op, {0, 1}))};
  op.vectorizable = true;
  return op;
}

StructuredOp FillOp(const StructuredOp& op) {
  StructuredOp fill;
  fill.name = "linalg.fill";
  fill.kind = AnchorKind::kOther;
  fill.fill = true;
  std::vector<int> loops;
  for (const std::vector<int64_t>& dimension : Output(op).coefficients) {
    loops.push_back(static_cast<int>(fill.loops.size()));
    fill.loops.push_back({op.loops[LoopOfDimension(dimension)].extent, false});
  }
  fill.operands = {AsOutput(Projection(fill, loops))};
  fill.vectorizable = true;
  return fill;
}

}  // namespace weft
