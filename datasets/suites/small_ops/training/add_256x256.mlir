#identity = affine_map<(i, j) -> (i, j)>
func.func @main(%a: tensor<256x256xf32> {bufferization.writable = false}, %b: tensor<256x256xf32> {bufferization.writable = false}, %out: tensor<256x256xf32> {bufferization.writable = true}) -> tensor<256x256xf32> {
  %result = linalg.generic {indexing_maps = [#identity, #identity, #identity], iterator_types = ["parallel", "parallel"]}
      ins(%a, %b : tensor<256x256xf32>, tensor<256x256xf32>) outs(%out : tensor<256x256xf32>) {
    ^bb0(%x: f32, %y: f32, %o: f32):
      %s = arith.addf %x, %y : f32
      linalg.yield %s : f32
    } -> tensor<256x256xf32>
  return %result : tensor<256x256xf32>
}
