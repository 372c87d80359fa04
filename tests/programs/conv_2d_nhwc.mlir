// 3x3, stride 1.
func.func @main(%a: tensor<1x16x16x16xf32> {bufferization.writable = false},
                %b: tensor<3x3x16x32xf32> {bufferization.writable = false},
                %out: tensor<1x14x14x32xf32> {bufferization.writable = true}) -> tensor<1x14x14x32xf32> {
  %init = arith.constant 0.0 : f32
  %filled = linalg.fill ins(%init : f32) outs(%out : tensor<1x14x14x32xf32>) -> tensor<1x14x14x32xf32>
  %result = linalg.conv_2d_nhwc_hwcf {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>}
      ins(%a, %b : tensor<1x16x16x16xf32>, tensor<3x3x16x32xf32>) outs(%filled : tensor<1x14x14x32xf32>) -> tensor<1x14x14x32xf32>
  return %result : tensor<1x14x14x32xf32>
}
