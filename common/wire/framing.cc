#include "common/wire/framing.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace weft {
namespace {

using Clock = std::chrono::steady_clock;

// The moment by which an operation must be over, with the words for when it is not.
struct Deadline {
  explicit Deadline(absl::Duration timeout)
      : timeout(timeout),
        // A bound keeps the arithmetic of an infinite duration from overflowing.
        end(Clock::now() +
            absl::ToChronoNanoseconds(std::min(timeout, absl::Hours(24 * 365)))) {}

  absl::Duration timeout;
  Clock::time_point end;
};

// Waits until the socket is ready for `events` or has failed (the next call on it
// tells).
absl::Status Await(int socket, short events, const Deadline& deadline,
                   const char* what) {
  while (true) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline.end - Clock::now())
            .count();
    struct pollfd entry = {socket, events, 0};
    const int wait = static_cast<int>(std::clamp<int64_t>(left, 0, 1 << 30));
    const int ready = poll(&entry, 1, wait);
    if (ready > 0) return absl::OkStatus();
    if (ready == 0 && left <= (1 << 30)) {
      return absl::DeadlineExceededError(absl::StrCat(
          "no progress ", what, " within ", absl::FormatDuration(deadline.timeout)));
    }
    if (ready < 0 && errno != EINTR) {
      return absl::ErrnoToStatus(errno, absl::StrCat("poll while ", what));
    }
  }
}

bool PeerIsGone(int error) { return error == EPIPE || error == ECONNRESET; }

// Fills [data, data + size). `*received` counts the bytes, also when it fails.
absl::Status ReadExactly(int socket, char* data, size_t size, const Deadline& deadline,
                         size_t* received) {
  *received = 0;
  while (*received < size) {
    const ssize_t count =
        recv(socket, data + *received, size - *received, MSG_DONTWAIT);
    if (count > 0) {
      *received += static_cast<size_t>(count);
    } else if (count == 0 || PeerIsGone(errno)) {
      return absl::UnavailableError(absl::StrCat("the peer closed the socket after ",
                                                 *received, " of ", size, " bytes"));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      absl::Status ready = Await(socket, POLLIN, deadline, "reading a frame");
      if (!ready.ok()) return ready;
    } else if (errno != EINTR) {
      return absl::ErrnoToStatus(errno, "reading a frame");
    }
  }
  return absl::OkStatus();
}

absl::Status WriteAll(int socket, const char* data, size_t size,
                      const Deadline& deadline) {
  while (size > 0) {
    const ssize_t count = send(socket, data, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count >= 0) {
      data += count;
      size -= static_cast<size_t>(count);
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      absl::Status ready = Await(socket, POLLOUT, deadline, "writing a frame");
      if (!ready.ok()) return ready;
    } else if (PeerIsGone(errno)) {
      return absl::UnavailableError(
          absl::StrCat("the peer closed the socket with ", size, " bytes to write"));
    } else if (errno != EINTR) {
      return absl::ErrnoToStatus(errno, "writing a frame");
    }
  }
  return absl::OkStatus();
}

absl::Status TooLong(uint64_t size) {
  return absl::InvalidArgumentError(absl::StrCat(
      "a frame of ", size, " bytes is above the bound of ", kMaxFrameBytes, " bytes"));
}

}  // namespace

absl::StatusOr<std::string> ReadFrame(int socket, absl::Duration timeout) {
  const Deadline deadline(timeout);
  std::array<char, 4> header;
  size_t received = 0;
  absl::Status status =
      ReadExactly(socket, header.data(), header.size(), deadline, &received);
  if (absl::IsUnavailable(status) && received == 0) {
    return absl::OutOfRangeError("end of the stream");
  }
  if (!status.ok()) return status;
  uint32_t size = 0;
  for (int i = 3; i >= 0; --i) size = size << 8 | static_cast<uint8_t>(header[i]);
  if (size > kMaxFrameBytes) return TooLong(size);
  std::string payload(size, '\0');
  status = ReadExactly(socket, &payload[0], size, deadline, &received);
  if (!status.ok()) return status;
  return payload;
}

absl::Status WriteFrame(int socket, absl::string_view payload, absl::Duration timeout) {
  if (payload.size() > kMaxFrameBytes) return TooLong(payload.size());
  const Deadline deadline(timeout);
  const uint32_t size = static_cast<uint32_t>(payload.size());
  std::array<char, 4> header;
  for (int i = 0; i < 4; ++i) header[i] = static_cast<char>(size >> (8 * i));
  absl::Status status = WriteAll(socket, header.data(), header.size(), deadline);
  if (!status.ok()) return status;
  return WriteAll(socket, payload.data(), payload.size(), deadline);
}

absl::Status ReadMessage(int socket, google::protobuf::MessageLite* message,
                         absl::Duration timeout) {
  absl::StatusOr<std::string> frame = ReadFrame(socket, timeout);
  if (!frame.ok()) return frame.status();
  if (!message->ParseFromString(*frame)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "a frame of ", frame->size(), " bytes is not a ", message->GetTypeName()));
  }
  return absl::OkStatus();
}

absl::Status WriteMessage(int socket, const google::protobuf::MessageLite& message,
                          absl::Duration timeout) {
  const size_t size = message.ByteSizeLong();
  if (size > kMaxFrameBytes) return TooLong(size);
  return WriteFrame(socket, message.SerializeAsString(), timeout);
}

}  // namespace weft
