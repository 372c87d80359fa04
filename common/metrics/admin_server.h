// The admin port of a process: /metrics for Prometheus, /livez and /readyz for
// orchestrators, /statusz for a person.
//
// prometheus-cpp's own exposer cannot start a thread in a process that links Debian's
// LibTorch (its 100 KiB stack is smaller than the libraries' thread-local storage), so
// the registry is served through cpp-httplib with prometheus-cpp's serializer.
#ifndef WEFT_COMMON_METRICS_ADMIN_SERVER_H_
#define WEFT_COMMON_METRICS_ADMIN_SERVER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "prometheus/registry.h"

namespace weft {

// Serves from construction to destruction on threads of its own: 16 connections at
// once, of which one that stalls is closed after seconds. Thread-safe. Starts alive and
// not ready.
class AdminServer {
 public:
  // `address` is HOST:PORT; port 0 takes any free port. UNAVAILABLE when it cannot
  // bind, or does not run within 10 s.
  static absl::StatusOr<std::unique_ptr<AdminServer>> Start(
      const std::string& address, std::shared_ptr<prometheus::Registry> registry);
  ~AdminServer();
  AdminServer(const AdminServer&) = delete;
  AdminServer& operator=(const AdminServer&) = delete;

  // HOST:PORT with the port that was bound.
  const std::string& address() const;

  // What /readyz answers: 200, or 503 with `reason`, which says what is waited for.
  void SetReady(bool ready, std::string reason = "");
  // The body of /statusz: a few lines of plain text.
  void SetStatusText(std::string text);

 private:
  class Impl;
  explicit AdminServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace weft

#endif  // WEFT_COMMON_METRICS_ADMIN_SERVER_H_
