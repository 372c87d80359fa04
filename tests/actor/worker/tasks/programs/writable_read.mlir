// %x is writable, as it is where the attribute is given for no reason, but only read; the
// result has the same type.
func.func @main(%x: tensor<16x16xf32> {bufferization.writable = true},
                %w: tensor<16x16xf32> {bufferization.writable = false})
    -> tensor<16x16xf32> {
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<16x16xf32>
  %fill = linalg.fill ins(%zero : f32) outs(%empty : tensor<16x16xf32>) -> tensor<16x16xf32>
  %first = linalg.matmul ins(%x, %w : tensor<16x16xf32>, tensor<16x16xf32>)
      outs(%fill : tensor<16x16xf32>) -> tensor<16x16xf32>
  %second = linalg.matmul ins(%first, %x : tensor<16x16xf32>, tensor<16x16xf32>)
      outs(%fill : tensor<16x16xf32>) -> tensor<16x16xf32>
  return %second : tensor<16x16xf32>
}
