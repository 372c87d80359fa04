#include "actor/worker/tasks/assembled_module.h"

#include "absl/strings/str_cat.h"
#include "llvm/Support/raw_ostream.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Transform/IR/TransformDialect.h"
#include "mlir/Dialect/Transform/IR/TransformOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/Parser/Parser.h"

namespace weft {
namespace {

std::string SequenceName(const ProgramTask& task) {
  return absl::StrCat("schedule_", task.name);
}

mlir::func::FuncOp FunctionOf(mlir::ModuleOp module) {
  return *module.getOps<mlir::func::FuncOp>().begin();
}

// The entry with its operations replaced by calls.
void BuildEntry(const CutProgram& program, const std::vector<mlir::func::FuncOp>& tasks,
                mlir::OpBuilder* builder) {
  mlir::func::FuncOp original = program.entry();
  auto entry = mlir::cast<mlir::func::FuncOp>(builder->cloneWithoutRegions(*original));
  builder->setInsertionPointToEnd(entry.addEntryBlock());
  const mlir::Location location = builder->getUnknownLoc();
  std::vector<mlir::func::CallOp> calls;
  const auto value_of = [&](const TensorSource& source) -> mlir::Value {
    if (source.kind == TensorSource::Kind::kArgument) {
      return entry.getArgument(source.index);
    }
    return calls[source.index].getResult(source.result);
  };
  for (const TaskCall& call : program.calls) {
    mlir::func::FuncOp task = tasks[call.task];
    llvm::SmallVector<mlir::Value> operands;
    for (size_t i = 0; i < call.arguments.size(); ++i) {
      if (call.arguments[i].kind != TensorSource::Kind::kNew) {
        operands.push_back(value_of(call.arguments[i]));
        continue;
      }
      auto type = mlir::cast<mlir::RankedTensorType>(task.getArgument(i).getType());
      operands.push_back(builder->create<mlir::tensor::EmptyOp>(
          location, type.getShape(), type.getElementType()));
    }
    calls.push_back(builder->create<mlir::func::CallOp>(location, task, operands));
  }
  llvm::SmallVector<mlir::Value> results;
  for (const TensorSource& source : program.results) {
    results.push_back(value_of(source));
  }
  builder->create<mlir::func::ReturnOp>(location, results);
}

// The text of the schedule's named sequence under the task's name.
absl::StatusOr<std::string> NamedSequence(CompilerContext& context,
                                          const ProgramTask& task,
                                          const std::string& schedule) {
  context.TakeDiagnostics();
  auto module =
      mlir::parseSourceString<mlir::ModuleOp>(schedule, context.mlir(), task.name);
  mlir::transform::NamedSequenceOp sequence;
  if (module) {
    sequence = module->lookupSymbol<mlir::transform::NamedSequenceOp>(
        mlir::transform::TransformDialect::kTransformEntryPointSymbolName);
  }
  if (!sequence || sequence.getFunctionType().getNumInputs() != 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        task.name, ": its schedule is no module with a @__transform_main: ",
        context.TakeDiagnostics()));
  }
  sequence.setSymName(SequenceName(task));
  sequence.setArgAttr(0, mlir::transform::TransformDialect::kArgReadOnlyAttrName,
                      mlir::UnitAttr::get(context.mlir()));
  std::string text;
  llvm::raw_string_ostream out(text);
  sequence->print(out);
  return text;
}

}  // namespace

mlir::OwningOpRef<mlir::ModuleOp> AssembleModule(const CutProgram& program,
                                                 const TaskBodies& bodies) {
  mlir::ModuleOp original = *program.module;
  mlir::OpBuilder builder(original.getContext());
  mlir::OwningOpRef<mlir::ModuleOp> module =
      mlir::ModuleOp::create(builder.getUnknownLoc());
  builder.setInsertionPointToEnd(module->getBody());
  std::vector<mlir::func::FuncOp> tasks;
  for (size_t i = 0; i < bodies.size(); ++i) {
    mlir::ModuleOp body = *bodies[i];
    auto task =
        mlir::cast<mlir::func::FuncOp>(builder.clone(*FunctionOf(body).getOperation()));
    task.setName(program.tasks[i].name);
    task.setPrivate();
    tasks.push_back(task);
  }
  BuildEntry(program, tasks, &builder);
  return module;
}

absl::StatusOr<std::string> AssembleSchedule(
    CompilerContext& context, const CutProgram& program,
    const std::vector<std::string>& schedules) {
  std::string sequences;
  std::string body;
  for (size_t i = 0; i < schedules.size(); ++i) {
    if (schedules[i].empty()) continue;
    const ProgramTask& task = program.tasks[i];
    absl::StatusOr<std::string> sequence = NamedSequence(context, task, schedules[i]);
    if (!sequence.ok()) return sequence.status();
    absl::StrAppend(&sequences, "  ", *sequence, "\n");
    absl::StrAppend(&body, "    %f", i,
                    " = transform.structured.match ops{[\"func.func\"]} ",
                    "attributes {sym_name = \"", task.name,
                    "\"} in %module : (!transform.any_op) -> !transform.any_op\n",
                    "    transform.include @", SequenceName(task),
                    " failures(propagate) (%f", i, ") : (!transform.any_op) -> ()\n");
  }
  return absl::StrCat("module attributes {transform.with_named_sequence} {\n",
                      sequences,
                      "  transform.named_sequence @__transform_main("
                      "%module: !transform.any_op {transform.readonly}) {\n",
                      body, "    transform.yield\n  }\n}\n");
}

std::string ModuleText(mlir::ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream out(text);
  module.print(out);
  out << "\n";
  return text;
}

}  // namespace weft
