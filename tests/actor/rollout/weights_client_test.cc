#include "actor/rollout/weights_client.h"

#include <functional>
#include <string>

#include "common/rpc/channel.h"
#include "common/wire/crc32c.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/actor/rollout/scripted_learner.h"

namespace weft {
namespace {

using ::testing::HasSubstr;
using ChunkWriter = grpc::ServerWriter<v1::WeightsChunk>;

constexpr absl::Duration kPatience = absl::Seconds(20);

std::string Blob() {
  std::string blob;
  for (int i = 0; i < 10'000; ++i) blob.push_back(static_cast<char>(i * 7));
  return blob;
}

v1::WeightsChunk Chunk(uint64_t version, const std::string& blob, uint64_t offset,
                       uint64_t size) {
  v1::WeightsChunk chunk;
  chunk.set_version(version);
  chunk.set_total_bytes(blob.size());
  chunk.set_crc32c(Crc32c(blob));
  chunk.set_offset(offset);
  chunk.set_data(blob.substr(offset, size));
  return chunk;
}

grpc::Status NoStream(int, LearnerStream*, grpc::ServerContext*) {
  return grpc::Status::OK;
}

absl::StatusOr<absl::optional<Weights>> PullFrom(const PullScript& script,
                                                 uint64_t version = 0) {
  ScriptedLearner learner(NoStream, script);
  WeightsClient client(CreateRpcChannel(learner.address()));
  return client.PullIfNewer(version, kPatience);
}

TEST(WeightsClientTest, PutsChunksTogether) {
  const auto weights = PullFrom([](const v1::PullWeightsRequest&, ChunkWriter* writer) {
    for (uint64_t offset = 0; offset < Blob().size(); offset += 3000) {
      writer->Write(Chunk(5, Blob(), offset, 3000));
    }
    return grpc::Status::OK;
  });
  ASSERT_TRUE(weights.ok()) << weights.status();
  ASSERT_TRUE(weights->has_value());
  EXPECT_EQ((*weights)->version, 5u);
  EXPECT_EQ((*weights)->bytes, Blob());
}

TEST(WeightsClientTest, IsNothingWhenThereIsNothingNewer) {
  const auto weights = PullFrom(
      [](const v1::PullWeightsRequest& request, ChunkWriter* writer) {
        EXPECT_EQ(request.if_newer_than(), 7u);
        v1::WeightsChunk chunk;
        chunk.set_version(7);
        writer->Write(chunk);
        return grpc::Status::OK;
      },
      7);
  ASSERT_TRUE(weights.ok()) << weights.status();
  EXPECT_FALSE(weights->has_value());
}

// Each fault changes the only chunk of a whole blob.
absl::Status PullFaulty(const std::function<void(v1::WeightsChunk*)>& fault) {
  return PullFrom([&](const v1::PullWeightsRequest&, ChunkWriter* writer) {
           v1::WeightsChunk chunk = Chunk(1, Blob(), 0, Blob().size());
           fault(&chunk);
           writer->Write(chunk);
           return grpc::Status::OK;
         })
      .status();
}

TEST(WeightsClientTest, RefusesWeightsWithAFlippedBit) {
  const absl::Status status =
      PullFaulty([](v1::WeightsChunk* chunk) { (*chunk->mutable_data())[1234] ^= 1; });
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("CRC-32C"));
}

TEST(WeightsClientTest, RefusesWeightsThatEndEarly) {
  const absl::Status status =
      PullFaulty([](v1::WeightsChunk* chunk) { chunk->mutable_data()->resize(9'999); });
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("9999 of 10000 bytes"));
}

TEST(WeightsClientTest, RefusesMoreBytesThanWerePromised) {
  EXPECT_TRUE(absl::IsDataLoss(PullFaulty(
      [](v1::WeightsChunk* chunk) { chunk->mutable_data()->push_back('x'); })));
}

TEST(WeightsClientTest, RefusesABlobBeyondTheBoundBeforeItComes) {
  EXPECT_TRUE(absl::IsDataLoss(PullFaulty(
      [](v1::WeightsChunk* chunk) { chunk->set_total_bytes(uint64_t{3} << 30); })));
}

TEST(WeightsClientTest, RefusesAMixtureOfVersions) {
  const absl::Status status =
      PullFrom([](const v1::PullWeightsRequest&, ChunkWriter* writer) {
        writer->Write(Chunk(1, Blob(), 0, 5000));
        writer->Write(Chunk(2, Blob(), 5000, 5000));
        return grpc::Status::OK;
      }).status();
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
}

TEST(WeightsClientTest, RefusesAChunkThatIsMissing) {
  const absl::Status status =
      PullFrom([](const v1::PullWeightsRequest&, ChunkWriter* writer) {
        writer->Write(Chunk(1, Blob(), 0, 4000));
        writer->Write(Chunk(1, Blob(), 6000, 4000));
        return grpc::Status::OK;
      }).status();
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("offset 4000, got 6000"));
}

TEST(WeightsClientTest, PassesTheLearnersErrorOn) {
  const absl::Status status =
      PullFrom([](const v1::PullWeightsRequest&, ChunkWriter*) {
        return grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED, "too many pulls");
      }).status();
  EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
}

TEST(WeightsClientTest, ALearnerThatIsNotThereCostsTheTimeoutAndNoMore) {
  WeightsClient client(CreateRpcChannel("127.0.0.1:1"));
  const absl::Status status = client.PullIfNewer(0, absl::Milliseconds(200)).status();
  EXPECT_TRUE(absl::IsDeadlineExceeded(status) || absl::IsUnavailable(status))
      << status;
}

}  // namespace
}  // namespace weft
