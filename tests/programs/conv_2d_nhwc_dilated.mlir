// 3x3, dilation 2.
func.func @main(%a: tensor<1x12x12x16xf32> {bufferization.writable = false},
                %b: tensor<3x3x16x16xf32> {bufferization.writable = false},
                %out: tensor<1x8x8x16xf32> {bufferization.writable = true}) -> tensor<1x8x8x16xf32> {
  %init = arith.constant 0.0 : f32
  %filled = linalg.fill ins(%init : f32) outs(%out : tensor<1x8x8x16xf32>) -> tensor<1x8x8x16xf32>
  %result = linalg.conv_2d_nhwc_hwcf {dilations = dense<2> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>}
      ins(%a, %b : tensor<1x12x12x16xf32>, tensor<3x3x16x16xf32>) outs(%filled : tensor<1x8x8x16xf32>) -> tensor<1x8x8x16xf32>
  return %result : tensor<1x8x8x16xf32>
}
