// Layer norm of every row: mean, variance, scale and shift; no vector divides a row.
#identity = affine_map<(i, j) -> (i, j)>
#row = affine_map<(i, j) -> (i)>
#column = affine_map<(i, j) -> (j)>
#point = affine_map<(i) -> (i)>
func.func @main(%a: tensor<10x75xf32> {bufferization.writable = false}, %gamma: tensor<75xf32> {bufferization.writable = false}, %beta: tensor<75xf32> {bufferization.writable = false}, %out: tensor<10x75xf32> {bufferization.writable = true}) -> tensor<10x75xf32> {
  %zero = arith.constant 0.0 : f32
  %scale = arith.constant 0.013333333 : f32
  %epsilon = arith.constant 1.0e-5 : f32
  %row_empty = tensor.empty() : tensor<10xf32>
  %empty = tensor.empty() : tensor<10x75xf32>
  %sum_init = linalg.fill ins(%zero : f32) outs(%row_empty : tensor<10xf32>) -> tensor<10xf32>
  %sum = linalg.generic {indexing_maps = [#identity, #row], iterator_types = ["parallel", "reduction"]}
      ins(%a : tensor<10x75xf32>) outs(%sum_init : tensor<10xf32>) {
    ^bb0(%x: f32, %acc: f32):
      %y = arith.addf %acc, %x : f32
      linalg.yield %y : f32
    } -> tensor<10xf32>
  %centred = linalg.generic {indexing_maps = [#identity, #row, #identity], iterator_types = ["parallel", "parallel"]}
      ins(%a, %sum : tensor<10x75xf32>, tensor<10xf32>) outs(%empty : tensor<10x75xf32>) {
    ^bb0(%x: f32, %s: f32, %o: f32):
      %mean = arith.mulf %s, %scale : f32
      %y = arith.subf %x, %mean : f32
      linalg.yield %y : f32
    } -> tensor<10x75xf32>
  %square = linalg.generic {indexing_maps = [#identity, #identity], iterator_types = ["parallel", "parallel"]}
      ins(%centred : tensor<10x75xf32>) outs(%empty : tensor<10x75xf32>) {
    ^bb0(%x: f32, %o: f32):
      %y = arith.mulf %x, %x : f32
      linalg.yield %y : f32
    } -> tensor<10x75xf32>
  %squares_init = linalg.fill ins(%zero : f32) outs(%row_empty : tensor<10xf32>) -> tensor<10xf32>
  %squares = linalg.generic {indexing_maps = [#identity, #row], iterator_types = ["parallel", "reduction"]}
      ins(%square : tensor<10x75xf32>) outs(%squares_init : tensor<10xf32>) {
    ^bb0(%x: f32, %acc: f32):
      %y = arith.addf %acc, %x : f32
      linalg.yield %y : f32
    } -> tensor<10xf32>
  %inverse = linalg.generic {indexing_maps = [#point, #point], iterator_types = ["parallel"]}
      ins(%squares : tensor<10xf32>) outs(%row_empty : tensor<10xf32>) {
    ^bb0(%s: f32, %o: f32):
      %variance = arith.mulf %s, %scale : f32
      %positive = arith.addf %variance, %epsilon : f32
      %y = math.rsqrt %positive : f32
      linalg.yield %y : f32
    } -> tensor<10xf32>
  %result = linalg.generic {indexing_maps = [#identity, #row, #column, #column, #identity], iterator_types = ["parallel", "parallel"]}
      ins(%centred, %inverse, %gamma, %beta : tensor<10x75xf32>, tensor<10xf32>, tensor<75xf32>, tensor<75xf32>) outs(%out : tensor<10x75xf32>) {
    ^bb0(%x: f32, %i: f32, %g: f32, %b: f32, %o: f32):
      %normal = arith.mulf %x, %i : f32
      %scaled = arith.mulf %normal, %g : f32
      %y = arith.addf %scaled, %b : f32
      linalg.yield %y : f32
    } -> tensor<10x75xf32>
  return %result : tensor<10x75xf32>
}
