func.func @main(%a: tensor<112x64xf32> {bufferization.writable = false}, %b: tensor<64x128xf32> {bufferization.writable = false}, %out: tensor<112x128xf32> {bufferization.writable = true}) -> tensor<112x128xf32> {
  %initial = arith.constant 0.0 : f32
  %init = linalg.fill ins(%initial : f32) outs(%out : tensor<112x128xf32>) -> tensor<112x128xf32>
  %result = linalg.matmul
      ins(%a, %b : tensor<112x64xf32>, tensor<64x128xf32>)
      outs(%init : tensor<112x128xf32>) -> tensor<112x128xf32>
  return %result : tensor<112x128xf32>
}
