func.func @main(%a: tensor<96x160xf32> {bufferization.writable = false}, %b: tensor<160x192xf32> {bufferization.writable = false}, %out: tensor<96x192xf32> {bufferization.writable = true}) -> tensor<96x192xf32> {
  %initial = arith.constant 0.0 : f32
  %init = linalg.fill ins(%initial : f32) outs(%out : tensor<96x192xf32>) -> tensor<96x192xf32>
  %result = linalg.matmul
      ins(%a, %b : tensor<96x160xf32>, tensor<160x192xf32>)
      outs(%init : tensor<96x192xf32>) -> tensor<96x192xf32>
  return %result : tensor<96x192xf32>
}
