// m[i] = max over j of A[i, j]; no vector divides a row.
#matrix = affine_map<(i, j) -> (i, j)>
#rows = affine_map<(i, j) -> (i)>
func.func @main(%a: tensor<37x101xf32> {bufferization.writable = false},
                %out: tensor<37xf32> {bufferization.writable = true}) -> tensor<37xf32> {
  %init = arith.constant -3.0e38 : f32
  %filled = linalg.fill ins(%init : f32) outs(%out : tensor<37xf32>) -> tensor<37xf32>
  %result = linalg.generic {
      indexing_maps = [#matrix, #rows],
      iterator_types = ["parallel", "reduction"]}
      ins(%a : tensor<37x101xf32>)
      outs(%filled : tensor<37xf32>) {
  ^bb0(%x: f32, %accumulator: f32):
    %y = arith.maximumf %x, %accumulator : f32
    linalg.yield %y : f32
  } -> tensor<37xf32>
  return %result : tensor<37xf32>
}
