// LibTorch in a process of its own, timed on request.
#ifndef WEFT_BENCHMARKS_SCHEDULES_TORCH_RIVAL_H_
#define WEFT_BENCHMARKS_SCHEDULES_TORCH_RIVAL_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "actor/environment/worker_process.h"
#include "nlohmann/json.hpp"

namespace weft {

struct TorchRivalOptions {
  std::string path;  // Of schedules-torch.
  int threads = 1;
  int cpu = -1;  // To pin a single thread to.
  std::string lease_path;
  // Whether OPENBLAS_CORETYPE and OPENBLAS_L2_SIZE of the environment hold, or OpenBLAS
  // chooses its kernels itself. Each is the faster one somewhere.
  bool keep_openblas_settings = true;
};

// Not thread-safe. The process ends with the object.
class TorchRival {
 public:
  static absl::StatusOr<std::unique_ptr<TorchRival>> Start(
      const TorchRivalOptions& options);

  // The answer of schedules-torch to one request (see torch_main.cc). DEADLINE_EXCEEDED
  // without an answer in time, UNAVAILABLE when the process has died; the next call
  // then starts another.
  absl::StatusOr<nlohmann::json> Time(const std::string& program, double budget_seconds,
                                      absl::Duration timeout);

 private:
  explicit TorchRival(const TorchRivalOptions& options) : options_(options) {}
  absl::Status StartProcess();
  // UNAVAILABLE, with how it ended.
  absl::Status EndProcess(absl::Duration grace, absl::string_view when);

  const TorchRivalOptions options_;
  std::unique_ptr<WorkerProcess> process_;  // Null once it has ended.
};

}  // namespace weft

#endif  // WEFT_BENCHMARKS_SCHEDULES_TORCH_RIVAL_H_
