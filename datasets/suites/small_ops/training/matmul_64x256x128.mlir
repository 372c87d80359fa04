func.func @main(%a: tensor<64x128xf32> {bufferization.writable = false}, %b: tensor<128x256xf32> {bufferization.writable = false}, %out: tensor<64x256xf32> {bufferization.writable = true}) -> tensor<64x256xf32> {
  %initial = arith.constant 0.0 : f32
  %init = linalg.fill ins(%initial : f32) outs(%out : tensor<64x256xf32>) -> tensor<64x256xf32>
  %result = linalg.matmul
      ins(%a, %b : tensor<64x128xf32>, tensor<128x256xf32>)
      outs(%init : tensor<64x256xf32>) -> tensor<64x256xf32>
  return %result : tensor<64x256xf32>
}
