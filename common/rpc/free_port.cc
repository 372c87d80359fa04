#include "common/rpc/free_port.h"

#include <arpa/inet.h>
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace weft {

absl::StatusOr<int> FreePort() {
  const int file = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof(address);
  const bool found =
      file >= 0 && bind(file, reinterpret_cast<sockaddr*>(&address), length) == 0 &&
      getsockname(file, reinterpret_cast<sockaddr*>(&address), &length) == 0;
  const int error = errno;
  if (file >= 0) close(file);
  if (found) return ntohs(address.sin_port);
  return absl::UnavailableError(
      absl::StrCat("cannot find a free TCP port on 127.0.0.1: ", std::strerror(error)));
}

}  // namespace weft
