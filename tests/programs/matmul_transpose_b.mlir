// C = A transpose(B).
func.func @main(%a: tensor<48x80xf32> {bufferization.writable = false},
                %b: tensor<64x80xf32> {bufferization.writable = false},
                %out: tensor<48x64xf32> {bufferization.writable = true}) -> tensor<48x64xf32> {
  %init = arith.constant 0.0 : f32
  %filled = linalg.fill ins(%init : f32) outs(%out : tensor<48x64xf32>) -> tensor<48x64xf32>
  %result = linalg.matmul_transpose_b
      ins(%a, %b : tensor<48x80xf32>, tensor<64x80xf32>) outs(%filled : tensor<48x64xf32>) -> tensor<48x64xf32>
  return %result : tensor<48x64xf32>
}
