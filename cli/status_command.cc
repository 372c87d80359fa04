// `weft status`: what a learner is doing now.

#include <cstdio>
#include <fstream>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "cli/commands.h"
#include "cli/result_output.h"
#include "cli/train/progress.h"
#include "common/rpc/channel.h"
#include "google/protobuf/util/json_util.h"
#include "nlohmann/json.hpp"
#include "weft/v1/admin.grpc.pb.h"

namespace weft {
namespace {

// The address itself, or that of the run in the folder of this name; "" when it has
// none.
std::string LearnerAddress(const std::string& target) {
  std::ifstream file(target + "/learner.json");
  if (!file) return target.find(':') == std::string::npos ? "" : target;
  const auto info = nlohmann::json::parse(file, nullptr, /*allow_exceptions=*/false);
  return info.is_object() ? info.value("grpc_address", "") : "";
}

int Show(const std::string& target, bool json) {
  const std::string address = LearnerAddress(target);
  if (address.empty()) {
    std::fprintf(stderr, "weft status: %s: neither HOST:PORT nor the folder of a run\n",
                 target.c_str());
    return kExitUsage;
  }
  const auto stub = v1::AdminService::NewStub(CreateRpcChannel(address));
  grpc::ClientContext context;
  SetDeadline(&context, absl::Seconds(5));
  v1::GetStatusResponse response;
  const grpc::Status status = stub->GetStatus(&context, {}, &response);
  if (!status.ok()) {
    std::fprintf(stderr, "weft status: no learner answers at %s: %s\n", address.c_str(),
                 status.error_message().c_str());
    return kExitFailure;
  }
  std::string text = absl::StrCat(response.phase(), " | ", ProgressLine(response));
  if (json) {
    google::protobuf::util::JsonPrintOptions options;
    options.always_print_primitive_fields = true;
    options.preserve_proto_field_names = true;
    text.clear();
    if (!google::protobuf::util::MessageToJsonString(response, &text, options).ok()) {
      std::fprintf(stderr, "weft status: the answer cannot be printed as JSON\n");
      return kExitFailure;
    }
  }
  if (absl::Status status = WriteResult(text + "\n"); !status.ok()) {
    std::fprintf(stderr, "weft status: %s\n", std::string(status.message()).c_str());
    return kExitFailure;
  }
  return kExitOk;
}

}  // namespace

int StatusCommand(int argc, char** argv) {
  std::string target;
  bool json = false;
  CLI::App app("Shows what a learner is doing now.", "weft status");
  app.add_option("TARGET", target, "Folder of a run, or HOST:PORT of a learner")
      ->required();
  app.add_flag("--json", json, "Print every field as JSON");
  CLI11_PARSE(app, argc, argv);
  return Show(target, json);
}

}  // namespace weft
