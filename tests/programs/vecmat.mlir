// y[j] = sum over i of x[i] A[i, j].
func.func @main(%x: tensor<64xf32> {bufferization.writable = false},
                %a: tensor<64x96xf32> {bufferization.writable = false},
                %out: tensor<96xf32> {bufferization.writable = true}) -> tensor<96xf32> {
  %init = arith.constant 0.0 : f32
  %filled = linalg.fill ins(%init : f32) outs(%out : tensor<96xf32>) -> tensor<96xf32>
  %result = linalg.vecmat
      ins(%x, %a : tensor<64xf32>, tensor<64x96xf32>) outs(%filled : tensor<96xf32>) -> tensor<96xf32>
  return %result : tensor<96xf32>
}
