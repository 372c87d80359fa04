#whole = affine_map<(i, j) -> (i, j)>
#columns = affine_map<(i, j) -> (j)>
func.func @main(%x: tensor<16x32xf32> {bufferization.writable = false},
                %w1: tensor<32x32xf32> {bufferization.writable = false},
                %b1: tensor<32xf32> {bufferization.writable = false},
                %w2: tensor<32x32xf32> {bufferization.writable = false},
                %b2: tensor<32xf32> {bufferization.writable = false},
                %out: tensor<16x32xf32> {bufferization.writable = true})
    -> tensor<16x32xf32> {
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<16x32xf32>
  %fill = linalg.fill ins(%zero : f32) outs(%empty : tensor<16x32xf32>) -> tensor<16x32xf32>
  %m1 = linalg.matmul ins(%x, %w1 : tensor<16x32xf32>, tensor<32x32xf32>)
      outs(%fill : tensor<16x32xf32>) -> tensor<16x32xf32>
  %a1 = linalg.generic {indexing_maps = [#whole, #columns, #whole],
      iterator_types = ["parallel", "parallel"]}
      ins(%m1, %b1 : tensor<16x32xf32>, tensor<32xf32>) outs(%empty : tensor<16x32xf32>) {
  ^bb0(%v: f32, %b: f32, %o: f32):
    %s = arith.addf %v, %b : f32
    %r = arith.maximumf %s, %zero : f32
    linalg.yield %r : f32
  } -> tensor<16x32xf32>
  %m2 = linalg.matmul ins(%a1, %w2 : tensor<16x32xf32>, tensor<32x32xf32>)
      outs(%fill : tensor<16x32xf32>) -> tensor<16x32xf32>
  %a2 = linalg.generic {indexing_maps = [#whole, #columns, #whole],
      iterator_types = ["parallel", "parallel"]}
      ins(%m2, %b2 : tensor<16x32xf32>, tensor<32xf32>) outs(%out : tensor<16x32xf32>) {
  ^bb0(%v: f32, %b: f32, %o: f32):
    %s = arith.addf %v, %b : f32
    %r = arith.maximumf %s, %zero : f32
    linalg.yield %r : f32
  } -> tensor<16x32xf32>
  return %a2 : tensor<16x32xf32>
}
