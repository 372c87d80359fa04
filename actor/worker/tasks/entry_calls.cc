#include "actor/worker/tasks/entry_calls.h"

#include <map>
#include <utility>

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/Builders.h"
#include "mlir/Parser/Parser.h"

namespace weft {
namespace {

constexpr int kBufferAlignment = 64;

using ResultKey = std::pair<int, int>;  // Call, and result of it.

mlir::MemRefType BufferType(mlir::Type type) {
  auto tensor = mlir::cast<mlir::RankedTensorType>(type);
  return mlir::MemRefType::get(tensor.getShape(), tensor.getElementType());
}

ResultKey KeyOf(const TensorSource& source) { return {source.index, source.result}; }

class EntryBuilder {
 public:
  EntryBuilder(const CutProgram& program, const BufferLayout& layout)
      : program_(program),
        layout_(layout),
        original_(program.entry()),
        builder_(original_.getContext()),
        location_(builder_.getUnknownLoc()) {
    module_ = mlir::ModuleOp::create(location_);
    for (const ProgramTask& task : program.tasks) {
      auto parsed = mlir::parseSourceString<mlir::ModuleOp>(
          task.source, mlir::ParserConfig(builder_.getContext()));
      mlir::func::FuncOp function = *parsed->getOps<mlir::func::FuncOp>().begin();
      task_types_.push_back(function.getFunctionType());
    }
    for (size_t i = 0; i < program.calls.size(); ++i) {
      for (const TensorSource& source : program.calls[i].arguments) {
        if (source.kind != TensorSource::Kind::kResult) continue;
        last_reader_[KeyOf(source)] = static_cast<int>(i);
      }
    }
  }

  mlir::OwningOpRef<mlir::ModuleOp> Build() {
    DescribeArguments();
    PlaceResults();
    DeclareTasks();
    CreateEntry();
    for (size_t i = 0; i < program_.calls.size(); ++i) Call(static_cast<int>(i));
    for (const auto& [key, home] : copies_) {
      builder_.create<mlir::memref::CopyOp>(location_, place_.at(key),
                                            entry_.getArgument(home));
    }
    for (mlir::Value buffer : allocated_) {
      builder_.create<mlir::memref::DeallocOp>(location_, buffer);
    }
    builder_.create<mlir::func::ReturnOp>(location_);
    return std::move(module_);
  }

 private:
  // The argument of the entry that a result is computed in, or -1.
  int EntryArgumentOf(const ResultKey& key) const {
    const TaskCall& call = program_.calls[key.first];
    const int argument =
        program_.tasks[call.task].result_arguments[static_cast<size_t>(key.second)];
    if (argument < 0) return -1;
    const TensorSource& source = call.arguments[static_cast<size_t>(argument)];
    return source.kind == TensorSource::Kind::kArgument ? source.index : -1;
  }

  mlir::Type ResultType(const ResultKey& key) const {
    return task_types_[program_.calls[key.first].task].getResult(key.second);
  }

  // The last call that reads or writes what the entry's argument holds, or -1.
  int LastUse(int argument) const {
    int last = -1;
    for (size_t i = 0; i < program_.calls.size(); ++i) {
      for (const TensorSource& source : program_.calls[i].arguments) {
        const bool used = source.kind == TensorSource::Kind::kArgument
                              ? source.index == argument
                              : source.kind == TensorSource::Kind::kResult &&
                                    EntryArgumentOf(KeyOf(source)) == argument;
        if (used) last = static_cast<int>(i);
      }
    }
    return last;
  }

  void DescribeArguments() {
    for (mlir::Type type : original_.getArgumentTypes()) {
      types_.push_back(BufferType(type));
    }
    types_.resize(layout_.arguments.size());
    for (size_t i = 0; i < program_.results.size(); ++i) {
      types_[static_cast<size_t>(layout_.result_arguments[i])] =
          BufferType(ResultType(KeyOf(program_.results[i])));
    }
  }

  // A result is computed in its argument, unless a call still needs what that holds:
  // then it is copied there at the end.
  void PlaceResults() {
    for (size_t i = 0; i < program_.results.size(); ++i) {
      const ResultKey key = KeyOf(program_.results[i]);
      const int home = layout_.result_arguments[i];
      const int present = EntryArgumentOf(key);
      if (present == home) continue;
      const bool in_place = present < 0 && LastUse(home) < key.first;
      (in_place ? homes_ : copies_)[key] = home;
    }
  }

