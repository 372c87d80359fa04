// What a local training must remember to go on exactly.
#include <cstring>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "learner/local/local_training.h"
#include "learner/ppo/sealed_state.h"

namespace weft {
namespace {

// Little-endian, as the archives within are.
template <typename T>
void Put(const T& value, std::string* out) {
  out->append(reinterpret_cast<const char*>(&value), sizeof(value));
}

void PutText(const std::string& text, std::string* out) {
  Put(static_cast<uint64_t>(text.size()), out);
  out->append(text);
}

// Takes values from the front of bytes; once something is missing, nothing more comes.
class Reader {
 public:
  explicit Reader(const std::string& bytes) : bytes_(bytes) {}

  template <typename T>
  T Take() {
    T value{};
    const std::string text = TakeBytes(sizeof(value));
    if (ok_) std::memcpy(&value, text.data(), sizeof(value));
    return value;
  }
  std::string TakeText() { return TakeBytes(Take<uint64_t>()); }

  bool ok() const { return ok_; }
  bool AtEnd() const { return ok_ && position_ == bytes_.size(); }

 private:
  std::string TakeBytes(uint64_t size) {
    ok_ = ok_ && size <= bytes_.size() - position_;
    if (!ok_) return "";
    position_ += size;
    return bytes_.substr(position_ - size, size);
  }

  const std::string& bytes_;
  size_t position_ = 0;
  bool ok_ = true;
};

}  // namespace

absl::StatusOr<std::string> LocalTraining::SerializeState() const {
  const absl::StatusOr<std::string> learner = learner_->SerializeState();
  if (!learner.ok()) return learner.status();
  std::string state;
  PutText(*learner, &state);
  std::ostringstream random;
  random << random_;
  PutText(random.str(), &state);
  Put(steps_, &state);
  Put(surprisal_, &state);
  Put(static_cast<uint64_t>(options_.staleness), &state);
  Put(static_cast<uint64_t>(policies_.size()), &state);
  for (const ActingPolicy& acting : policies_) {
    Put(acting.policy->version(), &state);
    PutText(acting.weights, &state);
  }
  Put(static_cast<uint64_t>(environments_.size()), &state);
  for (const Environment* environment : environments_) {
    PutText(environment->SaveState(), &state);
  }
  return Seal(state);
}

absl::Status LocalTraining::RestoreState(const std::string& sealed) {
  const absl::StatusOr<std::string> state = Unseal(sealed);
  if (!state.ok()) return state.status();
  Reader reader(*state);
  absl::Status status = learner_->RestoreState(reader.TakeText());
  if (!status.ok()) return status;
  std::istringstream random(reader.TakeText());
  random >> random_;
  steps_ = reader.Take<uint64_t>();
  surprisal_ = reader.Take<double>();
  const auto staleness = reader.Take<uint64_t>();
  if (reader.ok() && staleness != static_cast<uint64_t>(options_.staleness)) {
    return absl::FailedPreconditionError(absl::StrCat(
        "a training of staleness ", staleness, ", expected ", options_.staleness));
  }
  policies_.clear();
  for (auto left = reader.Take<uint64_t>(); left > 0 && reader.ok(); --left) {
    const auto version = reader.Take<uint64_t>();
    status.Update(Publish(reader.TakeText(), version));
  }
  const auto environments = reader.Take<uint64_t>();
  if (reader.ok() && environments != environments_.size()) {
    return absl::FailedPreconditionError(absl::StrCat("a training in ", environments,
                                                      " environments, expected ",
                                                      environments_.size()));
  }
  for (Environment* environment : environments_) {
    status.Update(environment->RestoreState(reader.TakeText()));
  }
  if (!reader.AtEnd() || random.fail() || policies_.empty()) {
    return absl::DataLossError("cut off, or no state of a local training");
  }
  return status;
}

}  // namespace weft
