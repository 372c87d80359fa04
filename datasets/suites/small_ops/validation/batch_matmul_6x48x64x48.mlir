func.func @main(%a: tensor<6x48x48xf32> {bufferization.writable = false}, %b: tensor<6x48x64xf32> {bufferization.writable = false}, %out: tensor<6x48x64xf32> {bufferization.writable = true}) -> tensor<6x48x64xf32> {
  %initial = arith.constant 0.0 : f32
  %init = linalg.fill ins(%initial : f32) outs(%out : tensor<6x48x64xf32>) -> tensor<6x48x64xf32>
  %result = linalg.batch_matmul
      ins(%a, %b : tensor<6x48x48xf32>, tensor<6x48x64xf32>)
      outs(%init : tensor<6x48x64xf32>) -> tensor<6x48x64xf32>
  return %result : tensor<6x48x64xf32>
}
