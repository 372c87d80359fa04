#identity = affine_map<(i, j) -> (i, j)>
#column = affine_map<(i, j) -> (j)>
func.func @main(%a: tensor<128x512xf32> {bufferization.writable = false}, %bias: tensor<512xf32> {bufferization.writable = false}, %out: tensor<128x512xf32> {bufferization.writable = true}) -> tensor<128x512xf32> {
  %zero = arith.constant 0.0 : f32
  %result = linalg.generic {indexing_maps = [#identity, #column, #identity], iterator_types = ["parallel", "parallel"]}
      ins(%a, %bias : tensor<128x512xf32>, tensor<512xf32>) outs(%out : tensor<128x512xf32>) {
    ^bb0(%x: f32, %b: f32, %o: f32):
      %s = arith.addf %x, %b : f32
      %y = arith.maximumf %s, %zero : f32
      linalg.yield %y : f32
    } -> tensor<128x512xf32>
  return %result : tensor<128x512xf32>
}
