// Operations as the worker would describe them, made from shapes alone.
#ifndef WEFT_ACTOR_ENVIRONMENT_COST_MODEL_TASK_OPS_H_
#define WEFT_ACTOR_ENVIRONMENT_COST_MODEL_TASK_OPS_H_

#include <cstdint>
#include <vector>

#include "actor/nest/structured_op.h"

namespace weft {

// Where the channels of an image are.
enum class Layout { kChannelsLast, kChannelsFirst };

// Of a convolution or a pooling over one image; extents of the output.
struct WindowShape {
  int64_t height = 1;
  int64_t width = 1;
  int64_t in_channels = 1;
  int64_t out_channels = 1;  // Those of a pooling or depthwise: in_channels.
  int64_t kernel = 1;
  int64_t stride = 1;
};

// All in f32, with the loops and operands of the linalg operation of that name.
StructuredOp MatmulOp(int64_t m, int64_t n, int64_t k);
StructuredOp BatchMatmulOp(int64_t batch, int64_t m, int64_t n, int64_t k);
StructuredOp ConvolutionOp(Layout layout, const WindowShape& shape);
StructuredOp DepthwiseOp(const WindowShape& shape);  // Channels last.
// `combine` is sum or max.
StructuredOp PoolingOp(Layout layout, const char* combine, const WindowShape& shape);
// out[i, j] = f(inputs); `broadcasts` inputs more that have only the columns.
StructuredOp ElementwiseOp(int64_t rows, int64_t columns, int inputs, int broadcasts,
                           double flops_per_point);
// The sum or maximum over one of two dimensions.
StructuredOp ReductionOp(int64_t rows, int64_t columns, bool over_rows);
StructuredOp TransposeOp(int64_t rows, int64_t columns);
// Initializes the output of `op`.
StructuredOp FillOp(const StructuredOp& op);

}  // namespace weft

#endif  // WEFT_ACTOR_ENVIRONMENT_COST_MODEL_TASK_OPS_H_
