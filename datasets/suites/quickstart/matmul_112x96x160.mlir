func.func @main(%a: tensor<112x160xf32> {bufferization.writable = false}, %b: tensor<160x96xf32> {bufferization.writable = false}, %out: tensor<112x96xf32> {bufferization.writable = true}) -> tensor<112x96xf32> {
  %initial = arith.constant 0.0 : f32
  %init = linalg.fill ins(%initial : f32) outs(%out : tensor<112x96xf32>) -> tensor<112x96xf32>
  %result = linalg.matmul ins(%a, %b : tensor<112x160xf32>, tensor<160x96xf32>)
      outs(%init : tensor<112x96xf32>) -> tensor<112x96xf32>
  return %result : tensor<112x96xf32>
}
