#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/wire/schedule_proto.h"

namespace weft {
namespace {

constexpr int kProtoOffset = 1;  // Protobuf's 0 is "unspecified".

absl::Status Invalid(const std::string& what) {
  return absl::InvalidArgumentError("measurement: " + what);
}

std::string Printable(std::string text) {
  if (text.size() > kMaxMessageBytes) text.resize(kMaxMessageBytes);
  std::replace_if(
      text.begin(), text.end(), [](char c) { return (c & 0x80) != 0; }, '?');
  return text;
}

bool IsTime(double seconds) { return std::isfinite(seconds) && seconds >= 0; }

absl::Status CheckTimes(const Measurement& measurement) {
  const std::pair<const char*, double> times[] = {
      {"seconds", measurement.seconds},
      {"compile_seconds", measurement.compile_seconds},
      {"check_seconds", measurement.check_seconds},
      {"timing_seconds", measurement.timing_seconds},
      {"lease_wait_seconds", measurement.lease_wait_seconds}};
  for (const auto& [name, seconds] : times) {
    if (!IsTime(seconds)) {
      return Invalid(absl::StrCat(name, " is ", seconds, ", expected a time >= 0"));
    }
  }
  for (double sample : measurement.samples) {
    if (!IsTime(sample)) return Invalid(absl::StrCat("a sample of ", sample));
  }
  const bool ok = measurement.outcome == Outcome::kOk;
  if (ok != (measurement.seconds > 0)) {
    return Invalid(absl::StrCat("outcome ", OutcomeName(measurement.outcome), " with ",
                                measurement.seconds, " seconds"));
  }
  if (ok && !std::isfinite(measurement.max_relative_error)) {
    return Invalid("outcome ok with an error that is not finite");
  }
  return absl::OkStatus();
}

}  // namespace

v1::Measurement ToProto(const Measurement& measurement) {
  v1::Measurement proto;
  proto.set_outcome(static_cast<v1::OutcomeKind>(static_cast<int>(measurement.outcome) +
                                                 kProtoOffset));
  proto.set_message(Printable(measurement.message));
  proto.set_seconds(measurement.seconds);
  const size_t samples = std::min<size_t>(measurement.samples.size(), kMaxSamples);
  proto.mutable_samples()->Add(measurement.samples.begin(),
                               measurement.samples.begin() + samples);
  proto.set_max_relative_error(measurement.max_relative_error);
  proto.set_compile_seconds(measurement.compile_seconds);
  proto.set_check_seconds(measurement.check_seconds);
  proto.set_timing_seconds(measurement.timing_seconds);
  proto.set_lease_wait_seconds(measurement.lease_wait_seconds);
  return proto;
}

absl::StatusOr<Measurement> FromProto(const v1::Measurement& proto) {
  const int outcome = proto.outcome() - kProtoOffset;
  if (outcome < 0 || outcome >= kNumOutcomes) {
    return Invalid(absl::StrCat("unknown outcome ", proto.outcome()));
  }
  if (proto.samples_size() > kMaxSamples ||
      proto.message().size() > static_cast<size_t>(kMaxMessageBytes)) {
    return Invalid(absl::StrCat(proto.samples_size(), " samples and a message of ",
                                proto.message().size(), " bytes; at most ", kMaxSamples,
                                " and ", kMaxMessageBytes));
  }
  Measurement measurement;
  measurement.outcome = static_cast<Outcome>(outcome);
  measurement.message = proto.message();
  measurement.seconds = proto.seconds();
  measurement.samples.assign(proto.samples().begin(), proto.samples().end());
  measurement.max_relative_error = proto.max_relative_error();
  measurement.compile_seconds = proto.compile_seconds();
  measurement.check_seconds = proto.check_seconds();
  measurement.timing_seconds = proto.timing_seconds();
  measurement.lease_wait_seconds = proto.lease_wait_seconds();
  if (absl::Status status = CheckTimes(measurement); !status.ok()) return status;
  return measurement;
}

}  // namespace weft
