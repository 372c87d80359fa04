#include "learner/serving/weights_service.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

namespace weft {
namespace {

class NoSuchVersion final : public grpc::ServerWriteReactor<v1::WeightsChunk> {
 public:
  explicit NoSuchVersion(uint64_t version) {
    Finish(grpc::Status(
        grpc::StatusCode::NOT_FOUND,
        absl::StrCat("weights of version ", version, " are not kept any more")));
  }
  void OnDone() override { delete this; }
};

class WeightsStream final : public grpc::ServerWriteReactor<v1::WeightsChunk> {
 public:
  // Weights without bytes give the one chunk that says "nothing newer".
  WeightsStream(Weights weights, const std::function<void(size_t)>* sent)
      : weights_(std::move(weights)), sent_(sent) {
    chunk_.set_version(weights_.version);
    chunk_.set_crc32c(weights_.crc32c);
    chunk_.set_total_bytes(weights_.bytes == nullptr ? 0 : weights_.bytes->size());
    WriteChunk();
  }

  void OnWriteDone(bool ok) override {
    if (!ok) {
      Finish(grpc::Status::CANCELLED);
      return;
    }
    (*sent_)(chunk_.data().size());
    offset_ += chunk_.data().size();
    if (offset_ < chunk_.total_bytes()) {
      WriteChunk();
    } else {
      Finish(grpc::Status::OK);
    }
  }

  void OnDone() override { delete this; }

 private:
  void WriteChunk() {
    const absl::string_view bytes = WeightsChunkAt(weights_, offset_);
    chunk_.set_offset(offset_);
    chunk_.set_data(bytes.data(), bytes.size());
    StartWrite(&chunk_);
  }

  const Weights weights_;
  const std::function<void(size_t)>* const sent_;
  v1::WeightsChunk chunk_;
  size_t offset_ = 0;
};

}  // namespace

WeightsService::WeightsService(const WeightStore* store,
                               std::function<void(size_t)> sent)
    : store_(store), sent_(std::move(sent)) {}

grpc::ServerWriteReactor<v1::WeightsChunk>* WeightsService::Pull(
    grpc::CallbackServerContext*, const v1::PullWeightsRequest* request) {
  if (request->exactly() != 0) {
    Weights weights = store_->Exactly(request->exactly());
    if (weights.bytes == nullptr) return new NoSuchVersion(request->exactly());
    return new WeightsStream(std::move(weights), &sent_);
  }
  Weights weights = store_->Latest();
  if (weights.version <= request->if_newer_than()) weights.bytes = nullptr;
  return new WeightsStream(std::move(weights), &sent_);
}

}  // namespace weft
