func.func @main(%image: tensor<1x28x28x32xf32> {bufferization.writable = false}, %filter: tensor<1x1x32x32xf32> {bufferization.writable = false}, %out: tensor<1x28x28x32xf32> {bufferization.writable = true}) -> tensor<1x28x28x32xf32> {
  %initial = arith.constant 0.0 : f32
  %init = linalg.fill ins(%initial : f32) outs(%out : tensor<1x28x28x32xf32>) -> tensor<1x28x28x32xf32>
  %result = linalg.conv_2d_nhwc_hwcf
      {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>}
      ins(%image, %filter : tensor<1x28x28x32xf32>, tensor<1x1x32x32xf32>)
      outs(%init : tensor<1x28x28x32xf32>) -> tensor<1x28x28x32xf32>
  return %result : tensor<1x28x28x32xf32>
}
