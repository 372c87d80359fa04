#include <string>

#include "common/rpc/channel.h"
#include "common/rpc/server.h"
#include "common/rpc/status.h"
#include "gmock/gmock.h"
#include "grpcpp/generic/generic_stub.h"
#include "gtest/gtest.h"

namespace weft {
namespace {

using ::testing::HasSubstr;

// A unary call by name, with bytes for messages.
grpc::Status Call(const std::string& address, const std::string& method,
                  const std::string& request, std::string* response) {
  grpc::GenericStub stub(CreateRpcChannel(address));
  grpc::ClientContext context;
  SetDeadline(&context, absl::Seconds(10));
  grpc::CompletionQueue queue;
  const grpc::Slice slice(request);
  const grpc::ByteBuffer message(&slice, 1);
  const auto call = stub.PrepareUnaryCall(&context, method, message, &queue);
  call->StartCall();
  grpc::ByteBuffer answer;
  grpc::Status status;
  call->Finish(&answer, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  if (status.ok()) {
    std::vector<grpc::Slice> slices;
    answer.Dump(&slices);
    for (const grpc::Slice& part : slices) {
      response->append(reinterpret_cast<const char*>(part.begin()), part.size());
    }
  }
  return status;
}

TEST(RpcServerTest, AnswersHealthChecks) {
  const auto server = RpcServer::Start("127.0.0.1:0", {});
  ASSERT_TRUE(server.ok()) << server.status();
  std::string response;
  ASSERT_TRUE(
      Call((*server)->address(), "/grpc.health.v1.Health/Check", "", &response).ok());
  EXPECT_EQ(response, "\x08\x01");  // status: SERVING
}

TEST(RpcServerTest, ASecondServerOnTheSamePortIsAnErrorThatNamesIt) {
  const auto server = RpcServer::Start("127.0.0.1:0", {});
  ASSERT_TRUE(server.ok());
  const absl::Status status = RpcServer::Start((*server)->address(), {}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()), HasSubstr((*server)->address()));
}

TEST(RpcChannelTest, ACallToNobodyEndsWithUnavailable) {
  std::string response;
  const grpc::Status status =
      Call("127.0.0.1:1", "/grpc.health.v1.Health/Check", "", &response);
  EXPECT_EQ(FromGrpc(status).code(), absl::StatusCode::kUnavailable);
}

TEST(RpcStatusTest, CodesAndMessagesTravelBothWays) {
  for (int code = 0; code <= 16; ++code) {
    const absl::Status status(static_cast<absl::StatusCode>(code), "what happened");
    EXPECT_EQ(FromGrpc(ToGrpc(status)), status);
    EXPECT_EQ(static_cast<int>(ToGrpc(status).error_code()), code);
  }
}

}  // namespace
}  // namespace weft
