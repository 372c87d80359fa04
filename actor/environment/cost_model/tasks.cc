#include "actor/environment/cost_model/tasks.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "actor/environment/cost_model/task_ops.h"

namespace weft {
namespace {

double BytesOf(const OperandInfo& operand) {
  return static_cast<double>(operand.elements) * operand.element_bytes;
}

// The compulsory traffic of an operation. The window of a pooling is no argument of the
// program: it has a shape and no values.
double CompulsoryBytes(const StructuredOp& op) {
  double bytes = 0;
  for (size_t i = 0; i < op.operands.size(); ++i) {
    if (op.kind == AnchorKind::kPooling && i == 1) continue;
    bytes += BytesOf(op.operands[i]);
  }
  return bytes;
}

NeighbourState Neighbour(const StructuredOp& op, bool producer) {
  NeighbourState state;
  state.producer = producer;
  state.fill = op.fill;
  state.elementwise = op.kind == AnchorKind::kElementwise;
  state.elements = Output(op).elements;
  state.fusable = true;
  return state;
}

ProgramInfo Alone(std::string name, StructuredOp op) {
  ProgramInfo task;
  task.name = std::move(name);
  task.flops = op.flops;
  task.bytes = CompulsoryBytes(op);
  task.ops = {std::move(op)};
  return task;
}

ProgramInfo WithFill(std::string name, StructuredOp op) {
  ProgramInfo task;
  task.name = std::move(name);
  task.flops = op.flops;
  task.bytes = CompulsoryBytes(op);
  task.ops = {FillOp(op), std::move(op)};
  task.anchor_index = 1;
  task.neighbours = {Neighbour(task.ops[0], true)};
  task.fusion.members = {0};
  task.fusion.fill = 0;
  task.fusion.shared_dimensions =
      static_cast<int>(Output(task.anchor()).coefficients.size());
  return task;
}

// A matmul, a bias for every column, and a relu.
ProgramInfo WithBiasAndRelu(std::string name, StructuredOp matmul) {
  const int64_t m = matmul.loops[0].extent;
  const int64_t n = matmul.loops[1].extent;
  ProgramInfo task = WithFill(std::move(name), std::move(matmul));
  task.ops.push_back(ElementwiseOp(m, n, 1, 1, 2));
  task.neighbours.push_back(Neighbour(task.ops[2], false));
  task.fusion.members.push_back(2);
  task.flops += task.ops[2].flops;
  task.bytes += 4.0 * static_cast<double>(n);
  return task;
}

void AddMatmuls(std::vector<ProgramInfo>* tasks) {
  constexpr int64_t kShapes[][3] = {{112, 96, 160},  {128, 128, 128}, {192, 128, 64},
                                    {256, 256, 64},  {64, 256, 128},  {64, 64, 64},
                                    {96, 192, 128},  {128, 256, 256}, {256, 64, 192},
                                    {256, 256, 256}, {384, 128, 128}, {512, 512, 128}};
  for (const auto& [m, n, k] : kShapes) {
    tasks->push_back(
        WithFill(absl::StrCat("matmul_", m, "x", n, "x", k), MatmulOp(m, n, k)));
  }
  constexpr int64_t kBatched[][4] = {
      {4, 96, 64, 32}, {8, 64, 64, 64}, {12, 128, 128, 64}, {16, 32, 64, 128}};
  for (const auto& [b, m, n, k] : kBatched) {
    tasks->push_back(WithFill(absl::StrCat("batch_matmul_", b, "x", m, "x", n, "x", k),
                              BatchMatmulOp(b, m, n, k)));
  }
  constexpr int64_t kBiased[][3] = {{128, 128, 96}, {64, 256, 64}, {256, 128, 128}};
  for (const auto& [m, n, k] : kBiased) {
    tasks->push_back(WithBiasAndRelu(
        absl::StrCat("matmul_bias_relu_", m, "x", n, "x", k), MatmulOp(m, n, k)));
  }
}

std::string WindowName(const char* kind, const WindowShape& shape, bool out_channels) {
  std::string name =
      absl::StrCat(kind, "_", shape.height, "x", shape.width, "x", shape.in_channels);
  if (out_channels) absl::StrAppend(&name, "x", shape.out_channels);
  absl::StrAppend(&name, "_k", shape.kernel);
  if (shape.stride != 1) absl::StrAppend(&name, "_s", shape.stride);
  return name;
}

void AddConvolutions(std::vector<ProgramInfo>* tasks) {
  for (const WindowShape& shape : std::vector<WindowShape>{{14, 14, 16, 32, 3, 2},
                                                           {14, 14, 32, 32, 3, 1},
                                                           {14, 14, 64, 32, 1, 1},
                                                           {28, 28, 8, 16, 3, 1},
                                                           {28, 28, 32, 64, 3, 1},
                                                           {56, 56, 16, 32, 1, 1},
                                                           {28, 28, 16, 32, 3, 2},
                                                           {8, 8, 64, 64, 3, 1}}) {
    tasks->push_back(WithFill(WindowName("conv_nhwc", shape, true),
                              ConvolutionOp(Layout::kChannelsLast, shape)));
  }
  for (const WindowShape& shape : std::vector<WindowShape>{{14, 14, 32, 32, 3, 1},
                                                           {16, 16, 32, 32, 1, 1},
                                                           {28, 28, 8, 16, 3, 1},
                                                           {32, 32, 16, 32, 3, 1},
                                                           {16, 16, 64, 64, 1, 1}}) {
    tasks->push_back(WithFill(WindowName("conv_nchw", shape, true),
                              ConvolutionOp(Layout::kChannelsFirst, shape)));
  }
  for (const WindowShape& shape : std::vector<WindowShape>{{14, 14, 64, 64, 3, 1},
                                                           {28, 28, 32, 32, 3, 1},
                                                           {56, 56, 32, 32, 3, 1},
                                                           {28, 28, 64, 64, 3, 2}}) {
    tasks->push_back(
        WithFill(WindowName("depthwise_nhwc", shape, false), DepthwiseOp(shape)));
  }
}

void AddPoolings(std::vector<ProgramInfo>* tasks) {
  const auto add = [tasks](const char* kind, Layout layout, const char* combine,
                           const WindowShape& shape) {
    tasks->push_back(
        WithFill(WindowName(kind, shape, false), PoolingOp(layout, combine, shape)));
  };
  add("maxpool_nchw", Layout::kChannelsFirst, "max", {28, 28, 32, 32, 3, 1});
  add("maxpool_nchw", Layout::kChannelsFirst, "max", {16, 16, 64, 64, 3, 1});
  add("maxpool_nhwc", Layout::kChannelsLast, "max", {28, 28, 32, 32, 3, 1});
  add("maxpool_nhwc", Layout::kChannelsLast, "max", {14, 14, 64, 64, 2, 2});
  add("sumpool_nhwc", Layout::kChannelsLast, "sum", {28, 28, 32, 32, 2, 2});
  add("sumpool_nhwc", Layout::kChannelsLast, "sum", {14, 14, 128, 128, 3, 1});
}

ProgramInfo Add(int64_t rows, int64_t columns) {
  StructuredOp op = ElementwiseOp(rows, columns, 2, 0, 1);
  op.name = "linalg.add";
  return Alone(absl::StrCat("add_", rows, "x", columns), std::move(op));
}

void AddTwoDimensional(std::vector<ProgramInfo>* tasks) {
  constexpr int64_t kShapes[][2] = {{64, 256},  {128, 512}, {256, 256},
                                    {256, 512}, {512, 512}, {1024, 256}};
  for (const auto& [rows, columns] : kShapes) {
    const std::string shape = absl::StrCat(rows, "x", columns);
    tasks->push_back(Add(rows, columns));
    tasks->push_back(Alone(absl::StrCat("bias_relu_", shape),
                           ElementwiseOp(rows, columns, 1, 1, 2)));
    tasks->push_back(
        Alone(absl::StrCat("relu_", shape), ElementwiseOp(rows, columns, 1, 0, 1)));
    tasks->push_back(
        Alone(absl::StrCat("sigmoid_", shape), ElementwiseOp(rows, columns, 1, 0, 4)));
    tasks->push_back(
        WithFill(absl::StrCat("max_rows_", shape), ReductionOp(rows, columns, false)));
    tasks->push_back(
        WithFill(absl::StrCat("sum_rows_", shape), ReductionOp(rows, columns, false)));
    tasks->push_back(WithFill(absl::StrCat("sum_columns_", shape),
                              ReductionOp(rows, columns, true)));
    tasks->push_back(
        Alone(absl::StrCat("transpose_", shape), TransposeOp(rows, columns)));
  }
}

std::vector<ProgramInfo> MakeTasks() {
  std::vector<ProgramInfo> tasks;
  AddMatmuls(&tasks);
  AddConvolutions(&tasks);
  AddPoolings(&tasks);
  AddTwoDimensional(&tasks);
  return tasks;
}

}  // namespace

const std::vector<ProgramInfo>& CostModelTasks() {
  static const auto* const tasks = new std::vector<ProgramInfo>(MakeTasks());
  return *tasks;
}

std::vector<std::string> CostModelTaskNames() {
  std::vector<std::string> names;
  for (const ProgramInfo& task : CostModelTasks()) names.push_back(task.name);
  return names;
}

absl::StatusOr<const ProgramInfo*> FindCostModelTask(const std::string& name) {
  for (const ProgramInfo& task : CostModelTasks()) {
    if (task.name == name) return &task;
  }
  return absl::NotFoundError(absl::StrCat("the cost-model environment has no task \"",
                                          name, "\"; it has ", CostModelTasks().size(),
                                          ", such as ", CostModelTasks().front().name));
}

}  // namespace weft
