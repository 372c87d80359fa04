// C = A B, with rows and columns that no panel divides.
func.func @main(%a: tensor<31x40xf32> {bufferization.writable = false}, %b: tensor<40x47xf32> {bufferization.writable = false}, %out: tensor<31x47xf32> {bufferization.writable = true}) -> tensor<31x47xf32> {
  %zero = arith.constant 0.0 : f32
  %init = linalg.fill ins(%zero : f32) outs(%out : tensor<31x47xf32>) -> tensor<31x47xf32>
  %result = linalg.matmul ins(%a, %b : tensor<31x40xf32>, tensor<40x47xf32>) outs(%init : tensor<31x47xf32>) -> tensor<31x47xf32>
  return %result : tensor<31x47xf32>
}
