// C = A + B, with rows and columns that no vector divides.
func.func @main(%a: tensor<33x77xf32> {bufferization.writable = false},
                %b: tensor<33x77xf32> {bufferization.writable = false},
                %out: tensor<33x77xf32> {bufferization.writable = true}) -> tensor<33x77xf32> {
  %result = linalg.add ins(%a, %b : tensor<33x77xf32>, tensor<33x77xf32>) outs(%out : tensor<33x77xf32>) -> tensor<33x77xf32>
  return %result : tensor<33x77xf32>
}
