// Rows of 14, which one masked vector covers: 3x3, stride 1, channels first.
func.func @main(%a: tensor<1x16x16x16xf32> {bufferization.writable = false},
                %b: tensor<32x16x3x3xf32> {bufferization.writable = false},
                %out: tensor<1x32x14x14xf32> {bufferization.writable = true}) -> tensor<1x32x14x14xf32> {
  %init = arith.constant 0.0 : f32
  %filled = linalg.fill ins(%init : f32) outs(%out : tensor<1x32x14x14xf32>) -> tensor<1x32x14x14xf32>
  %result = linalg.conv_2d_nchw_fchw {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>}
      ins(%a, %b : tensor<1x16x16x16xf32>, tensor<32x16x3x3xf32>) outs(%filled : tensor<1x32x14x14xf32>) -> tensor<1x32x14x14xf32>
  return %result : tensor<1x32x14x14xf32>
}
