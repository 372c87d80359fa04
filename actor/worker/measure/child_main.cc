#include "actor/worker/measure/child_main.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>

namespace weft {
namespace {

// AddressSanitizer reserves terabytes for its shadow, so there is no limit under it.
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
constexpr bool kLimitAddressSpace = false;
#else
constexpr bool kLimitAddressSpace = true;
#endif
#else
constexpr bool kLimitAddressSpace = true;
#endif

constexpr size_t kHeapBytes = 64 << 20;
constexpr uintptr_t kHugePageBytes = 2 << 20;

void SetLimit(int resource, rlim_t soft, rlim_t hard) {
  const rlimit limit = {soft, hard};
  // Some libcs have an enum for the resource, some an int.
  if (setrlimit(static_cast<decltype(RLIMIT_AS)>(resource), &limit) != 0) {
    _exit(kSetupFailedExitStatus);
  }
}

// Memory that was once in use stays mapped and resident: a kernel that allocates in
// every call then has no page faults in the timed region, 30 % of a packed matmul's
// time.
void KeepFreedMemory() {
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, -1);
  mallopt(M_TOP_PAD, kHeapBytes);
}

// Lets the memory that the heap grows by lie in huge pages, as the arguments of kernels
// do: the panels of a packed operand are thousands of small pages.
void UseHugePages() {
  // Too large for what earlier blocks have left, so it ends where the new memory does.
  void* const block = std::malloc(kHeapBytes);
  if (block == nullptr) return;
  const auto start = reinterpret_cast<uintptr_t>(block);
  const uintptr_t first =
      (start + kHugePageBytes - 1) / kHugePageBytes * kHugePageBytes;
  const auto end = reinterpret_cast<uintptr_t>(sbrk(0));
  // Advice: where there are no huge pages, small ones do.
  if (first < end) {
    madvise(reinterpret_cast<void*>(first), end - first, MADV_HUGEPAGE);
  }
  std::free(block);
}

void RedirectStandardStreams(int errors) {
  const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0 ||
      dup2(errors, STDERR_FILENO) < 0) {
    _exit(kSetupFailedExitStatus);
  }
}

void ResetSignals() {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  // The worker's own handlers, and LLVM's crash handlers, mean nothing here.
  for (int number :
       {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGPIPE, SIGTERM, SIGXCPU}) {
    signal(number, SIG_DFL);
  }
}

}  // namespace

void ChildChannel::Enter(ChildPhase phase) {
  const char byte = static_cast<char>(phase);
  Send('p', absl::string_view(&byte, 1));
}

void ChildChannel::Return(absl::string_view result) {
  Send('r', result.substr(0, kMaxChildResultBytes));
}

void ChildChannel::Send(char tag, absl::string_view bytes) {
  ChildMessageHeader header = {};
  header.tag = tag;
  header.size = static_cast<uint32_t>(bytes.size());
  std::string message(sizeof(header), '\0');
  std::memcpy(&message[0], &header, sizeof(header));
  message.append(bytes.data(), bytes.size());
  size_t written = 0;
  while (written < message.size()) {
    const ssize_t count = write(pipe_, &message[written], message.size() - written);
    if (count > 0) written += static_cast<size_t>(count);
    if (count < 0 && errno != EINTR) _exit(kSetupFailedExitStatus);
  }
}

void ChildMain(pid_t parent, int channel, int errors, const ChildLimits& limits,
               const std::function<void(ChildChannel&)>& body) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent)
    _exit(kSetupFailedExitStatus);  // It died before the line above.
  ResetSignals();
  RedirectStandardStreams(errors);
  SetLimit(RLIMIT_CORE, 0, 0);
  if (kLimitAddressSpace) {
    SetLimit(RLIMIT_AS, limits.memory_bytes, limits.memory_bytes);
  }
  // A second line of defence, should the parent be stopped when its deadline comes. The
  // soft limit sends SIGXCPU, the hard one a SIGKILL that would say nothing.
  const auto cpu_seconds = static_cast<rlim_t>(
      std::ceil(limits.compile_seconds + limits.run_seconds * limits.threads));
  SetLimit(RLIMIT_CPU, cpu_seconds + 1, cpu_seconds + 2);
  std::set_new_handler([] { _exit(kOutOfMemoryExitStatus); });
  KeepFreedMemory();
  UseHugePages();
  ChildChannel to_parent(channel);
  body(to_parent);
  _exit(0);
}

}  // namespace weft
