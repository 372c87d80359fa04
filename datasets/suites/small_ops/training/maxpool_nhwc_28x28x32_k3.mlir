func.func @main(%image: tensor<1x30x30x32xf32> {bufferization.writable = false}, %out: tensor<1x28x28x32xf32> {bufferization.writable = true}) -> tensor<1x28x28x32xf32> {
  %window = tensor.empty() : tensor<3x3xf32>
  %initial = arith.constant -3.4e38 : f32
  %init = linalg.fill ins(%initial : f32) outs(%out : tensor<1x28x28x32xf32>) -> tensor<1x28x28x32xf32>
  %result = linalg.pooling_nhwc_max
      {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>}
      ins(%image, %window : tensor<1x30x30x32xf32>, tensor<3x3xf32>)
      outs(%init : tensor<1x28x28x32xf32>) -> tensor<1x28x28x32xf32>
  return %result : tensor<1x28x28x32xf32>
}
