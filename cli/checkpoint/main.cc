// `weft checkpoint`: what is in a checkpoint, and its weights as a file of their own.

#include <cstdio>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "cli/checkpoint/checkpoint_report.h"
#include "cli/checkpoint/checkpoint_summary.h"
#include "cli/commands.h"
#include "cli/result_output.h"
#include "common/files/atomic_file.h"
#include "spdlog/sinks/stdout_sinks.h"
#include "spdlog/spdlog.h"

namespace weft {
namespace {

constexpr char kPathHelp[] =
    "A checkpoint, a folder of checkpoints or a run's folder; of a folder, the newest "
    "valid one";

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "weft checkpoint: %s\n", std::string(status.message()).c_str());
  return kExitFailure;
}

int Inspect(const std::string& path, bool json) {
  const absl::StatusOr<Checkpoint> checkpoint = OpenCheckpoint(path);
  const absl::StatusOr<CheckpointSummary> summary =
      checkpoint.ok() ? SummarizeCheckpoint(*checkpoint) : checkpoint.status();
  if (!summary.ok()) {
    if (json) {
      const nlohmann::ordered_json error = {
          {"path", path},
          {"valid", false},
          {"error", std::string(summary.status().message())}};
      (void)WriteResult(error.dump(2) + "\n");  // It fails already.
    }
    return Fail(summary.status());
  }
  const std::string text =
      json ? CheckpointJson(*summary).dump(2) + "\n" : CheckpointTable(*summary);
  const absl::Status printed = WriteResult(text);
  return printed.ok() ? kExitOk : Fail(printed);
}

int Export(const std::string& path, const std::string& output) {
  const absl::StatusOr<Checkpoint> checkpoint = OpenCheckpoint(path);
  if (!checkpoint.ok()) return Fail(checkpoint.status());
  const absl::StatusOr<CheckpointSummary> summary = SummarizeCheckpoint(*checkpoint);
  if (!summary.ok()) return Fail(summary.status());
  const absl::Status written =
      WriteFileAtomically(output, checkpoint->sections.at("weights"));
  if (!written.ok()) return Fail(written);
  std::fprintf(stderr, "%s: %lld parameters of %s; torch.jit.load reads it\n",
               output.c_str(), static_cast<long long>(summary->weights.parameters),
               summary->weights.signature.c_str());
  return kExitOk;
}

int CheckpointMain(int argc, char** argv) {
  // What is skipped is told there; standard output is for the result.
  spdlog::set_default_logger(spdlog::stderr_logger_mt("checkpoint"));
  std::string path;
  std::string output;
  bool json = false;
  CLI::App app("Shows what is in a checkpoint, or takes its weights out.",
               "weft checkpoint");
  app.require_subcommand(1);
  CLI::App* inspect = app.add_subcommand(
      "inspect", "Sections, iteration, network, parameters and configuration");
  inspect->add_option("PATH", path, kPathHelp)->required();
  inspect->add_flag("--json", json, "Print JSON instead of the table");
  CLI::App* weights = app.add_subcommand(
      "export", "The weights alone, as an archive that torch.jit.load reads");
  weights->add_option("PATH", path, kPathHelp)->required();
  weights->add_option("-o,--output", output, "The file to write")->required();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitOk : kExitUsage;
  }
  return inspect->parsed() ? Inspect(path, json) : Export(path, output);
}

}  // namespace
}  // namespace weft

int main(int argc, char** argv) { return weft::CheckpointMain(argc, argv); }
