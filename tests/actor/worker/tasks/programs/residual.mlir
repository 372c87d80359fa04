// A padded convolution twice, with the first one's result used again, and a pooling.
#whole = affine_map<(a, b, c, d) -> (a, b, c, d)>
func.func @main(%x: tensor<1x8x8x8xf32> {bufferization.writable = false},
                %w1: tensor<3x3x8x8xf32> {bufferization.writable = false},
                %w2: tensor<3x3x8x8xf32> {bufferization.writable = false})
    -> tensor<1x4x4x8xf32> {
  %zero = arith.constant 0.0 : f32
  %low = arith.constant -3.0e38 : f32
  %empty = tensor.empty() : tensor<1x8x8x8xf32>
  %fill = linalg.fill ins(%zero : f32) outs(%empty : tensor<1x8x8x8xf32>) -> tensor<1x8x8x8xf32>
  %p1 = tensor.pad %x low[0, 1, 1, 0] high[0, 1, 1, 0] {
  ^bb0(%i: index, %j: index, %k: index, %l: index):
    tensor.yield %zero : f32
  } : tensor<1x8x8x8xf32> to tensor<1x10x10x8xf32>
  %c1 = linalg.conv_2d_nhwc_hwcf ins(%p1, %w1 : tensor<1x10x10x8xf32>, tensor<3x3x8x8xf32>)
      outs(%fill : tensor<1x8x8x8xf32>) -> tensor<1x8x8x8xf32>
  %p2 = tensor.pad %c1 low[0, 1, 1, 0] high[0, 1, 1, 0] {
  ^bb0(%i: index, %j: index, %k: index, %l: index):
    tensor.yield %zero : f32
  } : tensor<1x8x8x8xf32> to tensor<1x10x10x8xf32>
  %c2 = linalg.conv_2d_nhwc_hwcf ins(%p2, %w2 : tensor<1x10x10x8xf32>, tensor<3x3x8x8xf32>)
      outs(%fill : tensor<1x8x8x8xf32>) -> tensor<1x8x8x8xf32>
  %sum = linalg.generic {indexing_maps = [#whole, #whole, #whole],
      iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%c2, %c1 : tensor<1x8x8x8xf32>, tensor<1x8x8x8xf32>)
      outs(%empty : tensor<1x8x8x8xf32>) {
  ^bb0(%u: f32, %v: f32, %o: f32):
    %s = arith.addf %u, %v : f32
    linalg.yield %s : f32
  } -> tensor<1x8x8x8xf32>
  %window = tensor.empty() : tensor<2x2xf32>
  %start = tensor.empty() : tensor<1x4x4x8xf32>
  %least = linalg.fill ins(%low : f32) outs(%start : tensor<1x4x4x8xf32>) -> tensor<1x4x4x8xf32>
  %pool = linalg.pooling_nhwc_max {strides = dense<2> : tensor<2xi64>}
      ins(%sum, %window : tensor<1x8x8x8xf32>, tensor<2x2xf32>)
      outs(%least : tensor<1x4x4x8xf32>) -> tensor<1x4x4x8xf32>
  return %pool : tensor<1x4x4x8xf32>
}
