// schedules-torch: times LibTorch on request, in a process without MLIR.
//
// Reads lines `PROGRAM BUDGET_SECONDS` from a socket and answers each with a line of
// JSON:
// {"program", "best_us", "variant", "variants": {name: microseconds}, "error"}, or
// {"program", "unknown": true}. Every variant is warmed up, checked against a
// computation in double precision, and timed for the budget as schedules are; the
// fastest that is right counts. Timing holds the machine's lease, as that of schedules
// does.

#include <malloc.h>
#include <sched.h>
#include <sys/socket.h>
#include <torch/torch.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <limits>
#include <sstream>
#include <string>

#include "CLI/CLI.hpp"
#include "actor/worker/measure/interference_monitor.h"
#include "actor/worker/measure/sentinel.h"
#include "actor/worker/measure/time_kernel.h"
#include "actor/worker/measure/timing_lease.h"
#include "benchmarks/schedules/torch_program.h"
#include "nlohmann/json.hpp"

namespace weft {
namespace {

// Of a right result; a wrong kernel is off by far more. Relative to the mean size of
// the outputs.
constexpr double kTolerance = 1e-3;
constexpr double kLeaseTimeoutSeconds = 300;

// A call of LibTorch, to be timed the way schedules are.
class TorchKernel : public Kernel {
 public:
  explicit TorchKernel(const TorchVariant& variant) : variant_(variant) {}
  void Run(void* const*) const override { variant_.call(); }
  const std::vector<KernelArgument>& arguments() const override { return none_; }

 private:
  const TorchVariant& variant_;
  const std::vector<KernelArgument> none_;
};

struct ServeOptions {
  int threads = 1;
  int cpu = -1;
  std::string lease_path;
};

// Microseconds of a call, by the statistic of schedules: the fastest slice that nothing
// disturbed. What disturbs memory alone is let pass, to LibTorch's advantage.
double TimeVariant(const TorchVariant& variant, double budget_seconds,
                   const ServeOptions& options) {
  const std::string normal = SentinelPath(options.lease_path, options.threads);
  InterferenceMonitor monitor(ReadNormalSentinel(normal), options.cpu,
                              /*watch_memory=*/false);
  return 1e6 *
         TimeKernel(TorchKernel(variant), nullptr, budget_seconds, &monitor).seconds;
}

nlohmann::json Answer(const std::string& program, double budget_seconds,
                      const ServeOptions& options) {
  const std::vector<TorchVariant> variants = MakeTorchVariants(program);
  nlohmann::json answer = {{"program", program}};
  if (variants.empty()) {
    answer["unknown"] = true;
    return answer;
  }
  double best = std::numeric_limits<double>::infinity();
  for (const TorchVariant& variant : variants) {
    const double error = variant.error();
    if (!(error <= kTolerance)) {
      answer["wrong"][variant.name] = error;
      continue;
    }
    const auto lease = TimingLease::Acquire(options.lease_path, kLeaseTimeoutSeconds);
    if (!lease.ok()) {
      answer["failed"] = lease.status().ToString();
      return answer;
    }
    const double microseconds = TimeVariant(variant, budget_seconds, options);
    answer["variants"][variant.name] = microseconds;
    if (microseconds < best) {
      best = microseconds;
      answer["best_us"] = microseconds;
      answer["variant"] = variant.name;
      answer["error"] = error;
    }
  }
  return answer;
}

// The thread that calls LibTorch stays on one CPU when it is the only one.
void PinTo(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  sched_setaffinity(0, sizeof(set), &set);
}

// The next line without its end; false at the end of the requests.
bool ReadLine(int fd, std::string* line) {
  line->clear();
  char byte = 0;
  while (read(fd, &byte, 1) == 1) {
    if (byte == '\n') return true;
    line->push_back(byte);
  }
  return false;
}

int Serve(int fd, const ServeOptions& options) {
  // Results are allocated in every call: without this their pages would be mapped, and
  // faulted in, each time.
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  at::set_num_threads(options.threads);
  at::set_num_interop_threads(1);
  if (options.threads == 1 && options.cpu >= 0) PinTo(options.cpu);
  const c10::InferenceMode inference;
  torch::manual_seed(1);
  std::string line;
  while (ReadLine(fd, &line)) {
    std::istringstream words(line);
    std::string program;
    double budget = 0;
    if (!(words >> program >> budget)) {
      std::fprintf(stderr, "schedules-torch: not a request: %s\n", line.c_str());
      return 2;
    }
    const std::string answer = Answer(program, budget, options).dump() + "\n";
    if (send(fd, answer.data(), answer.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(answer.size())) {
      return 1;
    }
  }
  return 0;
}

}  // namespace
}  // namespace weft

int main(int argc, char** argv) {
  int fd = -1;
  weft::ServeOptions options;
  options.lease_path = "/tmp/weft-timing.lease";
  CLI::App app("Times LibTorch on the programs that it is asked for.",
               "schedules-torch");
  app.add_option("--fd", fd, "Socket of the requests")->required();
  app.add_option("--threads", options.threads, "Of LibTorch and BLAS")
      ->check(CLI::Range(1, 1024));
  app.add_option("--cpu", options.cpu, "To pin a single thread to (-1: none)");
  app.add_option("--lease", options.lease_path, "The machine's timing lease");
  CLI11_PARSE(app, argc, argv);
  return weft::Serve(fd, options);
}
