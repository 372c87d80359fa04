// What is in a checkpoint, for a person.
#ifndef WEFT_CLI_CHECKPOINT_CHECKPOINT_SUMMARY_H_
#define WEFT_CLI_CHECKPOINT_CHECKPOINT_SUMMARY_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "learner/checkpoint/checkpoint_store.h"
#include "learner/checkpoint/run_state.h"
#include "nlohmann/json.hpp"

namespace weft {

struct TensorSummary {
  std::string name;
  std::vector<int64_t> shape;
  double norm = 0;         // Euclidean.
  bool trainable = false;  // A parameter; else a buffer.
};

// The tensors of an archive of weights, parameters first, each in the archive's order,
// and the attribute that tells the network's architecture. DATA_LOSS when LibTorch
// cannot load it.
struct WeightsSummary {
  std::string signature;
  std::vector<TensorSummary> tensors;
  int64_t parameters = 0;  // Numbers in those that are trainable.
};
absl::StatusOr<WeightsSummary> SummarizeWeights(const std::string& archive);

// Fields that an older checkpoint lacks are empty.
struct CheckpointSummary {
  std::string path;
  uint64_t bytes = 0;                        // Of the file.
  std::map<std::string, uint64_t> sections;  // Bytes of each.
  nlohmann::json policy;                     // encoder, width, layers, weights_version.
  std::string config;                        // YAML.
  nlohmann::json validation;                 // As the run's state has it; null: none.
  RunState run;
  WeightsSummary weights;
};

// `path` is a file, a folder of checkpoints or a run's folder; of a folder, the newest
// that is valid counts. NOT_FOUND, or DATA_LOSS when the checksum or a section is not
// what it should be.
absl::StatusOr<Checkpoint> OpenCheckpoint(const std::string& path);
absl::StatusOr<CheckpointSummary> SummarizeCheckpoint(const Checkpoint& checkpoint);

}  // namespace weft

#endif  // WEFT_CLI_CHECKPOINT_CHECKPOINT_SUMMARY_H_
