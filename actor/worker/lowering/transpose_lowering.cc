#include "actor/worker/lowering/transpose_lowering.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace weft {
namespace {

using mlir::Location;
using mlir::PatternRewriter;
using mlir::Value;
using mlir::VectorType;

constexpr int64_t kBlock = 8;
// Sides of the one square for which upstream has a network.
constexpr int64_t kSquare = 16;
// Elements that an instruction moves within; the last step crosses them.
constexpr int64_t kLane = 4;

// The dimensions of the source that are not 1, in the order of the result.
llvm::SmallVector<int64_t> MovedDimensions(mlir::vector::TransposeOp op) {
  llvm::SmallVector<int64_t> dimensions;
  for (const int64_t dimension : op.getPermutation()) {
    if (op.getSourceVectorType().getDimSize(dimension) != 1) {
      dimensions.push_back(dimension);
    }
  }
  return dimensions;
}

Value Zeros(Location location, VectorType type, PatternRewriter& rewriter) {
  return rewriter.create<mlir::arith::ConstantOp>(location, rewriter.getZeroAttr(type));
}

Value Slice(Location location, Value vector, int64_t offset, int64_t size,
            PatternRewriter& rewriter) {
  const int64_t one = 1;
  return rewriter.create<mlir::vector::ExtractStridedSliceOp>(
      location, vector, llvm::ArrayRef<int64_t>(offset), llvm::ArrayRef<int64_t>(size),
      llvm::ArrayRef<int64_t>(one));
}

class MoveUnitDimensions : public mlir::OpRewritePattern<mlir::vector::TransposeOp> {
 public:
  using OpRewritePattern::OpRewritePattern;

  mlir::LogicalResult matchAndRewrite(mlir::vector::TransposeOp op,
                                      PatternRewriter& rewriter) const override {
    if (op.getSourceVectorType().isScalable() ||
        !llvm::is_sorted(MovedDimensions(op))) {
      return mlir::failure();
    }
    rewriter.replaceOpWithNewOp<mlir::vector::ShapeCastOp>(op, op.getResultVectorType(),
                                                           op.getVector());
    return mlir::success();
  }
};

// Of n elements that were broadcast to m x n: row i of the n x m is element i.
class BroadcastRows : public mlir::OpRewritePattern<mlir::vector::TransposeOp> {
 public:
  using OpRewritePattern::OpRewritePattern;

  mlir::LogicalResult matchAndRewrite(mlir::vector::TransposeOp op,
                                      PatternRewriter& rewriter) const override {
    auto broadcast = op.getVector().getDefiningOp<mlir::vector::BroadcastOp>();
    const VectorType type = op.getResultVectorType();
    if (!broadcast || type.getRank() != 2 || type.isScalable() ||
        !llvm::equal(op.getPermutation(), std::array<int64_t, 2>{1, 0})) {
      return mlir::failure();
    }
    auto source = mlir::dyn_cast<VectorType>(broadcast.getSource().getType());
    if (!source || source.getRank() != 1 ||
        source.getDimSize(0) != type.getDimSize(0)) {
      return mlir::failure();
    }
    const Location location = op.getLoc();
    const auto row_type = VectorType::get({type.getDimSize(1)}, type.getElementType());
    Value result = Zeros(location, type, rewriter);
    for (int64_t i = 0; i < type.getDimSize(0); ++i) {
      Value element =
          rewriter.create<mlir::vector::ExtractOp>(location, broadcast.getSource(), i);
      Value row =
          rewriter.create<mlir::vector::BroadcastOp>(location, row_type, element);
      result = rewriter.create<mlir::vector::InsertOp>(location, row, result, i);
    }
    rewriter.replaceOp(op, result);
    return mlir::success();
  }
};

// Row j of `result`, of the columns of `rows`, each of kBlock elements; 4 or 8 rows.
class BlockTranspose {
 public:
  BlockTranspose(Location location, PatternRewriter& rewriter)
      : location_(location), rewriter_(rewriter) {}

  llvm::SmallVector<Value> operator()(llvm::ArrayRef<Value> rows) {
    llvm::SmallVector<Value> values(rows);
    Step(1, {0, 8, 1, 9, 4, 12, 5, 13}, {2, 10, 3, 11, 6, 14, 7, 15}, &values);
    Step(2, {0, 1, 8, 9, 4, 5, 12, 13}, {2, 3, 10, 11, 6, 7, 14, 15}, &values);
    if (rows.size() == kBlock) {
      Step(4, {0, 1, 2, 3, 8, 9, 10, 11}, {4, 5, 6, 7, 12, 13, 14, 15}, &values);
      // After interleaving twice, columns are in the order of their bits reversed.
      return {values[0], values[2], values[1], values[3],
              values[4], values[6], values[5], values[7]};
    }
    llvm::SmallVector<Value> columns;
    for (const int64_t offset : {int64_t{0}, kLane}) {
      for (const int index : {0, 2, 1, 3}) {
        columns.push_back(Slice(location_, values[static_cast<size_t>(index)], offset,
                                kLane, rewriter_));
      }
    }
    return columns;
  }

