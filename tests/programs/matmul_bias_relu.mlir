// max(A B + bias, 0).
#matrix = affine_map<(i, j) -> (i, j)>
#columns = affine_map<(i, j) -> (j)>
func.func @main(%a: tensor<48x80xf32> {bufferization.writable = false},
                %b: tensor<80x64xf32> {bufferization.writable = false},
                %bias: tensor<64xf32> {bufferization.writable = false},
                %out: tensor<48x64xf32> {bufferization.writable = true}) -> tensor<48x64xf32> {
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<48x64xf32>
  %filled = linalg.fill ins(%zero : f32) outs(%empty : tensor<48x64xf32>) -> tensor<48x64xf32>
  %product = linalg.matmul ins(%a, %b : tensor<48x80xf32>, tensor<80x64xf32>) outs(%filled : tensor<48x64xf32>) -> tensor<48x64xf32>
  %biased = linalg.generic {
      indexing_maps = [#matrix, #columns, #matrix],
      iterator_types = ["parallel", "parallel"]}
      ins(%product, %bias : tensor<48x64xf32>, tensor<64xf32>)
      outs(%empty : tensor<48x64xf32>) {
  ^bb0(%x: f32, %y: f32, %old: f32):
    %z = arith.addf %x, %y : f32
    linalg.yield %z : f32
  } -> tensor<48x64xf32>
  %result = linalg.generic {
      indexing_maps = [#matrix, #matrix],
      iterator_types = ["parallel", "parallel"]}
      ins(%biased : tensor<48x64xf32>)
      outs(%out : tensor<48x64xf32>) {
  ^bb0(%x: f32, %old: f32):
    %y = arith.maximumf %x, %zero : f32
    linalg.yield %y : f32
  } -> tensor<48x64xf32>
  return %result : tensor<48x64xf32>
}
