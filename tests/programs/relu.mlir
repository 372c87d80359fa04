// B = max(A, 0).
#matrix = affine_map<(i, j) -> (i, j)>
func.func @main(%a: tensor<64x96xf32> {bufferization.writable = false},
                %out: tensor<64x96xf32> {bufferization.writable = true}) -> tensor<64x96xf32> {
  %zero = arith.constant 0.0 : f32
  %result = linalg.generic {
      indexing_maps = [#matrix, #matrix],
      iterator_types = ["parallel", "parallel"]}
      ins(%a : tensor<64x96xf32>)
      outs(%out : tensor<64x96xf32>) {
  ^bb0(%x: f32, %old: f32):
    %y = arith.maximumf %x, %zero : f32
    linalg.yield %y : f32
  } -> tensor<64x96xf32>
  return %result : tensor<64x96xf32>
}
