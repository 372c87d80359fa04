#include "actor/worker/tasks/cut_program.h"

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "actor/worker/program/loaded_program.h"
#include "actor/worker/tasks/outline_task.h"
#include "actor/worker/tasks/task_groups.h"

namespace weft {
namespace {

std::string TaskName(int position, const StructuredOp& anchor) {
  std::string name = absl::StrFormat("task%02d_%s", position,
                                     absl::StripPrefix(anchor.name, "linalg."));
  for (size_t i = 0; i < anchor.loops.size(); ++i) {
    absl::StrAppend(&name, i == 0 ? "_" : "x", anchor.loops[i].extent);
  }
  return name;
}

// The whole entry as one group: everything before its return.
std::vector<TaskGroup> WholeFunction(mlir::func::FuncOp entry, std::string* reason) {
  mlir::Operation* terminator = entry.getBody().back().getTerminator();
  TaskGroup group;
  for (mlir::Operation& op : entry.getBody().front().without_terminator()) {
    group.ops.push_back(&op);
  }
  group.root = group.ops.empty() ? nullptr : group.ops.back();
  const bool single = group.root != nullptr && terminator->getNumOperands() > 0 &&
                      llvm::equal(terminator->getOperands(), group.root->getResults());
  if (!single) *reason = "its results do not come from its last operation";
  return single ? std::vector<TaskGroup>{group} : std::vector<TaskGroup>{};
}

class Cutting {
 public:
  Cutting(CompilerContext& context, CutProgram* program)
      : context_(context), program_(program) {}

  absl::Status Add(const TaskGroup& group) {
    const OutlinedTask outlined = OutlineTask(group, program_->entry());
    absl::StatusOr<int> task = FindOrAdd(outlined);
    if (!task.ok()) return task.status();
    TaskCall call;
    call.task = *task;
    for (mlir::Value argument : outlined.arguments) {
      call.arguments.push_back(argument ? SourceOf(argument) : TensorSource{});
    }
    ++program_->tasks[*task].calls;
    program_->flops += program_->tasks[*task].info.flops;
    call_of_[group.root] = static_cast<int>(program_->calls.size());
    program_->calls.push_back(std::move(call));
    return absl::OkStatus();
  }

  TensorSource SourceOf(mlir::Value value) const {
    if (auto argument = mlir::dyn_cast<mlir::BlockArgument>(value)) {
      return {TensorSource::Kind::kArgument, static_cast<int>(argument.getArgNumber()),
              0};
    }
    const auto result = mlir::cast<mlir::OpResult>(value);
    return {TensorSource::Kind::kResult, call_of_.at(result.getOwner()),
            static_cast<int>(result.getResultNumber())};
  }

 private:
  absl::StatusOr<int> FindOrAdd(const OutlinedTask& outlined) {
    const int position = static_cast<int>(program_->tasks.size());
    const auto [found, added] = task_of_.emplace(outlined.source, position);
    if (!added) return found->second;
    auto loaded =
        LoadedProgram::Load(context_, absl::StrCat("task ", position), outlined.source);
    if (!loaded.ok()) return loaded.status();
    ProgramTask task;
    task.info = (*loaded)->info();
    task.name = TaskName(position, task.info.anchor());
    task.source = outlined.source;
    task.result_arguments = outlined.result_arguments;
    program_->tasks.push_back(std::move(task));
    return position;
  }

  CompilerContext& context_;
  CutProgram* const program_;
  std::map<std::string, int> task_of_;  // By its text.
  std::map<mlir::Operation*, int> call_of_;
};

}  // namespace

mlir::func::FuncOp CutProgram::entry() const {
  mlir::ModuleOp all = *module;
  return *all.getOps<mlir::func::FuncOp>().begin();
}

absl::StatusOr<CutProgram> CutIntoTasks(CompilerContext& context,
                                        const std::string& name,
                                        const std::string& source) {
  absl::StatusOr<std::unique_ptr<LoadedProgram>> loaded =
      LoadedProgram::Load(context, name, source);
  if (!loaded.ok()) return loaded.status();
  CutProgram program;
  program.module = LoadedProgram::CloneToLower(*(*loaded)->Clone());
  program.notes = (*loaded)->notes();
  program.bytes = (*loaded)->info().bytes;

  std::string reason;
  std::vector<TaskGroup> groups;
  const ProgramInfo& info = (*loaded)->info();
  const bool fuses_whole = info.fusion.members.size() + 1 == info.ops.size();
  if (fuses_whole) groups = WholeFunction(program.entry(), &reason);
  if (groups.empty()) groups = GroupOperations(program.entry());
  if (groups.empty()) {
    groups = WholeFunction(program.entry(), &reason);
    if (groups.empty()) {
      return absl::UnimplementedError(
          absl::StrCat(name, ": the program cannot be cut into tasks: ", reason));
    }
    program.notes.push_back("not cut: the program is one task");
  }
  Cutting cutting(context, &program);
  for (const TaskGroup& group : groups) {
    if (absl::Status status = cutting.Add(group); !status.ok()) return status;
  }
  mlir::Operation* terminator = program.entry().getBody().front().getTerminator();
  for (mlir::Value result : terminator->getOperands()) {
    program.results.push_back(cutting.SourceOf(result));
  }
  return program;
}

}  // namespace weft
