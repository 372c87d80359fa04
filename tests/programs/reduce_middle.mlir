// linalg.reduce over a dimension that is neither outermost nor contiguous.
func.func @main(%a: tensor<6x20x32xf32> {bufferization.writable = false},
                %out: tensor<6x32xf32> {bufferization.writable = true}) -> tensor<6x32xf32> {
  %init = arith.constant 0.0 : f32
  %filled = linalg.fill ins(%init : f32) outs(%out : tensor<6x32xf32>) -> tensor<6x32xf32>
  %result = linalg.reduce ins(%a : tensor<6x20x32xf32>) outs(%filled : tensor<6x32xf32>) dimensions = [1]
    (%x: f32, %accumulator: f32) {
      %y = arith.addf %x, %accumulator : f32
      linalg.yield %y : f32
    }
  return %result : tensor<6x32xf32>
}
