// 3x3, stride 2, channels first.
func.func @main(%a: tensor<1x16x17x17xf32> {bufferization.writable = false},
                %b: tensor<16x3x3xf32> {bufferization.writable = false},
                %out: tensor<1x16x8x8xf32> {bufferization.writable = true}) -> tensor<1x16x8x8xf32> {
  %init = arith.constant 0.0 : f32
  %filled = linalg.fill ins(%init : f32) outs(%out : tensor<1x16x8x8xf32>) -> tensor<1x16x8x8xf32>
  %result = linalg.depthwise_conv_2d_nchw_chw {dilations = dense<1> : tensor<2xi64>, strides = dense<2> : tensor<2xi64>}
      ins(%a, %b : tensor<1x16x17x17xf32>, tensor<16x3x3xf32>) outs(%filled : tensor<1x16x8x8xf32>) -> tensor<1x16x8x8xf32>
  return %result : tensor<1x16x8x8xf32>
}
