// B[i, j] = A[i, j] + bias[j]; vectors leave one column.
#matrix = affine_map<(i, j) -> (i, j)>
#columns = affine_map<(i, j) -> (j)>
func.func @main(%a: tensor<33x65xf32> {bufferization.writable = false},
                %bias: tensor<65xf32> {bufferization.writable = false},
                %out: tensor<33x65xf32> {bufferization.writable = true}) -> tensor<33x65xf32> {
  %result = linalg.generic {
      indexing_maps = [#matrix, #columns, #matrix],
      iterator_types = ["parallel", "parallel"]}
      ins(%a, %bias : tensor<33x65xf32>, tensor<65xf32>)
      outs(%out : tensor<33x65xf32>) {
  ^bb0(%x: f32, %y: f32, %old: f32):
    %z = arith.addf %x, %y : f32
    linalg.yield %z : f32
  } -> tensor<33x65xf32>
  return %result : tensor<33x65xf32>
}
