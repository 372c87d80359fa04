// Programs with a timing harness around them load, and say what was taken away.
#include "actor/worker/program/strip_harness.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "actor/worker/program/loaded_program.h"
#include "llvm/Support/raw_ostream.h"

namespace weft {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

// A clock whose reading is a result, and operations with tags.
constexpr char kTimedFunction[] = R"mlir(
module attributes {torch.debug_module_name = "Net"} {
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
)mlir";

// A function that makes its own inputs and prints how long it took, and a @main that
// calls it in a loop.
constexpr char kDriver[] = R"mlir(
module {
  func.func private @nanoTime() -> i64 attributes {llvm.emit_c_interface}
  func.func private @printFlops(f64)
  func.func private @printI64(i64)
  func.func private @printNewline()
  func.func private @printMemrefF32(tensor<*xf32>)
  func.func @network() -> tensor<64xf32> {
    %two = arith.constant 2.0 : f32
    %space = bufferization.alloc_tensor() : tensor<64xf32>
    %x = linalg.fill ins(%two : f32) outs(%space : tensor<64xf32>) -> tensor<64xf32>
    %other = bufferization.alloc_tensor() : tensor<64xf32>
    %t0 = func.call @nanoTime() : () -> i64
    %sum = linalg.add {tag = "operation_1"} ins(%x, %x : tensor<64xf32>, tensor<64xf32>)
        outs(%other : tensor<64xf32>) -> tensor<64xf32>
    %t1 = func.call @nanoTime() : () -> i64
    %delta = arith.subi %t1, %t0 : i64
    %seconds = arith.uitofp %delta : i64 to f64
    func.call @printFlops(%seconds) : (f64) -> ()
    func.call @printI64(%delta) : (i64) -> ()
    func.call @printNewline() : () -> ()
    %unranked = tensor.cast %sum : tensor<64xf32> to tensor<*xf32>
    func.call @printMemrefF32(%unranked) : (tensor<*xf32>) -> ()
    return %sum : tensor<64xf32>
  }
  func.func @main() {
    %zero = arith.constant 0 : index
    %one = arith.constant 1 : index
    %times = arith.constant 20 : index
    scf.for %i = %zero to %times step %one {
      %out = func.call @network() : () -> tensor<64xf32>
    }
    return
  }
}
)mlir";

std::unique_ptr<LoadedProgram> Load(const std::string& source) {
  static auto* context = new CompilerContext;
  auto program = LoadedProgram::Load(*context, "p.mlir", source);
  EXPECT_TRUE(program.ok()) << program.status();
  return program.ok() ? *std::move(program) : nullptr;
}

std::string Text(const LoadedProgram& program) {
  std::string text;
  llvm::raw_string_ostream out(text);
  program.Clone()->print(out);
  return text;
}

TEST(StripHarnessTest, AClockAndTagsAreTakenFromAFunctionOnTensors) {
  const auto program = Load(kTimedFunction);
  ASSERT_NE(program, nullptr);
  EXPECT_THAT(program->notes(),
              ElementsAre("dropped 1 result(s) of @operation that are no tensors",
                          "stripped @nanoTime and 2 call(s) of it",
                          "stripped 1 attribute(s) 'tag'",
                          "stripped 1 attribute(s) 'llvm.emit_c_interface'"));
  EXPECT_EQ(program->info().anchor().name, "linalg.matmul");
  EXPECT_THAT(Text(*program), Not(HasSubstr("nanoTime")));
  EXPECT_THAT(Text(*program), Not(HasSubstr("arith.subi")));
}

TEST(StripHarnessTest, ADriverItsPrintsAndAllocationsAreTakenAway) {
  const auto program = Load(kDriver);
  ASSERT_NE(program, nullptr);
  EXPECT_THAT(program->notes(),
              ElementsAre("stripped @nanoTime and 2 call(s) of it",
                          "stripped @printFlops and 1 call(s) of it",
                          "stripped @printI64 and 1 call(s) of it",
                          "stripped @printNewline and 1 call(s) of it",
                          "stripped @printMemrefF32 and 1 call(s) of it",
                          "stripped @main, which has no linalg operation",
                          "stripped 1 attribute(s) 'tag'",
                          "2 bufferization.alloc_tensor became tensor.empty"));
  EXPECT_THAT(Text(*program), Not(HasSubstr("tensor.cast")));
  EXPECT_EQ(program->info().ops.size(), 2u);
}

TEST(StripHarnessTest, AProgramWithoutAHarnessStaysAsItIs) {
  // Dead code is no harness: it stays, as a schedule's replay expects it.
  const char source[] =
      "module {\n"
      "  func.func @main(%arg0: tensor<8xf32>, %arg1: tensor<8xf32>) -> tensor<8xf32> "
      "{\n"
      "    %cst = arith.constant 0.000000e+00 : f32\n"
      "    %0 = linalg.exp ins(%arg0 : tensor<8xf32>) outs(%arg1 : tensor<8xf32>) -> "
      "tensor<8xf32>\n"
      "    return %0 : tensor<8xf32>\n"
      "  }\n"
      "}\n";
  const auto program = Load(source);
  ASSERT_NE(program, nullptr);
  EXPECT_THAT(program->notes(), IsEmpty());
  EXPECT_EQ(Text(*program), source);
}

TEST(StripHarnessTest, ACallThatFeedsTheComputationIsRefusedWithItsPlace) {
  static auto* context = new CompilerContext;
  const auto program = LoadedProgram::Load(
      *context, "p.mlir",
      "func.func private @pivot() -> f32\n"
      "func.func @main(%a: tensor<4xf32>) -> tensor<4xf32> {\n"
      "  %v = call @pivot() : () -> f32\n"
      "  %f = linalg.fill ins(%v : f32) outs(%a : tensor<4xf32>) -> tensor<4xf32>\n"
      "  return %f : tensor<4xf32>\n"
      "}\n");
  ASSERT_FALSE(program.ok());
  EXPECT_THAT(std::string(program.status().message()), StartsWith("p.mlir:1:1: "));
}

}  // namespace
}  // namespace weft
