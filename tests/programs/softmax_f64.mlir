// Softmax in f64 of every row, with the maximum subtracted first.
#matrix = affine_map<(i, j) -> (i, j)>
#rows = affine_map<(i, j) -> (i)>
func.func @main(%a: tensor<32x64xf64> {bufferization.writable = false},
                %out: tensor<32x64xf64> {bufferization.writable = true}) -> tensor<32x64xf64> {
  %lowest = arith.constant -3.0e38 : f64
  %zero = arith.constant 0.0 : f64
  %vector = tensor.empty() : tensor<32xf64>
  %matrix = tensor.empty() : tensor<32x64xf64>
  %max_init = linalg.fill ins(%lowest : f64) outs(%vector : tensor<32xf64>) -> tensor<32xf64>
  %max = linalg.generic {
      indexing_maps = [#matrix, #rows],
      iterator_types = ["parallel", "reduction"]}
      ins(%a : tensor<32x64xf64>)
      outs(%max_init : tensor<32xf64>) {
  ^bb0(%x: f64, %accumulator: f64):
    %y = arith.maximumf %x, %accumulator : f64
    linalg.yield %y : f64
  } -> tensor<32xf64>
  %exp = linalg.generic {
      indexing_maps = [#matrix, #rows, #matrix],
      iterator_types = ["parallel", "parallel"]}
      ins(%a, %max : tensor<32x64xf64>, tensor<32xf64>)
      outs(%matrix : tensor<32x64xf64>) {
  ^bb0(%x: f64, %m: f64, %old: f64):
    %d = arith.subf %x, %m : f64
    %e = math.exp %d : f64
    linalg.yield %e : f64
  } -> tensor<32x64xf64>
  %sum_init = linalg.fill ins(%zero : f64) outs(%vector : tensor<32xf64>) -> tensor<32xf64>
  %sum = linalg.generic {
      indexing_maps = [#matrix, #rows],
      iterator_types = ["parallel", "reduction"]}
      ins(%exp : tensor<32x64xf64>)
      outs(%sum_init : tensor<32xf64>) {
  ^bb0(%x: f64, %accumulator: f64):
    %y = arith.addf %x, %accumulator : f64
    linalg.yield %y : f64
  } -> tensor<32xf64>
  %result = linalg.generic {
      indexing_maps = [#matrix, #rows, #matrix],
      iterator_types = ["parallel", "parallel"]}
      ins(%exp, %sum : tensor<32x64xf64>, tensor<32xf64>)
      outs(%out : tensor<32x64xf64>) {
  ^bb0(%x: f64, %s: f64, %old: f64):
    %q = arith.divf %x, %s : f64
    linalg.yield %q : f64
  } -> tensor<32x64xf64>
  return %result : tensor<32x64xf64>
}
