// 3x3, stride 1, zeros around the image.
func.func @main(%a: tensor<1x14x16x8xf32> {bufferization.writable = false},
                %b: tensor<3x3x8x32xf32> {bufferization.writable = false},
                %out: tensor<1x14x16x32xf32> {bufferization.writable = true}) -> tensor<1x14x16x32xf32> {
  %init = arith.constant 0.0 : f32
  %padded = tensor.pad %a low[0, 1, 1, 0] high[0, 1, 1, 0] {
  ^bb0(%n: index, %h: index, %w: index, %c: index):
    tensor.yield %init : f32
  } : tensor<1x14x16x8xf32> to tensor<1x16x18x8xf32>
  %filled = linalg.fill ins(%init : f32) outs(%out : tensor<1x14x16x32xf32>) -> tensor<1x14x16x32xf32>
  %result = linalg.conv_2d_nhwc_hwcf {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>}
      ins(%padded, %b : tensor<1x16x18x8xf32>, tensor<3x3x8x32xf32>) outs(%filled : tensor<1x14x16x32xf32>) -> tensor<1x14x16x32xf32>
  return %result : tensor<1x14x16x32xf32>
}
