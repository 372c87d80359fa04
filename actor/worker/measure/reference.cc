#include "actor/worker/measure/reference.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "actor/worker/measure/child_messages.h"
#include "actor/worker/measure/compare_output.h"
#include "actor/worker/measure/kernel_buffers.h"
#include "actor/worker/measure/poisoned_memory.h"

namespace weft {
namespace {

int64_t OutputBytes(const std::vector<KernelArgument>& arguments) {
  int64_t bytes = 0;
  for (const KernelArgument& argument : arguments) {
    if (argument.output) bytes += argument.bytes();
  }
  return bytes;
}

double ReductionLength(const std::vector<KernelArgument>& arguments, double flops) {
  int64_t elements = 0;
  for (const KernelArgument& argument : arguments) {
    if (argument.output) elements += argument.elements;
  }
  return std::max(1.0, flops / static_cast<double>(std::max<int64_t>(elements, 1)));
}

absl::Status WriteAll(int file, const void* data, size_t size) {
  const char* bytes = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t count = write(file, bytes, size);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      return absl::UnavailableError(
          absl::StrCat("storing the reference output: ", std::strerror(errno)));
    }
    bytes += count;
    size -= static_cast<size_t>(count);
  }
  return absl::OkStatus();
}

// A result that is NaN would let every schedule pass that computes NaN there.
template <typename Element>
absl::Status CheckFinite(const void* data, int64_t elements, size_t argument) {
  const auto* values = static_cast<const Element*>(data);
  const auto* end = values + elements;
  const auto* found =
      std::find_if(values, end, [](Element value) { return !std::isfinite(value); });
  if (found == end) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("its output, argument ", argument,
                   ", is not finite for random inputs of [-1, 1): ", "element ",
                   found - values, " of ", elements, " is ", *found));
}

// Checks the outputs and writes them to `memory`, one after another.
absl::Status StoreOutputs(const std::vector<KernelArgument>& arguments,
                          const KernelBuffers& buffers, int memory) {
  for (size_t i = 0; i < arguments.size(); ++i) {
    const KernelArgument& argument = arguments[i];
    if (!argument.output) continue;
    absl::Status status =
        argument.element_bytes == 8
            ? CheckFinite<double>(buffers.data(i), argument.elements, i)
            : CheckFinite<float>(buffers.data(i), argument.elements, i);
    if (!status.ok()) return status;
    status = WriteAll(memory, buffers.data(i), static_cast<size_t>(argument.bytes()));
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

// In the child: the outputs go to `memory`, the arguments to the parent.
absl::StatusOr<std::vector<KernelArgument>> ComputeInChild(
    const CompileFunction& compile, int memory, ChildChannel& channel) {
  absl::StatusOr<std::unique_ptr<Kernel>> kernel = compile();
  if (!kernel.ok()) return absl::FailedPreconditionError(kernel.status().message());
  channel.Enter(ChildPhase::kRun);
  const std::vector<KernelArgument>& arguments = (*kernel)->arguments();
  if (OutputBytes(arguments) == 0) {
    return absl::FailedPreconditionError("the program has no output");
  }
  const KernelBuffers buffers(arguments);
  {
    const PoisonedMemory poisoned;
    (*kernel)->Run(buffers.pointers());
  }
  absl::Status status = buffers.CheckUntouched();
  if (!status.ok()) return absl::FailedPreconditionError(status.message());
  status = StoreOutputs(arguments, buffers, memory);
  if (!status.ok()) return status;
  return arguments;
}

// Whether the same would happen again, however quiet the machine is.
bool IsOfTheProgram(const ChildResult& child) {
  switch (child.end) {
    case ChildEnd::kReturned:
    case ChildEnd::kExited:
    case ChildEnd::kSignalled:
      return true;
    case ChildEnd::kOutOfMemory:
      return child.code != SIGKILL;  // The limit is the same next time; the system's
                                     // free memory is not.
    case ChildEnd::kTimedOut:
    case ChildEnd::kKilled:
    case ChildEnd::kNotSetUp:
      return false;
  }
  return false;
}

absl::StatusOr<std::vector<KernelArgument>> ArgumentsOf(
    const absl::StatusOr<ChildResult>& child) {
  if (!child.ok()) return absl::UnavailableError(child.status().message());
  if (child->end == ChildEnd::kReturned) return DecodeArguments(child->result);
  return IsOfTheProgram(*child) ? absl::FailedPreconditionError(child->Describe())
                                : absl::UnavailableError(child->Describe());
}

}  // namespace

absl::StatusOr<std::unique_ptr<Reference>> Reference::Compute(
    const CompileFunction& compile_unscheduled, double flops,
    const ChildLimits& limits) {
  const int memory = memfd_create("weft-reference", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (memory < 0) {
    return absl::UnavailableError(
        absl::StrCat("no memory for the reference: ", std::strerror(errno)));
  }
  absl::StatusOr<ChildResult> child = RunLimited(limits, [&](ChildChannel& channel) {
    channel.Return(
        EncodeArguments(ComputeInChild(compile_unscheduled, memory, channel)));
  });
  absl::StatusOr<std::vector<KernelArgument>> arguments = ArgumentsOf(child);
  if (!arguments.ok()) {
    close(memory);
    return absl::Status(arguments.status().code(),
                        absl::StrCat("the program as it came, without a schedule: ",
                                     arguments.status().message()));
  }
  std::unique_ptr<Reference> reference(
      new Reference(memory, std::move(*arguments), flops));
  absl::Status status = reference->Map();
  if (!status.ok()) return status;
  return reference;
}

Reference::Reference(int memory, std::vector<KernelArgument> arguments, double flops)
    : memory_(memory),
      arguments_(std::move(arguments)),
      reduction_length_(ReductionLength(arguments_, flops)) {}

double Reference::tolerance(size_t index) const {
  const KernelArgument& argument = arguments_[index];
  return Tolerance(argument.element_bytes,
                   argument.operations >= 0 ? argument.operations : reduction_length_);
}

absl::Status Reference::Map() {
  // A later child that runs wild must not be able to change what is right.
  if (fcntl(memory_, F_ADD_SEALS,
            F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) != 0) {
    return absl::ErrnoToStatus(errno, "sealing the reference");
  }
  mapped_bytes_ = static_cast<size_t>(OutputBytes(arguments_));
  void* mapping = mmap(nullptr, mapped_bytes_, PROT_READ, MAP_SHARED, memory_, 0);
  if (mapping == MAP_FAILED) return absl::ErrnoToStatus(errno, "mapping the reference");
  mapping_ = mapping;
  const char* next = static_cast<const char*>(mapping_);
  for (const KernelArgument& argument : arguments_) {
    outputs_.push_back(argument.output ? next : nullptr);
    if (argument.output) next += argument.bytes();
  }
  return absl::OkStatus();
}

Reference::~Reference() {
  if (mapping_ != nullptr) munmap(mapping_, mapped_bytes_);
  close(memory_);
}

}  // namespace weft
