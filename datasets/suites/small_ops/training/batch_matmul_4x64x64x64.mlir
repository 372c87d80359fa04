func.func @main(%a: tensor<4x64x64xf32> {bufferization.writable = false}, %b: tensor<4x64x64xf32> {bufferization.writable = false}, %out: tensor<4x64x64xf32> {bufferization.writable = true}) -> tensor<4x64x64xf32> {
  %initial = arith.constant 0.0 : f32
  %init = linalg.fill ins(%initial : f32) outs(%out : tensor<4x64x64xf32>) -> tensor<4x64x64xf32>
  %result = linalg.batch_matmul
      ins(%a, %b : tensor<4x64x64xf32>, tensor<4x64x64xf32>)
      outs(%init : tensor<4x64x64xf32>) -> tensor<4x64x64xf32>
  return %result : tensor<4x64x64xf32>
}
