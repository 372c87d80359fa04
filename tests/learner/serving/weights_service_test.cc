#include <string>

#include "common/rpc/server.h"
#include "common/wire/crc32c.h"
#include "gtest/gtest.h"
#include "learner/serving/periodic_task.h"
#include "learner/serving/weights_service.h"
#include "tests/learner/serving/running_learner.h"
#include "weft/v1/weights.grpc.pb.h"

namespace weft {
namespace {

struct Pulled {
  uint64_t version = 0;
  uint64_t total_bytes = 0;
  uint32_t crc32c = 0;
  std::string bytes;
  int chunks = 0;
};

class WeightsServiceTest : public ::testing::Test {
 protected:
  WeightsServiceTest()
      : service_(&store_, [this](size_t bytes) { sent_ += bytes; }),
        server_(*RpcServer::Start("127.0.0.1:0", {&service_})),
        stub_(v1::WeightsService::NewStub(CreateRpcChannel(server_->address()))) {}

  static std::string Blob(uint64_t version) {
    return std::string(3 * kWeightsChunkBytes + 5,
                       static_cast<char>('a' + version % 26));
  }

  Pulled Pull(uint64_t if_newer_than) {
    grpc::ClientContext context;
    SetDeadline(&context, absl::Seconds(30));
    v1::PullWeightsRequest request;
    request.set_if_newer_than(if_newer_than);
    const auto reader = stub_->Pull(&context, request);
    Pulled pulled;
    v1::WeightsChunk chunk;
    while (reader->Read(&chunk)) {
      if (pulled.chunks > 0) {
        EXPECT_EQ(chunk.version(), pulled.version);
      }
      EXPECT_EQ(chunk.offset(), pulled.bytes.size());
      EXPECT_LE(chunk.data().size(), kWeightsChunkBytes);
      pulled.version = chunk.version();
      pulled.total_bytes = chunk.total_bytes();
      pulled.crc32c = chunk.crc32c();
      pulled.bytes += chunk.data();
      ++pulled.chunks;
    }
    EXPECT_TRUE(reader->Finish().ok());
    return pulled;
  }

  WeightStore store_;
  std::atomic<size_t> sent_{0};
  WeightsService service_;
  std::unique_ptr<RpcServer> server_;
  std::unique_ptr<v1::WeightsService::Stub> stub_;
};

TEST_F(WeightsServiceTest, SendsTheWholeBlobInChunksWithItsChecksum) {
  store_.Publish(1, Blob(1));
  const Pulled pulled = Pull(0);
  EXPECT_EQ(pulled.chunks, 4);
  EXPECT_EQ(pulled.bytes, Blob(1));
  EXPECT_EQ(pulled.total_bytes, Blob(1).size());
  EXPECT_EQ(pulled.crc32c, Crc32c(Blob(1)));
}

TEST_F(WeightsServiceTest, AnswersWithOneEmptyChunkWhenThereIsNothingNewer) {
  EXPECT_EQ(Pull(0).chunks, 1);  // Nothing was published at all.
  store_.Publish(5, Blob(5));
  for (uint64_t have : {5, 6}) {
    const Pulled pulled = Pull(have);
    EXPECT_EQ(pulled.chunks, 1);
    EXPECT_EQ(pulled.total_bytes, 0u);
    EXPECT_TRUE(pulled.bytes.empty());
  }
}

TEST_F(WeightsServiceTest, APullGetsOneVersionWhileOthersArePublished) {
  store_.Publish(1, Blob(1));
  uint64_t published = 1;
  const PeriodicTask publish(absl::Milliseconds(1), [&] {
    ++published;
    store_.Publish(published, Blob(published));
  });
  uint64_t have = 0;
  // More pulls than it takes on a machine so loaded that the publisher hardly runs.
  for (int i = 0; i < 20000 && have < 5; ++i) {
    const Pulled pulled = Pull(have);
    if (pulled.total_bytes == 0) continue;
    ASSERT_GT(pulled.version, have);
    ASSERT_EQ(pulled.bytes, Blob(pulled.version));
    have = pulled.version;
  }
  EXPECT_GE(have, 5u);
}

}  // namespace
}  // namespace weft
