#include "common/wire/framing.h"

#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "weft/v1/worker.pb.h"

namespace weft {
namespace {

using ::testing::HasSubstr;

constexpr absl::Duration kLong = absl::Seconds(30);
constexpr absl::Duration kShort = absl::Milliseconds(20);

class FramingTest : public ::testing::Test {
 protected:
  FramingTest() { EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends_), 0); }
  ~FramingTest() override {
    CloseTheir();
    close(ours());
  }

  int ours() const { return ends_[0]; }
  int theirs() const { return ends_[1]; }
  void CloseTheir() {
    if (ends_[1] >= 0) close(ends_[1]);
    ends_[1] = -1;
  }
  void SendRaw(const std::string& bytes) {
    ASSERT_EQ(send(theirs(), bytes.data(), bytes.size(), 0),
              static_cast<ssize_t>(bytes.size()));
  }

 private:
  int ends_[2] = {-1, -1};
};

TEST_F(FramingTest, AFrameArrivesAsItWasSent) {
  const std::string payload("a\0b\xff", 4);
  ASSERT_TRUE(WriteFrame(theirs(), payload, kLong).ok());
  EXPECT_EQ(ReadFrame(ours(), kLong).value(), payload);
}

TEST_F(FramingTest, TheLengthIsLittleEndian) {
  ASSERT_TRUE(WriteFrame(theirs(), std::string(258, 'x'), kLong).ok());
  unsigned char header[4];
  ASSERT_EQ(recv(ours(), header, 4, MSG_WAITALL), 4);
  EXPECT_EQ(header[0], 2);
  EXPECT_EQ(header[1], 1);
  EXPECT_EQ(header[2], 0);
  EXPECT_EQ(header[3], 0);
}

TEST_F(FramingTest, AnEmptyFrameIsAFrame) {
  ASSERT_TRUE(WriteFrame(theirs(), "", kLong).ok());
  EXPECT_EQ(ReadFrame(ours(), kLong).value(), "");
}

TEST_F(FramingTest, TheLargestFrameFitsThoughTheSocketBuffersLess) {
  const std::string payload(kMaxFrameBytes, 'z');
  std::thread writer([&] { EXPECT_TRUE(WriteFrame(theirs(), payload, kLong).ok()); });
  absl::StatusOr<std::string> received = ReadFrame(ours(), kLong);
  writer.join();
  ASSERT_TRUE(received.ok()) << received.status();
  EXPECT_TRUE(*received == payload);
}

TEST_F(FramingTest, AFrameThatComesByteByByteIsOneFrame) {
  const std::string bytes = std::string("\x05\0\0\0", 4) + "hello";
  std::thread writer([&] {
    for (char byte : bytes) SendRaw(std::string(1, byte));
  });
  EXPECT_EQ(ReadFrame(ours(), kLong).value(), "hello");
  writer.join();
}

TEST_F(FramingTest, TheEndBetweenFramesIsOutOfRange) {
  ASSERT_TRUE(WriteFrame(theirs(), "last", kLong).ok());
  CloseTheir();
  EXPECT_EQ(ReadFrame(ours(), kLong).value(), "last");
  EXPECT_EQ(ReadFrame(ours(), kLong).status().code(), absl::StatusCode::kOutOfRange);
}

TEST_F(FramingTest, TheEndWithinAFrameIsUnavailable) {
  SendRaw(std::string("\x05\0\0\0he", 6));
  CloseTheir();
  const absl::Status status = ReadFrame(ours(), kLong).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()), HasSubstr("2 of 5"));
}

TEST_F(FramingTest, TheEndWithinALengthIsUnavailable) {
  SendRaw(std::string("\x05\0", 2));
  CloseTheir();
  EXPECT_EQ(ReadFrame(ours(), kLong).status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(FramingTest, ALengthAboveTheBoundIsRefusedUnread) {
  SendRaw(std::string("\x01\0\0\x01", 4));  // 16 MiB + 1
  EXPECT_EQ(ReadFrame(ours(), kLong).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(FramingTest, APayloadAboveTheBoundIsNotWritten) {
  const std::string payload(kMaxFrameBytes + 1, 'x');
  EXPECT_EQ(WriteFrame(theirs(), payload, kLong).code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReadFrame(ours(), kShort).status().code(),
            absl::StatusCode::kDeadlineExceeded);
}

TEST_F(FramingTest, ASilentPeerCostsTheTimeout) {
  EXPECT_EQ(ReadFrame(ours(), kShort).status().code(),
            absl::StatusCode::kDeadlineExceeded);
}

TEST_F(FramingTest, APeerThatStopsWithinAFrameCostsTheTimeout) {
  SendRaw(std::string("\x05\0\0\0he", 6));
  EXPECT_EQ(ReadFrame(ours(), kShort).status().code(),
            absl::StatusCode::kDeadlineExceeded);
}

TEST_F(FramingTest, APeerThatDoesNotReadCostsTheTimeout) {
  EXPECT_EQ(WriteFrame(ours(), std::string(kMaxFrameBytes, 'x'), kShort).code(),
            absl::StatusCode::kDeadlineExceeded);
}

TEST_F(FramingTest, WritingToAClosedPeerIsUnavailableAndNoSignal) {
  CloseTheir();
  EXPECT_EQ(WriteFrame(ours(), "hello", kLong).code(), absl::StatusCode::kUnavailable);
}

TEST_F(FramingTest, AMessageArrivesAsItWasSent) {
  v1::WorkerRequest sent;
  sent.mutable_load_program()->set_name("matmul");
  ASSERT_TRUE(WriteMessage(theirs(), sent, kLong).ok());
  v1::WorkerRequest received;
  ASSERT_TRUE(ReadMessage(ours(), &received, kLong).ok());
  EXPECT_EQ(received.load_program().name(), "matmul");
}

TEST_F(FramingTest, AFrameThatIsNoMessageLeavesTheStreamInStep) {
  ASSERT_TRUE(WriteFrame(theirs(), "\xff\xff\xff", kLong).ok());
  ASSERT_TRUE(WriteMessage(theirs(), v1::WorkerRequest(), kLong).ok());
  v1::WorkerRequest received;
  EXPECT_EQ(ReadMessage(ours(), &received, kLong).code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(ReadMessage(ours(), &received, kLong).ok());
}

}  // namespace
}  // namespace weft
