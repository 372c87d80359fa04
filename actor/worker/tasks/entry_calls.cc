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

KernelArgument Describe(mlir::MemRefType type, bool output) {
  KernelArgument argument;
  argument.elements = type.getNumElements();
  argument.element_bytes = static_cast<int>(type.getElementTypeBitWidth() / 8);
  argument.output = output;
  return argument;
}

class EntryBuilder {
 public:
  explicit EntryBuilder(const CutProgram& program)
      : program_(program),
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
        last_reader_[{source.index, source.result}] = static_cast<int>(i);
      }
    }
  }

  EntryCalls Build() {
    FindOutputs();
    DeclareTasks();
    CreateEntry();
    for (size_t i = 0; i < program_.calls.size(); ++i) Call(static_cast<int>(i));
    for (mlir::Value buffer : allocated_) {
      builder_.create<mlir::memref::DeallocOp>(location_, buffer);
    }
    builder_.create<mlir::func::ReturnOp>(location_);
    return {std::move(module_), std::move(arguments_)};
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

  void FindOutputs() {
    for (unsigned i = 0; i < original_.getNumArguments(); ++i) {
      auto writable = original_.getArgAttrOfType<mlir::BoolAttr>(
          i, mlir::bufferization::BufferizationDialect::kWritableAttrName);
      types_.push_back(BufferType(original_.getArgument(i).getType()));
      arguments_.push_back(Describe(mlir::cast<mlir::MemRefType>(types_.back()),
                                    writable && writable.getValue()));
    }
    const std::vector<int> own = OwnArguments();
    for (size_t i = 0; i < program_.results.size(); ++i) {
      const ResultKey key = {program_.results[i].index, program_.results[i].result};
      if (EntryArgumentOf(key) >= 0) continue;
      if (!own.empty() && !IsRead(own[i])) {
        further_output_[key] = own[i];
        continue;
      }
      further_output_[key] = static_cast<int>(types_.size());
      types_.push_back(BufferType(ResultType(key)));
      arguments_.push_back(Describe(mlir::cast<mlir::MemRefType>(types_.back()), true));
    }
  }

  // The writable arguments, when they match the results one by one: the results then
  // belong there (see in_place_results.h). Else nothing.
  std::vector<int> OwnArguments() const {
    std::vector<int> own;
    for (size_t i = 0; i < arguments_.size(); ++i) {
      if (arguments_[i].output) own.push_back(static_cast<int>(i));
    }
    bool match = own.size() == program_.results.size();
    for (size_t i = 0; match && i < own.size(); ++i) {
      const ResultKey key = {program_.results[i].index, program_.results[i].result};
      match = types_[own[i]] == BufferType(ResultType(key));
    }
    return match ? own : std::vector<int>{};
  }

  bool IsRead(int argument) const {
    for (const TaskCall& call : program_.calls) {
      for (const TensorSource& source : call.arguments) {
        if (source.kind == TensorSource::Kind::kArgument && source.index == argument) {
          return true;
        }
      }
    }
    return false;
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

  // A buffer for a result: an output of the entry, a free one, or a new one.
  mlir::Value Place(const ResultKey& key) {
    const auto output = further_output_.find(key);
    if (output != further_output_.end()) return entry_.getArgument(output->second);
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
        operands.push_back(place_.at({source.index, source.result}));
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
      if (reader != index || further_output_.count(key) > 0) continue;
      const mlir::Value buffer = place_.at(key);
      if (mlir::isa<mlir::BlockArgument>(buffer)) continue;
      free_[buffer.getType().getAsOpaquePointer()].push_back(buffer);
    }
  }

  const CutProgram& program_;
  mlir::func::FuncOp original_;
  mlir::OpBuilder builder_;
  const mlir::Location location_;
  mlir::OwningOpRef<mlir::ModuleOp> module_;
  std::vector<mlir::FunctionType> task_types_;
  std::vector<mlir::func::FuncOp> functions_;
  mlir::func::FuncOp entry_;
  llvm::SmallVector<mlir::Type> types_;  // Of the entry's arguments.
  std::vector<KernelArgument> arguments_;
  std::map<ResultKey, int> last_reader_;
  std::map<ResultKey, int> further_output_;
  std::map<ResultKey, mlir::Value> place_;
  std::map<const void*, std::vector<mlir::Value>> free_;  // By type.
  std::vector<mlir::Value> allocated_;
};

}  // namespace

EntryCalls BuildEntryCalls(const CutProgram& program) {
  return EntryBuilder(program).Build();
}

}  // namespace weft
