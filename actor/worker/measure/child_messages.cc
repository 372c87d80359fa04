#include "actor/worker/measure/child_messages.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"

namespace weft {
namespace {

using nlohmann::json;

std::string Dump(const json& value) {
  // A compiler's diagnostic need not be UTF-8.
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string EncodeError(const absl::Status& status) {
  return Dump({{"code", static_cast<int>(status.code())},
               {"error", std::string(status.message())}});
}

absl::Status Malformed(const std::string& text) {
  return absl::InternalError(
      absl::StrCat("a child returned malformed text: ", text.substr(0, 200)));
}

// The object under `key`, or the error that was encoded.
absl::StatusOr<json> Decode(const std::string& text, const char* key) {
  json value = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!value.is_object()) return Malformed(text);
  if (value.contains("error")) {
    return absl::Status(static_cast<absl::StatusCode>(value.value("code", 13)),
                        value.value("error", ""));
  }
  if (!value.contains(key)) return Malformed(text);
  return value[key];
}

json Encode(const std::optional<Confirmation>& confirmation) {
  if (!confirmation) return nullptr;
  return {{"seconds", confirmation->seconds},
          {"previous_seconds", confirmation->previous_seconds},
          {"ratio", confirmation->ratio},
          {"pairs", confirmation->pairs},
          {"pairs_won", confirmation->pairs_won},
          {"faster", confirmation->faster}};
}

std::optional<Confirmation> DecodeConfirmation(const json& value) {
  if (value.is_null()) return std::nullopt;
  Confirmation confirmation;
  value.at("seconds").get_to(confirmation.seconds);
  value.at("previous_seconds").get_to(confirmation.previous_seconds);
  value.at("ratio").get_to(confirmation.ratio);
  value.at("pairs").get_to(confirmation.pairs);
  value.at("pairs_won").get_to(confirmation.pairs_won);
  value.at("faster").get_to(confirmation.faster);
  return confirmation;
}

}  // namespace

std::string EncodeArguments(
    const absl::StatusOr<std::vector<KernelArgument>>& arguments) {
  if (!arguments.ok()) return EncodeError(arguments.status());
  json list = json::array();
  for (const KernelArgument& argument : *arguments) {
    list.push_back({{"elements", argument.elements},
                    {"element_bytes", argument.element_bytes},
                    {"output", argument.output},
                    {"operations", argument.operations}});
  }
  return Dump({{"arguments", std::move(list)}});
}

absl::StatusOr<std::vector<KernelArgument>> DecodeArguments(const std::string& text) {
  absl::StatusOr<json> list = Decode(text, "arguments");
  if (!list.ok()) return list.status();
  std::vector<KernelArgument> arguments;
  try {
    for (const json& item : *list) {
      arguments.push_back(
          {item.at("elements").get<int64_t>(), item.at("element_bytes").get<int>(),
           item.at("output").get<bool>(), item.at("operations").get<double>()});
    }
  } catch (const json::exception&) {
    return Malformed(text);
  }
  return arguments;
}

std::string EncodeMeasurement(const absl::StatusOr<Measurement>& measurement) {
  if (!measurement.ok()) return EncodeError(measurement.status());
  return Dump({{"measurement",
                {{"outcome", static_cast<int>(measurement->outcome)},
                 {"message", measurement->message},
                 {"seconds", measurement->seconds},
                 {"samples", measurement->samples},
                 {"max_relative_error", measurement->max_relative_error},
                 {"compile_seconds", measurement->compile_seconds},
                 {"check_seconds", measurement->check_seconds},
                 {"timing_seconds", measurement->timing_seconds},
                 {"lease_wait_seconds", measurement->lease_wait_seconds},
                 {"rejected_samples", measurement->rejected_samples},
                 {"rejections", measurement->rejections},
                 {"disturbed", measurement->disturbed},
                 {"cpu_pressure", measurement->cpu_pressure},
                 {"page_faults", measurement->page_faults},
                 {"confirmation", Encode(measurement->confirmation)}}}});
}

absl::StatusOr<Measurement> DecodeMeasurement(const std::string& text) {
  absl::StatusOr<json> value = Decode(text, "measurement");
  if (!value.ok()) return value.status();
  Measurement measurement;
  try {
    const int outcome = value->at("outcome").get<int>();
    if (outcome < 0 || outcome >= kNumOutcomes) return Malformed(text);
    measurement.outcome = static_cast<Outcome>(outcome);
    value->at("message").get_to(measurement.message);
    value->at("seconds").get_to(measurement.seconds);
    value->at("samples").get_to(measurement.samples);
    value->at("max_relative_error").get_to(measurement.max_relative_error);
    value->at("compile_seconds").get_to(measurement.compile_seconds);
    value->at("check_seconds").get_to(measurement.check_seconds);
    value->at("timing_seconds").get_to(measurement.timing_seconds);
    value->at("lease_wait_seconds").get_to(measurement.lease_wait_seconds);
    value->at("rejected_samples").get_to(measurement.rejected_samples);
    value->at("rejections").get_to(measurement.rejections);
    value->at("disturbed").get_to(measurement.disturbed);
    value->at("cpu_pressure").get_to(measurement.cpu_pressure);
    value->at("page_faults").get_to(measurement.page_faults);
    measurement.confirmation = DecodeConfirmation(value->at("confirmation"));
  } catch (const json::exception&) {
    return Malformed(text);
  }
  return measurement;
}

}  // namespace weft
