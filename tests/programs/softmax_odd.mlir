// Softmax of every row, with the maximum subtracted first; no vector divides a row.
#matrix = affine_map<(i, j) -> (i, j)>
#rows = affine_map<(i, j) -> (i)>
func.func @main(%a: tensor<9x97xf32> {bufferization.writable = false},
                %out: tensor<9x97xf32> {bufferization.writable = true}) -> tensor<9x97xf32> {
  %lowest = arith.constant -3.0e38 : f32
  %zero = arith.constant 0.0 : f32
  %vector = tensor.empty() : tensor<9xf32>
  %matrix = tensor.empty() : tensor<9x97xf32>
  %max_init = linalg.fill ins(%lowest : f32) outs(%vector : tensor<9xf32>) -> tensor<9xf32>
  %max = linalg.generic {
      indexing_maps = [#matrix, #rows],
      iterator_types = ["parallel", "reduction"]}
      ins(%a : tensor<9x97xf32>)
      outs(%max_init : tensor<9xf32>) {
  ^bb0(%x: f32, %accumulator: f32):
    %y = arith.maximumf %x, %accumulator : f32
    linalg.yield %y : f32
  } -> tensor<9xf32>
  %exp = linalg.generic {
      indexing_maps = [#matrix, #rows, #matrix],
      iterator_types = ["parallel", "parallel"]}
      ins(%a, %max : tensor<9x97xf32>, tensor<9xf32>)
      outs(%matrix : tensor<9x97xf32>) {
  ^bb0(%x: f32, %m: f32, %old: f32):
    %d = arith.subf %x, %m : f32
    %e = math.exp %d : f32
    linalg.yield %e : f32
  } -> tensor<9x97xf32>
  %sum_init = linalg.fill ins(%zero : f32) outs(%vector : tensor<9xf32>) -> tensor<9xf32>
  %sum = linalg.generic {
      indexing_maps = [#matrix, #rows],
      iterator_types = ["parallel", "reduction"]}
      ins(%exp : tensor<9x97xf32>)
      outs(%sum_init : tensor<9xf32>) {
  ^bb0(%x: f32, %accumulator: f32):
    %y = arith.addf %x, %accumulator : f32
    linalg.yield %y : f32
  } -> tensor<9xf32>
  %result = linalg.generic {
      indexing_maps = [#matrix, #rows, #matrix],
      iterator_types = ["parallel", "parallel"]}
      ins(%exp, %sum : tensor<9x97xf32>, tensor<9xf32>)
      outs(%out : tensor<9x97xf32>) {
  ^bb0(%x: f32, %s: f32, %old: f32):
    %q = arith.divf %x, %s : f32
    linalg.yield %q : f32
  } -> tensor<9x97xf32>
  return %result : tensor<9x97xf32>
}
