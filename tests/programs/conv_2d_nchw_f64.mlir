// 3x3 in double precision, channels first.
func.func @main(%a: tensor<1x8x18x18xf64> {bufferization.writable = false},
                %b: tensor<16x8x3x3xf64> {bufferization.writable = false},
                %out: tensor<1x16x16x16xf64> {bufferization.writable = true}) -> tensor<1x16x16x16xf64> {
  %init = arith.constant 0.0 : f64
  %filled = linalg.fill ins(%init : f64) outs(%out : tensor<1x16x16x16xf64>) -> tensor<1x16x16x16xf64>
  %result = linalg.conv_2d_nchw_fchw {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>}
      ins(%a, %b : tensor<1x8x18x18xf64>, tensor<16x8x3x3xf64>) outs(%filled : tensor<1x16x16x16xf64>) -> tensor<1x16x16x16xf64>
  return %result : tensor<1x16x16x16xf64>
}
