// `weft report`: the table of a finished run.

#include <unistd.h>

#include <cstdio>

#include "CLI/CLI.hpp"
#include "cli/commands.h"
#include "cli/train/run_directory.h"
#include "cli/train/summary_table.h"

namespace weft {

int ReportCommand(int argc, char** argv) {
  std::string path;
  bool json = false;
  CLI::App app("Prints the table of a finished run.", "weft report");
  app.add_option("RUN", path, "Folder of the run, such as runs/quickstart")->required();
  app.add_flag("--json", json, "Print summary.json instead of the table");
  CLI11_PARSE(app, argc, argv);
  const auto run = RunDirectory::Open(path);
  const auto summary = run.ok() ? ReadSummary(run->summary()) : run.status();
  if (!summary.ok()) {
    std::fprintf(stderr, "weft report: %s\n",
                 std::string(summary.status().message()).c_str());
    return kExitFailure;
  }
  const std::string output =
      json ? summary->dump(2) + "\n" : SummaryTable(*summary, isatty(STDOUT_FILENO));
  std::fputs(output.c_str(), stdout);
  return kExitOk;
}

}  // namespace weft
