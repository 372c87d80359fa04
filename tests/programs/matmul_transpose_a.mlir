// C = transpose(A) B.
func.func @main(%a: tensor<80x48xf32> {bufferization.writable = false},
                %b: tensor<80x64xf32> {bufferization.writable = false},
                %out: tensor<48x64xf32> {bufferization.writable = true}) -> tensor<48x64xf32> {
  %init = arith.constant 0.0 : f32
  %filled = linalg.fill ins(%init : f32) outs(%out : tensor<48x64xf32>) -> tensor<48x64xf32>
  %result = linalg.matmul_transpose_a
      ins(%a, %b : tensor<80x48xf32>, tensor<80x64xf32>) outs(%filled : tensor<48x64xf32>) -> tensor<48x64xf32>
  return %result : tensor<48x64xf32>
}
