#identity = affine_map<(i, j) -> (i, j)>
func.func @main(%a: tensor<64x256xf32> {bufferization.writable = false}, %out: tensor<64x256xf32> {bufferization.writable = true}) -> tensor<64x256xf32> {
  %one = arith.constant 1.0 : f32
  %result = linalg.generic {indexing_maps = [#identity, #identity], iterator_types = ["parallel", "parallel"]}
      ins(%a : tensor<64x256xf32>) outs(%out : tensor<64x256xf32>) {
    ^bb0(%x: f32, %o: f32):
      %n = arith.negf %x : f32
      %e = math.exp %n : f32
      %d = arith.addf %one, %e : f32
      %y = arith.divf %one, %d : f32
      linalg.yield %y : f32
    } -> tensor<64x256xf32>
  return %result : tensor<64x256xf32>
}
