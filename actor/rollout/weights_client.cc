#include "actor/rollout/weights_client.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/rpc/channel.h"
#include "common/rpc/status.h"
#include "common/wire/crc32c.h"
#include "grpcpp/client_context.h"

namespace weft {
namespace {

// The bound of WeightsChunk.total_bytes.
constexpr uint64_t kMaxWeightsBytes = uint64_t{2} << 30;

absl::Status Broken(const std::string& what) {
  return absl::DataLossError(absl::StrCat("weights from the learner: ", what));
}

// Puts chunks together and believes none of them.
class Assembler {
 public:
  absl::Status Add(const v1::WeightsChunk& chunk) {
    if (!started_) {
      started_ = true;
      version_ = chunk.version();
      total_ = chunk.total_bytes();
      checksum_ = chunk.crc32c();
      if (total_ > kMaxWeightsBytes) {
        return Broken(absl::StrCat(total_, " bytes, more than ", kMaxWeightsBytes));
      }
      bytes_.reserve(total_);
    }
    if (chunk.version() != version_ || chunk.total_bytes() != total_ ||
        chunk.crc32c() != checksum_) {
      return Broken(absl::StrCat("a chunk of version ", chunk.version(),
                                 " among those of version ", version_));
    }
    if (chunk.offset() != bytes_.size()) {
      return Broken(absl::StrCat("expected the chunk at offset ", bytes_.size(),
                                 ", got ", chunk.offset()));
    }
    if (chunk.data().size() > total_ - bytes_.size()) {
      return Broken(absl::StrCat("more than the promised ", total_, " bytes"));
    }
    bytes_ += chunk.data();
    return absl::OkStatus();
  }

  absl::StatusOr<absl::optional<Weights>> Finish() && {
    if (!started_) return Broken("no chunk was sent");
    if (bytes_.size() != total_) {
      return Broken(absl::StrCat("got ", bytes_.size(), " of ", total_, " bytes"));
    }
    if (total_ == 0) return absl::optional<Weights>();
    if (const uint32_t actual = Crc32c(bytes_); actual != checksum_) {
      return Broken(absl::StrCat("version ", version_, " has CRC-32C ", actual,
                                 ", expected ", checksum_));
    }
    return absl::optional<Weights>(Weights{version_, std::move(bytes_)});
  }

 private:
  bool started_ = false;
  uint64_t version_ = 0;
  uint64_t total_ = 0;
  uint32_t checksum_ = 0;
  std::string bytes_;
};

}  // namespace

WeightsClient::WeightsClient(const std::shared_ptr<grpc::Channel>& channel)
    : stub_(v1::WeightsService::NewStub(channel)) {}

absl::StatusOr<absl::optional<Weights>> WeightsClient::PullIfNewer(
    uint64_t version, absl::Duration timeout) {
  v1::PullWeightsRequest request;
  request.set_if_newer_than(version);
  return Pull(request, timeout);
}

absl::StatusOr<Weights> WeightsClient::PullExactly(uint64_t version,
                                                   absl::Duration timeout) {
  v1::PullWeightsRequest request;
  request.set_exactly(version);
  absl::StatusOr<absl::optional<Weights>> weights = Pull(request, timeout);
  if (!weights.ok()) return weights.status();
  if (!weights->has_value() || (*weights)->version != version) {
    return Broken(absl::StrCat("not version ", version, ", which was asked for"));
  }
  return **std::move(weights);
}

absl::StatusOr<absl::optional<Weights>> WeightsClient::Pull(
    const v1::PullWeightsRequest& request, absl::Duration timeout) {
  grpc::ClientContext context;
  SetDeadline(&context, timeout);
  context.set_wait_for_ready(true);
  const auto reader = stub_->Pull(&context, request);
  Assembler assembler;
  absl::Status broken;
  for (v1::WeightsChunk chunk; broken.ok() && reader->Read(&chunk);) {
    broken = assembler.Add(chunk);
  }
  if (!broken.ok()) context.TryCancel();
  const grpc::Status end = reader->Finish();
  if (!broken.ok()) return broken;
  if (!end.ok()) return FromGrpc(end);
  return std::move(assembler).Finish();
}

}  // namespace weft
