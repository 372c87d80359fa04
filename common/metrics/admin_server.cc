#include "common/metrics/admin_server.h"

#include <atomic>
#include <cerrno>
#include <cstring>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "httplib.h"
#include "prometheus/text_serializer.h"

namespace weft {
namespace {

// A connection has a thread for as long as it lasts, so this many peers may be slow, or
// keep an idle connection open, before others have to wait. Threads that wait cost a
// page or two.
constexpr int kThreads = 16;
// A peer that stalls in a request longer than this is dropped.
constexpr int kSocketTimeoutSeconds = 5;
// And one that does not make its next request; a scraper comes every 15 s or so, and
// connects anew.
constexpr int kKeepAliveSeconds = 2;
// For the thread that accepts connections to run; more than any scheduler needs.
constexpr absl::Duration kStartTimeout = absl::Seconds(10);
constexpr absl::Duration kPollInterval = absl::Milliseconds(1);

constexpr char kPlainText[] = "text/plain; charset=utf-8";
constexpr char kPrometheusText[] = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace

class AdminServer::Impl {
 public:
  explicit Impl(std::shared_ptr<prometheus::Registry> registry)
      : registry_(std::move(registry)) {
    server_.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
    server_.set_read_timeout(kSocketTimeoutSeconds);
    server_.set_write_timeout(kSocketTimeoutSeconds);
    server_.set_keep_alive_timeout(kKeepAliveSeconds);
    // A second process on the same port must fail to bind, not share the connections.
    server_.set_socket_options([](socket_t socket) {
      const int yes = 1;
      setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    });
    server_.Get("/metrics", [this](const httplib::Request&,
                                   httplib::Response& response) {
      const prometheus::TextSerializer serializer;
      response.set_content(serializer.Serialize(registry_->Collect()), kPrometheusText);
    });
    server_.Get("/livez", [](const httplib::Request&, httplib::Response& response) {
      response.set_content("ok\n", kPlainText);
    });
    server_.Get(
        "/readyz", [this](const httplib::Request&, httplib::Response& response) {
          absl::MutexLock lock(&mutex_);
          response.status = ready_ ? 200 : 503;
          response.set_content(
              ready_ ? "ok\n" : absl::StrCat("not ready: ", reason_, "\n"), kPlainText);
        });
    server_.Get("/statusz",
                [this](const httplib::Request&, httplib::Response& response) {
                  absl::MutexLock lock(&mutex_);
                  response.set_content(status_text_, kPlainText);
                });
  }

  ~Impl() {
    if (!thread_.joinable()) return;
    // A stop() before the loop has begun is lost.
    while (!ended_) {
      server_.stop();
      absl::SleepFor(kPollInterval);
    }
    thread_.join();
  }

  absl::Status Bind(const std::string& address) {
    const size_t colon = address.rfind(':');
    int port = 0;
    if (colon == std::string::npos ||
        !absl::SimpleAtoi(address.substr(colon + 1), &port) || port < 0 ||
        port > 65535) {
      return absl::InvalidArgumentError(absl::StrCat(
          "admin address '", address, "': expected HOST:PORT, such as 127.0.0.1:9464"));
    }
    const std::string host = address.substr(0, colon);
    errno = 0;
    const bool bound = port == 0 ? (port = server_.bind_to_any_port(host)) > 0
                                 : server_.bind_to_port(host, port);
    if (!bound) {
      return absl::UnavailableError(absl::StrCat(
          "admin address '", address, "': cannot listen: ", std::strerror(errno)));
    }
    address_ = absl::StrCat(host, ":", port);
    thread_ = std::thread([this] {
      server_.listen_after_bind();
      ended_ = true;
    });
    return AwaitRunning();
  }

  const std::string& address() const { return address_; }

  void SetReady(bool ready, std::string reason) {
    absl::MutexLock lock(&mutex_);
    ready_ = ready;
    reason_ = std::move(reason);
  }

  void SetStatusText(std::string text) {
    absl::MutexLock lock(&mutex_);
    status_text_ = std::move(text);
  }

 private:
  absl::Status AwaitRunning() {
    const absl::Time deadline = absl::Now() + kStartTimeout;
    while (!server_.is_running()) {
      if (ended_ || absl::Now() >= deadline) {
        return absl::UnavailableError(
            absl::StrCat("admin address ", address_, ": the server ",
                         ended_ ? "ended at once" : "did not start in time"));
      }
      absl::SleepFor(kPollInterval);
    }
    return absl::OkStatus();
  }

  const std::shared_ptr<prometheus::Registry> registry_;
  httplib::Server server_;
  std::atomic<bool> ended_{false};  // The loop that accepts connections.
  std::string address_;
  std::thread thread_;
  absl::Mutex mutex_;
  bool ready_ ABSL_GUARDED_BY(mutex_) = false;
  std::string reason_ ABSL_GUARDED_BY(mutex_) = "starting";
  std::string status_text_ ABSL_GUARDED_BY(mutex_);
};

AdminServer::AdminServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
AdminServer::~AdminServer() = default;

absl::StatusOr<std::unique_ptr<AdminServer>> AdminServer::Start(
    const std::string& address, std::shared_ptr<prometheus::Registry> registry) {
  auto impl = std::make_unique<Impl>(std::move(registry));
  if (absl::Status status = impl->Bind(address); !status.ok()) return status;
  return std::unique_ptr<AdminServer>(new AdminServer(std::move(impl)));
}

const std::string& AdminServer::address() const { return impl_->address(); }

void AdminServer::SetReady(bool ready, std::string reason) {
  impl_->SetReady(ready, std::move(reason));
}

void AdminServer::SetStatusText(std::string text) {
  impl_->SetStatusText(std::move(text));
}

}  // namespace weft
