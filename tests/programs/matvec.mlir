// y = A x.
func.func @main(%a: tensor<64x96xf32> {bufferization.writable = false},
                %x: tensor<96xf32> {bufferization.writable = false},
                %out: tensor<64xf32> {bufferization.writable = true}) -> tensor<64xf32> {
  %init = arith.constant 0.0 : f32
  %filled = linalg.fill ins(%init : f32) outs(%out : tensor<64xf32>) -> tensor<64xf32>
  %result = linalg.matvec
      ins(%a, %x : tensor<64x96xf32>, tensor<96xf32>) outs(%filled : tensor<64xf32>) -> tensor<64xf32>
  return %result : tensor<64xf32>
}
