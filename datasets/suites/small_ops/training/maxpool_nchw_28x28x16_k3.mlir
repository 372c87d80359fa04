func.func @main(%image: tensor<1x16x30x30xf32> {bufferization.writable = false}, %out: tensor<1x16x28x28xf32> {bufferization.writable = true}) -> tensor<1x16x28x28xf32> {
  %window = tensor.empty() : tensor<3x3xf32>
  %initial = arith.constant -3.4e38 : f32
  %init = linalg.fill ins(%initial : f32) outs(%out : tensor<1x16x28x28xf32>) -> tensor<1x16x28x28xf32>
  %result = linalg.pooling_nchw_max
      {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>}
      ins(%image, %window : tensor<1x16x30x30xf32>, tensor<3x3xf32>)
      outs(%init : tensor<1x16x28x28xf32>) -> tensor<1x16x28x28xf32>
  return %result : tensor<1x16x28x28xf32>
}
