// 3x3, stride 1, zeros around the image; two images.
func.func @main(%a: tensor<2x8x14x14xf32> {bufferization.writable = false},
                %b: tensor<32x8x3x3xf32> {bufferization.writable = false},
                %out: tensor<2x32x14x14xf32> {bufferization.writable = true}) -> tensor<2x32x14x14xf32> {
  %init = arith.constant 0.0 : f32
  %padded = tensor.pad %a low[0, 0, 1, 1] high[0, 0, 1, 1] {
  ^bb0(%n: index, %c: index, %h: index, %w: index):
    tensor.yield %init : f32
  } : tensor<2x8x14x14xf32> to tensor<2x8x16x16xf32>
  %filled = linalg.fill ins(%init : f32) outs(%out : tensor<2x32x14x14xf32>) -> tensor<2x32x14x14xf32>
  %result = linalg.conv_2d_nchw_fchw {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>}
      ins(%padded, %b : tensor<2x8x16x16xf32>, tensor<32x8x3x3xf32>) outs(%filled : tensor<2x32x14x14xf32>) -> tensor<2x32x14x14xf32>
  return %result : tensor<2x32x14x14xf32>
}
