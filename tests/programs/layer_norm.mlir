// Layer norm of every row: mean, variance, scale and shift.
#identity = affine_map<(i, j) -> (i, j)>
#row = affine_map<(i, j) -> (i)>
#column = affine_map<(i, j) -> (j)>
#point = affine_map<(i) -> (i)>
func.func @main(%a: tensor<16x64xf32> {bufferization.writable = false}, %gamma: tensor<64xf32> {bufferization.writable = false}, %beta: tensor<64xf32> {bufferization.writable = false}, %out: tensor<16x64xf32> {bufferization.writable = true}) -> tensor<16x64xf32> {
  %zero = arith.constant 0.0 : f32
  %scale = arith.constant 0.015625 : f32
  %epsilon = arith.constant 1.0e-5 : f32
  %row_empty = tensor.empty() : tensor<16xf32>
  %empty = tensor.empty() : tensor<16x64xf32>
  %sum_init = linalg.fill ins(%zero : f32) outs(%row_empty : tensor<16xf32>) -> tensor<16xf32>
  %sum = linalg.generic {indexing_maps = [#identity, #row], iterator_types = ["parallel", "reduction"]}
      ins(%a : tensor<16x64xf32>) outs(%sum_init : tensor<16xf32>) {
    ^bb0(%x: f32, %acc: f32):
      %y = arith.addf %acc, %x : f32
      linalg.yield %y : f32
    } -> tensor<16xf32>
  %centred = linalg.generic {indexing_maps = [#identity, #row, #identity], iterator_types = ["parallel", "parallel"]}
      ins(%a, %sum : tensor<16x64xf32>, tensor<16xf32>) outs(%empty : tensor<16x64xf32>) {
    ^bb0(%x: f32, %s: f32, %o: f32):
      %mean = arith.mulf %s, %scale : f32
      %y = arith.subf %x, %mean : f32
      linalg.yield %y : f32
    } -> tensor<16x64xf32>
  %square = linalg.generic {indexing_maps = [#identity, #identity], iterator_types = ["parallel", "parallel"]}
      ins(%centred : tensor<16x64xf32>) outs(%empty : tensor<16x64xf32>) {
    ^bb0(%x: f32, %o: f32):
      %y = arith.mulf %x, %x : f32
      linalg.yield %y : f32
    } -> tensor<16x64xf32>
  %squares_init = linalg.fill ins(%zero : f32) outs(%row_empty : tensor<16xf32>) -> tensor<16xf32>
  %squares = linalg.generic {indexing_maps = [#identity, #row], iterator_types = ["parallel", "reduction"]}
      ins(%square : tensor<16x64xf32>) outs(%squares_init : tensor<16xf32>) {
    ^bb0(%x: f32, %acc: f32):
      %y = arith.addf %acc, %x : f32
      linalg.yield %y : f32
    } -> tensor<16xf32>
  %inverse = linalg.generic {indexing_maps = [#point, #point], iterator_types = ["parallel"]}
      ins(%squares : tensor<16xf32>) outs(%row_empty : tensor<16xf32>) {
    ^bb0(%s: f32, %o: f32):
      %variance = arith.mulf %s, %scale : f32
      %positive = arith.addf %variance, %epsilon : f32
      %y = math.rsqrt %positive : f32
      linalg.yield %y : f32
    } -> tensor<16xf32>
  %result = linalg.generic {indexing_maps = [#identity, #row, #column, #column, #identity], iterator_types = ["parallel", "parallel"]}
      ins(%centred, %inverse, %gamma, %beta : tensor<16x64xf32>, tensor<16xf32>, tensor<64xf32>, tensor<64xf32>) outs(%out : tensor<16x64xf32>) {
    ^bb0(%x: f32, %i: f32, %g: f32, %b: f32, %o: f32):
      %normal = arith.mulf %x, %i : f32
      %scaled = arith.mulf %normal, %g : f32
      %y = arith.addf %scaled, %b : f32
      linalg.yield %y : f32
    } -> tensor<16x64xf32>
  return %result : tensor<16x64xf32>
}