 private:
  using Mask = std::array<int64_t, kBlock>;

  // Values whose indices differ by `distance` become their low and their high halves.
  void Step(size_t distance, const Mask& low, const Mask& high,
            llvm::SmallVector<Value>* values) {
    for (size_t i = 0; i < values->size(); ++i) {
      if (i & distance) continue;
      const Value a = (*values)[i];
      const Value b = (*values)[i + distance];
      (*values)[i] = rewriter_.create<mlir::vector::ShuffleOp>(location_, a, b, low);
      (*values)[i + distance] =
          rewriter_.create<mlir::vector::ShuffleOp>(location_, a, b, high);
    }
  }

  const Location location_;
  PatternRewriter& rewriter_;
};

class TransposeByBlocks : public mlir::OpRewritePattern<mlir::vector::TransposeOp> {
 public:
  using OpRewritePattern::OpRewritePattern;

  mlir::LogicalResult matchAndRewrite(mlir::vector::TransposeOp op,
                                      PatternRewriter& rewriter) const override {
    const VectorType type = op.getSourceVectorType();
    const auto moved = MovedDimensions(op);
    if (type.isScalable() || !type.getElementType().isF32() || moved.size() != 2 ||
        moved[0] < moved[1]) {
      return mlir::failure();
    }
    const int64_t rows = type.getDimSize(moved[1]);
    const int64_t columns = type.getDimSize(moved[0]);
    if (columns % kBlock != 0 || (rows == kSquare && columns == kSquare)) {
      return mlir::failure();
    }
    const Location location = op.getLoc();
    const auto source_type = VectorType::get({rows, columns}, type.getElementType());
    const auto result_type = VectorType::get({columns, rows}, type.getElementType());
    Value source = rewriter.create<mlir::vector::ShapeCastOp>(location, source_type,
                                                              op.getVector());
    Value result = Zeros(location, result_type, rewriter);
    for (int64_t row = 0; row < rows; row += kBlock) {
      const int64_t height = std::min(kBlock, rows - row);
      for (int64_t column = 0; column < columns; column += kBlock) {
        result = InsertBlock(location, source, row, column, height, result, rewriter);
      }
    }
    rewriter.replaceOpWithNewOp<mlir::vector::ShapeCastOp>(op, op.getResultVectorType(),
                                                           result);
    return mlir::success();
  }

 private:
  // Puts the transposed block of `height` rows at (row, column) of `source` into
  // `result`.
  static Value InsertBlock(Location location, Value source, int64_t row, int64_t column,
                           int64_t height, Value result, PatternRewriter& rewriter) {
    const int64_t padded = height <= kLane ? kLane : kBlock;
    llvm::SmallVector<Value> rows;
    for (int64_t i = 0; i < padded; ++i) {
      if (i >= height) {  // What comes of it is dropped.
        rows.push_back(rows.back());
        continue;
      }
      Value whole = rewriter.create<mlir::vector::ExtractOp>(location, source, row + i);
      rows.push_back(Slice(location, whole, column, kBlock, rewriter));
    }
    BlockTranspose transpose(location, rewriter);
    llvm::SmallVector<Value> columns = transpose(rows);
    for (int64_t j = 0; j < kBlock; ++j) {
      Value piece = columns[static_cast<size_t>(j)];
      if (height < padded) {
        piece = Slice(location, piece, 0, height, rewriter);
      }
      result = rewriter.create<mlir::vector::InsertStridedSliceOp>(
          location, piece, result, std::array<int64_t, 2>{column + j, row},
          std::array<int64_t, 1>{1});
    }
    return result;
  }
};

}  // namespace

void PopulateTransposePatterns(mlir::RewritePatternSet* patterns) {
  mlir::MLIRContext* context = patterns->getContext();
  patterns->add<MoveUnitDimensions, BroadcastRows, TransposeByBlocks>(context);
  // They join the shape casts with what is around them.
  mlir::vector::ShapeCastOp::getCanonicalizationPatterns(*patterns, context);
  mlir::vector::ExtractOp::getCanonicalizationPatterns(*patterns, context);
}

}  // namespace weft
