// The newest weights on the network: weft.v1.WeightsService.
#ifndef WEFT_LEARNER_SERVING_WEIGHTS_SERVICE_H_
#define WEFT_LEARNER_SERVING_WEIGHTS_SERVICE_H_

#include <functional>

#include "learner/weights/weight_store.h"
#include "weft/v1/weights.grpc.pb.h"

namespace weft {

// Streams chunks of one version, which it holds on to while it sends. Thread-safe; the
// store must outlive the server.
class WeightsService final : public v1::WeightsService::CallbackService {
 public:
  // `sent` is told the bytes of every chunk.
  WeightsService(const WeightStore* store, std::function<void(size_t)> sent);

  grpc::ServerWriteReactor<v1::WeightsChunk>* Pull(
      grpc::CallbackServerContext* context,
      const v1::PullWeightsRequest* request) override;

 private:
  const WeightStore* const store_;
  const std::function<void(size_t)> sent_;
};

}  // namespace weft

#endif  // WEFT_LEARNER_SERVING_WEIGHTS_SERVICE_H_
