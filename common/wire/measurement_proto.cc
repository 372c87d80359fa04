#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/wire/schedule_proto.h"

namespace weft {
namespace {

constexpr int kProtoOffset = 1;               // Protobuf's 0 is "unspecified".
constexpr uint32_t kMaxRejections = 1 << 20;  // Far beyond what a timing can take.

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
  for (const std::vector<double>* samples :
       {&measurement.samples, &measurement.earlier_samples}) {
    for (double sample : *samples) {
      if (!IsTime(sample)) return Invalid(absl::StrCat("a sample of ", sample));
    }
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

void Encode(const Measurement& measurement, v1::Rejections* proto) {
  const auto count = [&](Interference interference) {
    return static_cast<uint32_t>(
        measurement.rejections[static_cast<int>(interference)]);
  };
  proto->set_preempted(count(Interference::kPreempted));
  proto->set_slow_compute(count(Interference::kSlowCompute));
  proto->set_slow_memory(count(Interference::kSlowMemory));
  proto->set_low_frequency(count(Interference::kLowFrequency));
}

absl::Status Decode(const v1::Measurement& proto, Measurement* measurement) {
  const v1::Rejections& reasons = proto.rejections();
  const std::pair<Interference, uint32_t> counts[] = {
      {Interference::kPreempted, reasons.preempted()},
      {Interference::kSlowCompute, reasons.slow_compute()},
      {Interference::kSlowMemory, reasons.slow_memory()},
      {Interference::kLowFrequency, reasons.low_frequency()}};
  if (proto.rejected_samples() > kMaxRejections) {
    return Invalid(absl::StrCat(proto.rejected_samples(), " rejected samples"));
  }
  measurement->rejected_samples = static_cast<int>(proto.rejected_samples());
  for (const auto& [interference, count] : counts) {
    if (count > proto.rejected_samples()) {
      return Invalid(absl::StrCat(InterferenceName(interference), " rejected ", count,
                                  " of ", proto.rejected_samples(), " samples"));
    }
    measurement->rejections[static_cast<int>(interference)] = static_cast<int>(count);
  }
  if (!(proto.cpu_pressure() >= 0 && proto.cpu_pressure() <= 1)) {
    return Invalid(absl::StrCat("a cpu_pressure of ", proto.cpu_pressure()));
  }
  measurement->cpu_pressure = proto.cpu_pressure();
  measurement->disturbed = proto.disturbed();
  measurement->cached = proto.cached();
  return absl::OkStatus();
}

void Encode(const std::vector<double>& samples, int most,
            google::protobuf::RepeatedField<double>* proto) {
  const size_t count = std::min(samples.size(), static_cast<size_t>(most));
  proto->Add(samples.begin(), samples.begin() + static_cast<ptrdiff_t>(count));
}

v1::Confirmation ToProto(const Confirmation& confirmation) {
  v1::Confirmation proto;
  proto.set_seconds(confirmation.seconds);
  proto.set_previous_seconds(confirmation.previous_seconds);
  proto.set_ratio(confirmation.ratio);
  proto.set_pairs(static_cast<uint32_t>(confirmation.pairs));
  proto.set_pairs_won(static_cast<uint32_t>(confirmation.pairs_won));
  proto.set_faster(confirmation.faster);
  return proto;
}

absl::StatusOr<Confirmation> FromProto(const v1::Confirmation& proto) {
  for (double number : {proto.seconds(), proto.previous_seconds(), proto.ratio()}) {
    if (!(std::isfinite(number) && number > 0)) {
      return Invalid(absl::StrCat("a confirmation with ", number));
    }
  }
  if (proto.pairs() == 0 || proto.pairs() > kMaxSamples ||
      proto.pairs_won() > proto.pairs()) {
    return Invalid(absl::StrCat("a confirmation that won ", proto.pairs_won(), " of ",
                                proto.pairs(), " pairs"));
  }
  Confirmation confirmation;
  confirmation.seconds = proto.seconds();
  confirmation.previous_seconds = proto.previous_seconds();
  confirmation.ratio = proto.ratio();
  confirmation.pairs = static_cast<int>(proto.pairs());
  confirmation.pairs_won = static_cast<int>(proto.pairs_won());
  confirmation.faster = proto.faster();
  return confirmation;
}

}  // namespace

v1::Measurement ToProto(const Measurement& measurement) {
  v1::Measurement proto;
  proto.set_outcome(static_cast<v1::OutcomeKind>(static_cast<int>(measurement.outcome) +
                                                 kProtoOffset));
  proto.set_message(Printable(measurement.message));
  proto.set_seconds(measurement.seconds);
  Encode(measurement.samples, kMaxSamples, proto.mutable_samples());
  Encode(measurement.earlier_samples, kMaxEarlierSamples,
         proto.mutable_earlier_samples());
  proto.set_max_relative_error(measurement.max_relative_error);
  proto.set_compile_seconds(measurement.compile_seconds);
  proto.set_check_seconds(measurement.check_seconds);
  proto.set_timing_seconds(measurement.timing_seconds);
  proto.set_lease_wait_seconds(measurement.lease_wait_seconds);
  proto.set_rejected_samples(static_cast<uint32_t>(measurement.rejected_samples));
  Encode(measurement, proto.mutable_rejections());
  proto.set_disturbed(measurement.disturbed);
  proto.set_cached(measurement.cached);
  proto.set_cpu_pressure(measurement.cpu_pressure);
  proto.set_page_faults(static_cast<uint32_t>(measurement.page_faults));
  if (measurement.confirmation) {
    *proto.mutable_confirmation() = ToProto(*measurement.confirmation);
  }
  return proto;
}

absl::StatusOr<Measurement> FromProto(const v1::Measurement& proto) {
  const int outcome = proto.outcome() - kProtoOffset;
  if (outcome < 0 || outcome >= kNumOutcomes) {
    return Invalid(absl::StrCat("unknown outcome ", proto.outcome()));
  }
  if (proto.samples_size() > kMaxSamples ||
      proto.earlier_samples_size() > kMaxEarlierSamples ||
      proto.message().size() > static_cast<size_t>(kMaxMessageBytes)) {
    return Invalid(absl::StrCat(proto.samples_size(), " and ",
                                proto.earlier_samples_size(),
                                " earlier samples and a message of ",
                                proto.message().size(), " bytes; at most ", kMaxSamples,
                                ", ", kMaxEarlierSamples, " and ", kMaxMessageBytes));
  }
  Measurement measurement;
  measurement.outcome = static_cast<Outcome>(outcome);
  measurement.message = proto.message();
  measurement.seconds = proto.seconds();
  measurement.samples.assign(proto.samples().begin(), proto.samples().end());
  measurement.earlier_samples.assign(proto.earlier_samples().begin(),
                                     proto.earlier_samples().end());
  measurement.page_faults = proto.page_faults();
  measurement.max_relative_error = proto.max_relative_error();
  measurement.compile_seconds = proto.compile_seconds();
  measurement.check_seconds = proto.check_seconds();
  measurement.timing_seconds = proto.timing_seconds();
  measurement.lease_wait_seconds = proto.lease_wait_seconds();
  if (absl::Status status = CheckTimes(measurement); !status.ok()) return status;
  if (absl::Status status = Decode(proto, &measurement); !status.ok()) return status;
  if (proto.has_confirmation()) {
    absl::StatusOr<Confirmation> confirmation = FromProto(proto.confirmation());
    if (!confirmation.ok()) return confirmation.status();
    measurement.confirmation = *confirmation;
  }
  return measurement;
}

}  // namespace weft
