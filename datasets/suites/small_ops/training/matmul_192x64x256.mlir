func.func @main(%a: tensor<192x256xf32> {bufferization.writable = false}, %b: tensor<256x64xf32> {bufferization.writable = false}, %out: tensor<192x64xf32> {bufferization.writable = true}) -> tensor<192x64xf32> {
  %initial = arith.constant 0.0 : f32
  %init = linalg.fill ins(%initial : f32) outs(%out : tensor<192x64xf32>) -> tensor<192x64xf32>
  %result = linalg.matmul
      ins(%a, %b : tensor<192x256xf32>, tensor<256x64xf32>)
      outs(%init : tensor<192x64xf32>) -> tensor<192x64xf32>
  return %result : tensor<192x64xf32>
}
