// The window is the whole image.
func.func @main(%a: tensor<1x64x7x7xf32> {bufferization.writable = false},
                %out: tensor<1x64x1x1xf32> {bufferization.writable = true}) -> tensor<1x64x1x1xf32> {
  %init = arith.constant 0.0 : f32
  %filled = linalg.fill ins(%init : f32) outs(%out : tensor<1x64x1x1xf32>) -> tensor<1x64x1x1xf32>
  %window = tensor.empty() : tensor<7x7xf32>
  %result = linalg.pooling_nchw_sum {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>}
      ins(%a, %window : tensor<1x64x7x7xf32>, tensor<7x7xf32>) outs(%filled : tensor<1x64x1x1xf32>) -> tensor<1x64x1x1xf32>
  return %result : tensor<1x64x1x1xf32>
}
