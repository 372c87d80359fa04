func.func @main(%a: tensor<256x256xf32> {bufferization.writable = false}, %b: tensor<256x256xf32> {bufferization.writable = false}, %out: tensor<256x256xf32> {bufferization.writable = true}) -> tensor<256x256xf32> {
  %result = linalg.add ins(%a, %b : tensor<256x256xf32>, tensor<256x256xf32>) outs(%out : tensor<256x256xf32>) -> tensor<256x256xf32>
  return %result : tensor<256x256xf32>
}
