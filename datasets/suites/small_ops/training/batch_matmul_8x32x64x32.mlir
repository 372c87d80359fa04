func.func @main(%a: tensor<8x32x32xf32> {bufferization.writable = false}, %b: tensor<8x32x64xf32> {bufferization.writable = false}, %out: tensor<8x32x64xf32> {bufferization.writable = true}) -> tensor<8x32x64xf32> {
  %initial = arith.constant 0.0 : f32
  %init = linalg.fill ins(%initial : f32) outs(%out : tensor<8x32x64xf32>) -> tensor<8x32x64xf32>
  %result = linalg.batch_matmul
      ins(%a, %b : tensor<8x32x32xf32>, tensor<8x32x64xf32>)
      outs(%init : tensor<8x32x64xf32>) -> tensor<8x32x64xf32>
  return %result : tensor<8x32x64xf32>
}
