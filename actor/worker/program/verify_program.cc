#include "actor/worker/program/verify_program.h"

#include "absl/strings/str_cat.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/raw_ostream.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace weft {
namespace {

absl::Status Refuse(mlir::Operation* op, const std::string& name,
                    const std::string& reason) {
  return absl::InvalidArgumentError(
      absl::StrCat(FormatLocation(op->getLoc(), name), ": ", reason));
}

std::string Text(mlir::Type type) {
  std::string text;
  llvm::raw_string_ostream(text) << type;
  return text;
}

// Empty when values of this type are allowed, else why not. Scalars may have any type.
std::string TypeProblem(mlir::Type type) {
  auto shaped = mlir::dyn_cast<mlir::ShapedType>(type);
  if (!shaped) return "";
  auto tensor = mlir::dyn_cast<mlir::RankedTensorType>(type);
  if (!tensor) return absl::StrCat("type ", Text(type), " is not a ranked tensor");
  if (!tensor.hasStaticShape()) {
    return absl::StrCat("type ", Text(type),
                        " has a dynamic shape; expected static sizes");
  }
  if (!tensor.getElementType().isF32() && !tensor.getElementType().isF64()) {
    return absl::StrCat("type ", Text(type), " has elements other than f32 and f64");
  }
  if (tensor.getNumElements() == 0) {
    return absl::StrCat("type ", Text(type), " has no elements");
  }
  return "";
}

// Empty when the operation is allowed, else why not.
std::string OperationProblem(mlir::Operation* op) {
  static const llvm::StringSet<>* const kDialects = new llvm::StringSet<>(
      {"builtin", "func", "linalg", "tensor", "arith", "math", "scf"});
  const std::string operation = op->getName().getStringRef().str();
  if (!kDialects->contains(op->getName().getDialectNamespace())) {
    return absl::StrCat("operation ", operation,
                        " is not allowed; expected the dialects builtin, func, linalg, "
                        "tensor, arith, math and scf");
  }
  if (mlir::isa<mlir::CallOpInterface>(op) || mlir::isa<mlir::func::ConstantOp>(op)) {
    return absl::StrCat("calls are not allowed, got ", operation);
  }
  if (mlir::isa<mlir::tensor::PackOp, mlir::tensor::UnPackOp>(op)) {
    return absl::StrCat("operation ", operation,
                        " is not allowed; expected it lowered to pads and transposes");
  }
  if (op->getName().getDialectNamespace() == "linalg" &&
      !mlir::isa<mlir::linalg::LinalgOp, mlir::linalg::YieldOp, mlir::linalg::IndexOp>(
          op)) {
    return absl::StrCat(
        "operation ", operation,
        " has no loop structure; expected structured linalg operations");
  }
  for (mlir::Type type : op->getOperandTypes()) {
    if (std::string problem = TypeProblem(type); !problem.empty()) return problem;
    if (mlir::isa<mlir::TensorType>(type) &&
        op->hasTrait<mlir::OpTrait::Elementwise>()) {
      return absl::StrCat("operation ", operation,
                          " works on tensors; expected linalg (mlir-opt "
                          "--convert-elementwise-to-linalg)");
    }
  }
  for (mlir::Type type : op->getResultTypes()) {
    if (std::string problem = TypeProblem(type); !problem.empty()) return problem;
  }
  return "";
}

absl::Status VerifyEntry(mlir::func::FuncOp entry, const std::string& name) {
  if (entry.isExternal()) {
    return Refuse(entry, name,
                  absl::StrCat("function @", entry.getName().str(),
                               " is only declared; expected its definition"));
  }
  const mlir::FunctionType type = entry.getFunctionType();
  for (const mlir::TypeRange types :
       {mlir::TypeRange(type.getInputs()), mlir::TypeRange(type.getResults())}) {
    for (mlir::Type argument : types) {
      std::string problem = TypeProblem(argument);
      if (problem.empty() && !mlir::isa<mlir::RankedTensorType>(argument)) {
        problem = absl::StrCat("type ", Text(argument), " is not a tensor");
      }
      if (!problem.empty()) {
        return Refuse(entry, name, absl::StrCat("signature of the entry: ", problem));
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace

std::string FormatLocation(mlir::Location location, const std::string& name) {
  if (auto named = mlir::dyn_cast<mlir::NameLoc>(location)) {
    return FormatLocation(named.getChildLoc(), name);
  }
  if (auto position = mlir::dyn_cast<mlir::FileLineColLoc>(location)) {
    return absl::StrCat(name, ":", position.getLine(), ":", position.getColumn());
  }
  return name;
}

absl::Status VerifyProgram(mlir::ModuleOp module, const std::string& name) {
  mlir::func::FuncOp entry;
  absl::Status status;
  module->walk<mlir::WalkOrder::PreOrder>([&](mlir::Operation* op) {
    if (op == module) return mlir::WalkResult::advance();
    if (mlir::isa<mlir::ModuleOp>(op)) {
      status = Refuse(op, name, "modules inside the module are not allowed");
    } else if (auto function = mlir::dyn_cast<mlir::func::FuncOp>(op)) {
      status = entry ? Refuse(op, name,
                              absl::StrCat("more than one function: @",
                                           function.getName().str(), " after @",
                                           entry.getName().str()))
                     : VerifyEntry(function, name);
      entry = function;
    } else if (std::string problem = OperationProblem(op); !problem.empty()) {
      status = Refuse(op, name, problem);
    }
    return status.ok() ? mlir::WalkResult::advance() : mlir::WalkResult::interrupt();
  });
  if (!status.ok()) return status;
  if (!entry) return Refuse(module, name, "no function; expected one on tensors");
  return absl::OkStatus();
}

}  // namespace weft
