#identity = affine_map<(i, j) -> (i, j)>
#row = affine_map<(i, j) -> (i)>
func.func @main(%a: tensor<64x256xf32> {bufferization.writable = false}, %out: tensor<64x256xf32> {bufferization.writable = true}) -> tensor<64x256xf32> {
  %lowest = arith.constant -3.4e38 : f32
  %zero = arith.constant 0.0 : f32
  %row_empty = tensor.empty() : tensor<64xf32>
  %max_init = linalg.fill ins(%lowest : f32) outs(%row_empty : tensor<64xf32>) -> tensor<64xf32>
  %max = linalg.generic {indexing_maps = [#identity, #row], iterator_types = ["parallel", "reduction"]}
      ins(%a : tensor<64x256xf32>) outs(%max_init : tensor<64xf32>) {
    ^bb0(%x: f32, %acc: f32):
      %y = arith.maximumf %acc, %x : f32
      linalg.yield %y : f32
    } -> tensor<64xf32>
  %empty = tensor.empty() : tensor<64x256xf32>
  %exp = linalg.generic {indexing_maps = [#identity, #row, #identity], iterator_types = ["parallel", "parallel"]}
      ins(%a, %max : tensor<64x256xf32>, tensor<64xf32>) outs(%empty : tensor<64x256xf32>) {
    ^bb0(%x: f32, %m: f32, %o: f32):
      %d = arith.subf %x, %m : f32
      %e = math.exp %d : f32
      linalg.yield %e : f32
    } -> tensor<64x256xf32>
  %sum_init = linalg.fill ins(%zero : f32) outs(%row_empty : tensor<64xf32>) -> tensor<64xf32>
  %sum = linalg.generic {indexing_maps = [#identity, #row], iterator_types = ["parallel", "reduction"]}
      ins(%exp : tensor<64x256xf32>) outs(%sum_init : tensor<64xf32>) {
    ^bb0(%x: f32, %acc: f32):
      %y = arith.addf %acc, %x : f32
      linalg.yield %y : f32
    } -> tensor<64xf32>
  %result = linalg.generic {indexing_maps = [#identity, #row, #identity], iterator_types = ["parallel", "parallel"]}
      ins(%exp, %sum : tensor<64x256xf32>, tensor<64xf32>) outs(%out : tensor<64x256xf32>) {
    ^bb0(%x: f32, %s: f32, %o: f32):
      %y = arith.divf %x, %s : f32
      linalg.yield %y : f32
    } -> tensor<64x256xf32>
  return %result : tensor<64x256xf32>
}
