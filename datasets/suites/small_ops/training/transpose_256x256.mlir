func.func @main(%a: tensor<256x256xf32> {bufferization.writable = false}, %out: tensor<256x256xf32> {bufferization.writable = true}) -> tensor<256x256xf32> {
  %result = linalg.transpose ins(%a : tensor<256x256xf32>) outs(%out : tensor<256x256xf32>) permutation = [1, 0]
  return %result : tensor<256x256xf32>
}
