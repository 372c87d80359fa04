// s[j] = sum over i of A[i, j].
#matrix = affine_map<(i, j) -> (i, j)>
#columns = affine_map<(i, j) -> (j)>
func.func @main(%a: tensor<64x96xf32> {bufferization.writable = false},
                %out: tensor<96xf32> {bufferization.writable = true}) -> tensor<96xf32> {
  %init = arith.constant 0.0 : f32
  %filled = linalg.fill ins(%init : f32) outs(%out : tensor<96xf32>) -> tensor<96xf32>
  %result = linalg.generic {
      indexing_maps = [#matrix, #columns],
      iterator_types = ["reduction", "parallel"]}
      ins(%a : tensor<64x96xf32>)
      outs(%filled : tensor<96xf32>) {
  ^bb0(%x: f32, %accumulator: f32):
    %y = arith.addf %x, %accumulator : f32
    linalg.yield %y : f32
  } -> tensor<96xf32>
  return %result : tensor<96xf32>
}
