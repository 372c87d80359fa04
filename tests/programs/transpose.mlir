// B[i, j] = A[j, i].
func.func @main(%a: tensor<64x48xf32> {bufferization.writable = false},
                %out: tensor<48x64xf32> {bufferization.writable = true}) -> tensor<48x64xf32> {
  %result = linalg.transpose ins(%a : tensor<64x48xf32>) outs(%out : tensor<48x64xf32>) permutation = [1, 0]
  return %result : tensor<48x64xf32>
}
