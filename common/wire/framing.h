// Messages over a stream socket, each preceded by its length as a little-endian uint32.
//
// The functions keep no state and work on blocking and non-blocking sockets alike; they
// wait with poll, so a peer that stops in the middle of a message costs the timeout and
// no more. Two threads may use one socket if one only reads and the other only writes.
// After any error but OUT_OF_RANGE the position in the stream is unknown: close the
// socket.
#ifndef WEFT_COMMON_WIRE_FRAMING_H_
#define WEFT_COMMON_WIRE_FRAMING_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/message_lite.h"

namespace weft {

// Large enough for an 8 MiB program, small enough that a peer that sends garbage cannot
// make us allocate gigabytes.
inline constexpr uint32_t kMaxFrameBytes = 16u << 20;

// Reads one frame, all of it within `timeout` (measured on the monotonic clock).
//   OUT_OF_RANGE       the peer closed the socket between two frames: the orderly end
//   UNAVAILABLE        the peer closed or reset it within a frame
//   DEADLINE_EXCEEDED  nothing, or not everything, came in time
//   INVALID_ARGUMENT   the length is above kMaxFrameBytes
absl::StatusOr<std::string> ReadFrame(int socket, absl::Duration timeout);

// Writes one frame. UNAVAILABLE when the peer is gone (never SIGPIPE);
// DEADLINE_EXCEEDED; INVALID_ARGUMENT when `payload` is above kMaxFrameBytes (then
// nothing was written).
absl::Status WriteFrame(int socket, absl::string_view payload, absl::Duration timeout);

// The same for protobuf messages. INVALID_ARGUMENT also when a frame does not parse;
// the stream is then still in step.
absl::Status ReadMessage(int socket, google::protobuf::MessageLite* message,
                         absl::Duration timeout);
absl::Status WriteMessage(int socket, const google::protobuf::MessageLite& message,
                          absl::Duration timeout);

}  // namespace weft

#endif  // WEFT_COMMON_WIRE_FRAMING_H_
