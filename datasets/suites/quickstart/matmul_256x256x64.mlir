func.func @main(%a: tensor<256x64xf32> {bufferization.writable = false}, %b: tensor<64x256xf32> {bufferization.writable = false}, %out: tensor<256x256xf32> {bufferization.writable = true}) -> tensor<256x256xf32> {
  %initial = arith.constant 0.0 : f32
  %init = linalg.fill ins(%initial : f32) outs(%out : tensor<256x256xf32>) -> tensor<256x256xf32>
  %result = linalg.matmul ins(%a, %b : tensor<256x64xf32>, tensor<64x256xf32>)
      outs(%init : tensor<256x256xf32>) -> tensor<256x256xf32>
  return %result : tensor<256x256xf32>
}
