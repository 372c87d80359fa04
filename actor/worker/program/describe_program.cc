#include "actor/worker/program/describe_program.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "actor/worker/program/analyze_op.h"
#include "actor/worker/program/fusion_group.h"
#include "actor/worker/program/verify_program.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

namespace weft {
namespace {

constexpr size_t kMaxNeighbours = 8;

double TensorBytes(mlir::Type type) {
  auto tensor = mlir::cast<mlir::RankedTensorType>(type);
  return static_cast<double>(tensor.getNumElements()) *
         tensor.getElementTypeBitWidth() / 8;
}

// Every argument once, and every result that does not land in a writable argument.
double CompulsoryBytes(mlir::func::FuncOp entry) {
  double bytes = 0;
  std::vector<mlir::Type> writable;
  for (unsigned i = 0; i < entry.getNumArguments(); ++i) {
    const mlir::Type type = entry.getArgument(i).getType();
    bytes += TensorBytes(type);
    auto flag = entry.getArgAttrOfType<mlir::BoolAttr>(
        i, mlir::bufferization::BufferizationDialect::kWritableAttrName);
    if (flag && flag.getValue()) writable.push_back(type);
  }
  for (mlir::Type type : entry.getFunctionType().getResults()) {
    const auto match = std::find(writable.begin(), writable.end(), type);
    if (match == writable.end()) {
      bytes += TensorBytes(type);
    } else {
      writable.erase(match);
    }
  }
  return bytes;
}

// How often the loops around an operation run it; a loop of unknown length counts once.
double TimesRun(mlir::Operation* op) {
  double times = 1;
  for (auto loop = op->getParentOfType<mlir::scf::ForOp>(); loop;
       loop = loop->getParentOfType<mlir::scf::ForOp>()) {
    const auto trips = mlir::constantTripCount(loop.getLowerBound(),
                                               loop.getUpperBound(), loop.getStep());
    times *= static_cast<double>(trips.value_or(1));
  }
  return times;
}

double DataBytes(const StructuredOp& op) {
  double bytes = 0;
  for (const OperandInfo& operand : op.operands) {
    bytes += static_cast<double>(operand.elements) * operand.element_bytes;
  }
  return bytes;
}

NeighbourState Describe(const ProgramInfo& info, int index, bool producer) {
  const StructuredOp& op = info.ops[index];
  NeighbourState state;
  state.fusable = info.fusion.Contains(index);
  state.producer = producer;
  state.fill = op.fill;
  state.elementwise = op.kind == AnchorKind::kElementwise;
  state.elements = op.operands.empty() ? 1 : Output(op).elements;
  return state;
}

std::vector<NeighbourState> FindNeighbours(
    const std::vector<mlir::linalg::LinalgOp>& found, const ProgramInfo& info) {
  std::vector<NeighbourState> neighbours;
  mlir::Operation* anchor = found[info.anchor_index];
  const int ops = static_cast<int>(found.size());
  for (int i = 0; i < ops && neighbours.size() < kMaxNeighbours; ++i) {
    mlir::Operation* op = found[i];
    if (llvm::is_contained(anchor->getUsers(), op)) {
      neighbours.push_back(Describe(info, i, false));
    } else if (llvm::is_contained(op->getUsers(), anchor)) {
      neighbours.push_back(Describe(info, i, true));
    }
  }
  return neighbours;
}

}  // namespace

absl::StatusOr<ProgramInfo> DescribeProgram(mlir::ModuleOp module,
                                            const std::string& name) {
  ProgramInfo info;
  info.name = name;
  mlir::func::FuncOp entry = *module.getOps<mlir::func::FuncOp>().begin();
  // The default walk is the one that transform.structured.match uses.
  std::vector<mlir::linalg::LinalgOp> found;
  module->walk([&](mlir::linalg::LinalgOp op) { found.push_back(op); });
  if (found.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(FormatLocation(entry.getLoc(), name),
                     ": no linalg operation; expected at least one to schedule"));
  }
  std::map<std::string, int> count;
  for (mlir::linalg::LinalgOp op : found) {
    StructuredOp described = AnalyzeOp(op);
    described.flops *= TimesRun(op);
    described.index = count[described.name]++;
    info.flops += described.flops;
    info.ops.push_back(std::move(described));
  }
  for (StructuredOp& op : info.ops) op.count = count[op.name];
  const auto weight = [&](int i) {
    return std::make_tuple(info.ops[i].flops, DataBytes(info.ops[i]));
  };
  for (int i = 1; i < static_cast<int>(info.ops.size()); ++i) {
    if (weight(i) > weight(info.anchor_index)) info.anchor_index = i;
  }
  if (info.anchor().num_loops() > kMaxLoops) {
    return absl::InvalidArgumentError(
        absl::StrCat(FormatLocation(found[info.anchor_index].getLoc(), name), ": ",
                     info.anchor().name, " has ", info.anchor().num_loops(),
                     " loops; expected at most ", kMaxLoops));
  }
  info.fusion = FindFusionGroup(found, info);
  info.neighbours = FindNeighbours(found, info);
  info.bytes = CompulsoryBytes(entry);
  return info;
}

}  // namespace weft
