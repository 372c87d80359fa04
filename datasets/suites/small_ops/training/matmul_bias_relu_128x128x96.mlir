#identity = affine_map<(i, j) -> (i, j)>
#column = affine_map<(i, j) -> (j)>
func.func @main(%a: tensor<128x96xf32> {bufferization.writable = false}, %b: tensor<96x128xf32> {bufferization.writable = false}, %bias: tensor<128xf32> {bufferization.writable = false}, %out: tensor<128x128xf32> {bufferization.writable = true}) -> tensor<128x128xf32> {
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<128x128xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<128x128xf32>) -> tensor<128x128xf32>
  %product = linalg.matmul ins(%a, %b : tensor<128x96xf32>, tensor<96x128xf32>)
      outs(%init : tensor<128x128xf32>) -> tensor<128x128xf32>
  %result = linalg.generic {indexing_maps = [#identity, #column, #identity], iterator_types = ["parallel", "parallel"]}
      ins(%product, %bias : tensor<128x128xf32>, tensor<128xf32>) outs(%out : tensor<128x128xf32>) {
    ^bb0(%x: f32, %b0: f32, %o: f32):
      %s = arith.addf %x, %b0 : f32
      %y = arith.maximumf %s, %zero : f32
      linalg.yield %y : f32
    } -> tensor<128x128xf32>
  return %result : tensor<128x128xf32>
}
