// As MLIR-RL writes its programs: a clock around the computation, tags on operations.
module {
  func.func private @nanoTime() -> i64 attributes {llvm.emit_c_interface}
  func.func @operation(%a: tensor<16x32xf32>, %b: tensor<32x8xf32>,
                       %c: tensor<16x8xf32>) -> (tensor<16x8xf32>, i64)
      attributes {llvm.emit_c_interface} {
    %start = call @nanoTime() : () -> i64
    %m = linalg.matmul {tag = "operation_0"} ins(%a, %b : tensor<16x32xf32>, tensor<32x8xf32>)
        outs(%c : tensor<16x8xf32>) -> tensor<16x8xf32>
    %end = call @nanoTime() : () -> i64
    %elapsed = arith.subi %end, %start : i64
    return %m, %elapsed : tensor<16x8xf32>, i64
  }
}
