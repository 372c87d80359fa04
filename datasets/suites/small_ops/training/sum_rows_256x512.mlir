#identity = affine_map<(i, j) -> (i, j)>
#row = affine_map<(i, j) -> (i)>
func.func @main(%a: tensor<256x512xf32> {bufferization.writable = false}, %out: tensor<256xf32> {bufferization.writable = true}) -> tensor<256xf32> {
  %initial = arith.constant 0.0 : f32
  %init = linalg.fill ins(%initial : f32) outs(%out : tensor<256xf32>) -> tensor<256xf32>
  %result = linalg.generic {indexing_maps = [#identity, #row], iterator_types = ["parallel", "reduction"]}
      ins(%a : tensor<256x512xf32>) outs(%init : tensor<256xf32>) {
    ^bb0(%x: f32, %acc: f32):
      %y = arith.addf %acc, %x : f32
      linalg.yield %y : f32
    } -> tensor<256xf32>
  return %result : tensor<256xf32>
}
