// C = A + B.
func.func @main(%a: tensor<60x72xf32> {bufferization.writable = false},
                %b: tensor<60x72xf32> {bufferization.writable = false},
                %out: tensor<60x72xf32> {bufferization.writable = true}) -> tensor<60x72xf32> {
  %result = linalg.add ins(%a, %b : tensor<60x72xf32>, tensor<60x72xf32>) outs(%out : tensor<60x72xf32>) -> tensor<60x72xf32>
  return %result : tensor<60x72xf32>
}
