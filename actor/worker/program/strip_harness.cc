#include "actor/worker/program/strip_harness.h"

#include "absl/strings/str_cat.h"
#include "llvm/ADT/StringMap.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Builders.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace weft {
namespace {

using Notes = std::vector<std::string>;

bool HasTensor(mlir::TypeRange types) {
  return llvm::any_of(
      types, [](mlir::Type type) { return mlir::isa<mlir::TensorType>(type); });
}

// Erases dead operations, last first, so that whole chains go. A linalg operation
// stays: a schedule finds its own by counting them, in the original text as well.
void EraseDead(mlir::func::FuncOp function) {
  for (mlir::Block& block : function.getBody()) {
    for (mlir::Operation& op : llvm::make_early_inc_range(llvm::reverse(block))) {
      if (mlir::isa<mlir::linalg::LinalgOp>(op)) continue;
      if (mlir::isOpTriviallyDead(&op)) op.erase();
    }
  }
}

void DropScalarResults(mlir::func::FuncOp function, Notes* notes) {
  const mlir::FunctionType type = function.getFunctionType();
  if (!HasTensor(type.getResults()) || !function.getBody().hasOneBlock()) return;
  llvm::BitVector scalars(type.getNumResults());
  for (unsigned i = 0; i < type.getNumResults(); ++i) {
    if (!mlir::isa<mlir::TensorType>(type.getResult(i))) scalars.set(i);
  }
  if (scalars.none()) return;
  function.getBody().front().getTerminator()->eraseOperands(scalars);
  function.eraseResults(scalars);
  notes->push_back(absl::StrCat("dropped ", scalars.count(), " result(s) of @",
                                function.getName().str(), " that are no tensors"));
}

// Whether everything that uses the operation's results, directly or not, is arithmetic
// on scalars or a call of a function that is only declared: nothing of the computation.
bool FeedsOnlyHarness(mlir::Operation* op, mlir::ModuleOp module) {
  return llvm::all_of(op->getUsers(), [&](mlir::Operation* user) {
    if (auto call = mlir::dyn_cast<mlir::func::CallOp>(user)) {
      auto callee = module.lookupSymbol<mlir::func::FuncOp>(call.getCallee());
      return callee && callee.isExternal() && FeedsOnlyHarness(user, module);
    }
    return mlir::isMemoryEffectFree(user) && !HasTensor(user->getResultTypes()) &&
           !user->hasTrait<mlir::OpTrait::IsTerminator>() &&
           FeedsOnlyHarness(user, module);
  });
}

void EraseWithUsers(mlir::Operation* op) {
  while (!op->use_empty()) EraseWithUsers(*op->user_begin());
  op->erase();
}

// A declared function that returns no tensor, with its calls. A call that feeds the
// computation keeps it, and VerifyProgram then refuses the call with its place.
void StripDeclaredFunctions(mlir::ModuleOp module, Notes* notes) {
  llvm::StringMap<int> calls;
  module.walk([&](mlir::func::CallOp call) { ++calls[call.getCallee()]; });
  for (auto function :
       llvm::make_early_inc_range(module.getOps<mlir::func::FuncOp>())) {
    if (!function.isExternal() || HasTensor(function.getFunctionType().getResults())) {
      continue;
    }
    const auto next_call = [&]() {
      mlir::func::CallOp found;
      module.walk([&](mlir::func::CallOp call) {
        if (call.getCallee() != function.getName() || !FeedsOnlyHarness(call, module)) {
          return mlir::WalkResult::advance();
        }
        found = call;
        return mlir::WalkResult::interrupt();
      });
      return found;
    };
    // One at a time: what a call feeds may be another call of the same function.
    while (mlir::func::CallOp call = next_call()) EraseWithUsers(call);
    if (!mlir::SymbolTable::symbolKnownUseEmpty(function, module)) continue;
    notes->push_back(absl::StrCat("stripped @", function.getName().str(), " and ",
                                  calls.lookup(function.getName()), " call(s) of it"));
    function.erase();
  }
}

bool HasLinalg(mlir::func::FuncOp function) {
  return function
      .walk([](mlir::linalg::LinalgOp) { return mlir::WalkResult::interrupt(); })
      .wasInterrupted();
}

void StripDrivers(mlir::ModuleOp module, Notes* notes) {
  auto functions = llvm::to_vector(module.getOps<mlir::func::FuncOp>());
  if (functions.size() < 2 || llvm::count_if(functions, HasLinalg) != 1) return;
  for (mlir::func::FuncOp function : functions) {
    if (function.isExternal() || HasLinalg(function)) continue;
    notes->push_back(absl::StrCat("stripped @", function.getName().str(),
                                  ", which has no linalg operation"));
    function.erase();
  }
}

void StripAttributes(mlir::ModuleOp module, Notes* notes) {
  for (const char* attribute : {"tag", "llvm.emit_c_interface"}) {
    int stripped = 0;
    module.walk([&](mlir::Operation* op) {
      if (op->removeDiscardableAttr(attribute)) ++stripped;
    });
    if (stripped == 0) continue;
    notes->push_back(
        absl::StrCat("stripped ", stripped, " attribute(s) '", attribute, "'"));
  }
}

void ReplaceAllocations(mlir::ModuleOp module, Notes* notes) {
  int replaced = 0;
  module.walk([&](mlir::bufferization::AllocTensorOp allocation) {
    if (allocation.getCopy()) return;
    mlir::OpBuilder builder(allocation);
    auto empty = builder.create<mlir::tensor::EmptyOp>(
        allocation.getLoc(), allocation.getType(), allocation.getDynamicSizes());
    allocation.replaceAllUsesWith(empty.getResult());
    allocation.erase();
    ++replaced;
  });
  if (replaced == 0) return;
  notes->push_back(
      absl::StrCat(replaced, " bufferization.alloc_tensor became tensor.empty"));
}

}  // namespace

std::vector<std::string> StripHarness(mlir::ModuleOp module) {
  Notes notes;
  for (auto function : module.getOps<mlir::func::FuncOp>()) {
    if (!function.isExternal()) DropScalarResults(function, &notes);
  }
  StripDeclaredFunctions(module, &notes);
  StripDrivers(module, &notes);
  if (!notes.empty()) {
    for (auto function : module.getOps<mlir::func::FuncOp>()) EraseDead(function);
  }
  StripAttributes(module, &notes);
  ReplaceAllocations(module, &notes);
  return notes;
}

}  // namespace weft
