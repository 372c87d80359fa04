// Both writable arguments are the results' places, in order. %x is also read, by the
// second layer after the first one's result is there, and nothing is computed in %y.
func.func @main(%x: tensor<16x16xf32> {bufferization.writable = true},
                %w: tensor<16x16xf32> {bufferization.writable = false},
                %y: tensor<16x16xf32> {bufferization.writable = true})
    -> (tensor<16x16xf32>, tensor<16x16xf32>) {
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<16x16xf32>
  %fill = linalg.fill ins(%zero : f32) outs(%empty : tensor<16x16xf32>) -> tensor<16x16xf32>
  %first = linalg.matmul ins(%x, %w : tensor<16x16xf32>, tensor<16x16xf32>)
      outs(%fill : tensor<16x16xf32>) -> tensor<16x16xf32>
  %second = linalg.matmul ins(%first, %x : tensor<16x16xf32>, tensor<16x16xf32>)
      outs(%fill : tensor<16x16xf32>) -> tensor<16x16xf32>
  return %first, %second : tensor<16x16xf32>, tensor<16x16xf32>
}
