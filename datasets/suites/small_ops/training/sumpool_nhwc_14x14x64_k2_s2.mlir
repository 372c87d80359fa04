func.func @main(%image: tensor<1x28x28x64xf32> {bufferization.writable = false}, %out: tensor<1x14x14x64xf32> {bufferization.writable = true}) -> tensor<1x14x14x64xf32> {
  %window = tensor.empty() : tensor<2x2xf32>
  %initial = arith.constant 0.0 : f32
  %init = linalg.fill ins(%initial : f32) outs(%out : tensor<1x14x14x64xf32>) -> tensor<1x14x14x64xf32>
  %result = linalg.pooling_nhwc_sum
      {dilations = dense<1> : tensor<2xi64>, strides = dense<2> : tensor<2xi64>}
      ins(%image, %window : tensor<1x28x28x64xf32>, tensor<2x2xf32>)
      outs(%init : tensor<1x14x14x64xf32>) -> tensor<1x14x14x64xf32>
  return %result : tensor<1x14x14x64xf32>
}
