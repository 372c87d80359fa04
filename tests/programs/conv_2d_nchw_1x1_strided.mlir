// 1x1, stride 2: a matmul over every second position.
func.func @main(%a: tensor<1x16x15x15xf32> {bufferization.writable = false},
                %b: tensor<32x16x1x1xf32> {bufferization.writable = false},
                %out: tensor<1x32x8x8xf32> {bufferization.writable = true}) -> tensor<1x32x8x8xf32> {
  %init = arith.constant 0.0 : f32
  %filled = linalg.fill ins(%init : f32) outs(%out : tensor<1x32x8x8xf32>) -> tensor<1x32x8x8xf32>
  %result = linalg.conv_2d_nchw_fchw {dilations = dense<1> : tensor<2xi64>, strides = dense<2> : tensor<2xi64>}
      ins(%a, %b : tensor<1x16x15x15xf32>, tensor<32x16x1x1xf32>) outs(%filled : tensor<1x32x8x8xf32>) -> tensor<1x32x8x8xf32>
  return %result : tensor<1x32x8x8xf32>
}
