// A row for every image and every row of it.
func.func @main(%a: tensor<6x48xf32> {bufferization.writable = false},
                %out: tensor<6x32x48xf32> {bufferization.writable = true}) -> tensor<6x32x48xf32> {
  %result = linalg.broadcast ins(%a : tensor<6x48xf32>) outs(%out : tensor<6x32x48xf32>) dimensions = [1]
  return %result : tensor<6x32x48xf32>
}
