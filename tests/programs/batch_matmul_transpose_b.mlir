// One product per batch, as queries with keys.
func.func @main(%a: tensor<4x32x24xf32> {bufferization.writable = false},
                %b: tensor<4x48x24xf32> {bufferization.writable = false},
                %out: tensor<4x32x48xf32> {bufferization.writable = true}) -> tensor<4x32x48xf32> {
  %init = arith.constant 0.0 : f32
  %filled = linalg.fill ins(%init : f32) outs(%out : tensor<4x32x48xf32>) -> tensor<4x32x48xf32>
  %result = linalg.batch_matmul_transpose_b
      ins(%a, %b : tensor<4x32x24xf32>, tensor<4x48x24xf32>) outs(%filled : tensor<4x32x48xf32>) -> tensor<4x32x48xf32>
  return %result : tensor<4x32x48xf32>
}
