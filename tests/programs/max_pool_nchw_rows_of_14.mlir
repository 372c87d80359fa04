// Rows of 14, which one masked vector covers: 3x3, stride 1, channels first.
func.func @main(%a: tensor<1x8x16x16xf32> {bufferization.writable = false},
                %out: tensor<1x8x14x14xf32> {bufferization.writable = true}) -> tensor<1x8x14x14xf32> {
  %init = arith.constant -3.0e38 : f32
  %filled = linalg.fill ins(%init : f32) outs(%out : tensor<1x8x14x14xf32>) -> tensor<1x8x14x14xf32>
  %window = tensor.empty() : tensor<3x3xf32>
  %result = linalg.pooling_nchw_max {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>}
      ins(%a, %window : tensor<1x8x16x16xf32>, tensor<3x3xf32>) outs(%filled : tensor<1x8x14x14xf32>) -> tensor<1x8x14x14xf32>
  return %result : tensor<1x8x14x14xf32>
}