  void DeclareTasks() {
    builder_.setInsertionPointToEnd(module_->getBody());
    for (size_t i = 0; i < program_.tasks.size(); ++i) {
      const ProgramTask& task = program_.tasks[i];
      llvm::SmallVector<mlir::Type> types;
      for (mlir::Type type : task_types_[i].getInputs()) {
        types.push_back(BufferType(type));
      }
      for (size_t r = 0; r < task.result_arguments.size(); ++r) {
        if (task.result_arguments[r] >= 0) continue;
        types.push_back(BufferType(task_types_[i].getResult(r)));
      }
      auto function = builder_.create<mlir::func::FuncOp>(
          location_, task.name, builder_.getFunctionType(types, {}));
      function.setPrivate();
      functions_.push_back(function);
    }
  }

  void CreateEntry() {
    entry_ = builder_.create<mlir::func::FuncOp>(location_, "main",
                                                 builder_.getFunctionType(types_, {}));
    builder_.setInsertionPointToEnd(entry_.addEntryBlock());
  }

  // A buffer for a result: an argument of the entry, a free one, or a new one.
  mlir::Value Place(const ResultKey& key) {
    const auto home = homes_.find(key);
    if (home != homes_.end()) return entry_.getArgument(home->second);
    const mlir::MemRefType type = BufferType(ResultType(key));
    auto& free = free_[type.getAsOpaquePointer()];
    if (!free.empty()) {
      const mlir::Value buffer = free.back();
      free.pop_back();
      return buffer;
    }
    const mlir::Value buffer = builder_.create<mlir::memref::AllocOp>(
        location_, type, builder_.getI64IntegerAttr(kBufferAlignment));
    allocated_.push_back(buffer);
    return buffer;
  }

  void Call(int index) {
    const TaskCall& call = program_.calls[index];
    const ProgramTask& task = program_.tasks[call.task];
    llvm::SmallVector<mlir::Value> operands;
    for (const TensorSource& source : call.arguments) {
      if (source.kind == TensorSource::Kind::kArgument) {
        operands.push_back(entry_.getArgument(source.index));
      } else if (source.kind == TensorSource::Kind::kResult) {
        operands.push_back(place_.at(KeyOf(source)));
      } else {
        operands.push_back(mlir::Value());
      }
    }
    for (size_t r = 0; r < task.result_arguments.size(); ++r) {
      const ResultKey key = {index, static_cast<int>(r)};
      const int argument = task.result_arguments[r];
      if (argument >= 0 && operands[argument]) {
        place_[key] = operands[argument];
        continue;
      }
      place_[key] = Place(key);
      if (argument >= 0) {
        operands[argument] = place_[key];
      } else {
        operands.push_back(place_[key]);
      }
    }
    builder_.create<mlir::func::CallOp>(location_, functions_[call.task], operands);
    Release(index);
  }

  // Buffers that this call was the last to read.
  void Release(int index) {
    for (const auto& [key, reader] : last_reader_) {
      if (reader != index || copies_.count(key) > 0) continue;
      const mlir::Value buffer = place_.at(key);
      if (mlir::isa<mlir::BlockArgument>(buffer)) continue;
      free_[buffer.getType().getAsOpaquePointer()].push_back(buffer);
    }
  }

  const CutProgram& program_;
  const BufferLayout& layout_;
  mlir::func::FuncOp original_;
  mlir::OpBuilder builder_;
  const mlir::Location location_;
  mlir::OwningOpRef<mlir::ModuleOp> module_;
  std::vector<mlir::FunctionType> task_types_;
  std::vector<mlir::func::FuncOp> functions_;
  mlir::func::FuncOp entry_;
  llvm::SmallVector<mlir::Type> types_;  // Of the entry's arguments.
  std::map<ResultKey, int> last_reader_;
  std::map<ResultKey, int> homes_;   // Arguments that results are computed in.
  std::map<ResultKey, int> copies_;  // Arguments that results are copied to.
  std::map<ResultKey, mlir::Value> place_;
  std::map<const void*, std::vector<mlir::Value>> free_;  // By type.
  std::vector<mlir::Value> allocated_;
};

}  // namespace

mlir::OwningOpRef<mlir::ModuleOp> BuildEntryCalls(const CutProgram& program,
                                                  const BufferLayout& layout) {
  return EntryBuilder(program, layout).Build();
}

}  // namespace weft
