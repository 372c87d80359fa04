// 3x3, four groups of 8 input and 16 output channels.
func.func @main(%a: tensor<1x4x8x10x10xf32> {bufferization.writable = false},
                %b: tensor<16x4x8x3x3xf32> {bufferization.writable = false},
                %out: tensor<1x4x16x8x8xf32> {bufferization.writable = true}) -> tensor<1x4x16x8x8xf32> {
  %init = arith.constant 0.0 : f32
  %filled = linalg.fill ins(%init : f32) outs(%out : tensor<1x4x16x8x8xf32>) -> tensor<1x4x16x8x8xf32>
  %result = linalg.conv_2d_ngchw_fgchw {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>}
      ins(%a, %b : tensor<1x4x8x10x10xf32>, tensor<16x4x8x3x3xf32>) outs(%filled : tensor<1x4x16x8x8xf32>) -> tensor<1x4x16x8x8xf32>
  return %result : tensor<1x4x16x8x8xf32>
}
