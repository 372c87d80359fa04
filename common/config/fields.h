// One list of the keys of a config, with their bounds, for reading and for writing.
#ifndef WEFT_COMMON_CONFIG_FIELDS_H_
#define WEFT_COMMON_CONFIG_FIELDS_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/config/options.h"

namespace weft {

// Visits the keys of one level. Bounds are inclusive.
class FieldVisitor {
 public:
  virtual ~FieldVisitor() = default;
  virtual void Integer(const std::string& key, int* value, int min, int max) = 0;
  virtual void Unsigned(const std::string& key, uint64_t* value, uint64_t min,
                        uint64_t max) = 0;
  virtual void Real(const std::string& key, double* value, double min, double max) = 0;
  // Not empty unless `may_be_empty`.
  virtual void Text(const std::string& key, std::string* value, bool may_be_empty) = 0;
  virtual void Choice(const std::string& key, std::string* value,
                      const std::vector<std::string>& allowed) = 0;
  virtual void Section(const std::string& key,
                       const std::function<void(FieldVisitor&)>& fields) = 0;
};

// Every key of a training run. The one place that knows names and bounds.
void VisitFields(TrainConfig* config, FieldVisitor& visitor);

// What the bounds of single keys cannot say: INVALID_ARGUMENT naming the key.
absl::Status CheckPpo(const PpoOptions& ppo);

}  // namespace weft

#endif  // WEFT_COMMON_CONFIG_FIELDS_H_
