// C = A B in double precision; neither 50 nor 60 is a multiple of a vector.
func.func @main(%a: tensor<50x40xf64> {bufferization.writable = false},
                %b: tensor<40x60xf64> {bufferization.writable = false},
                %out: tensor<50x60xf64> {bufferization.writable = true}) -> tensor<50x60xf64> {
  %init = arith.constant 0.0 : f64
  %filled = linalg.fill ins(%init : f64) outs(%out : tensor<50x60xf64>) -> tensor<50x60xf64>
  %result = linalg.matmul
      ins(%a, %b : tensor<50x40xf64>, tensor<40x60xf64>) outs(%filled : tensor<50x60xf64>) -> tensor<50x60xf64>
  return %result : tensor<50x60xf64>
}
