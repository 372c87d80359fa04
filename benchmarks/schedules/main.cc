// schedules-bench: the best schedules that a search finds against LibTorch, the
// unscheduled code and the machine's peak, measured in one run.

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "actor/search/strategy.h"
#include "benchmarks/schedules/schedule_benchmark.h"

namespace weft {
namespace {

struct Arguments {
  ScheduleBenchmarkOptions options;
  std::string json;
  std::vector<std::string> programs;
};

// Rewritten after every program: a run that is cut short leaves what it has.
bool WriteJson(const std::string& path, const std::vector<ComparisonRow>& rows) {
  nlohmann::json json = nlohmann::json::array();
  for (const ComparisonRow& row : rows) json.push_back(ToJson(row));
  std::ofstream out(path, std::ios::trunc);
  out << json.dump(2) << "\n";
  return out.good();
}

std::string LoadAverage() {
  double load = 0;
  return getloadavg(&load, 1) == 1 ? absl::StrCat(load) : "unknown";
}

int Run(Arguments arguments) {
  if (arguments.programs.empty()) arguments.programs = BenchmarkPrograms();
  std::fprintf(stderr, "load average at the start: %s\n", LoadAverage().c_str());
  ScheduleBenchmark benchmark(arguments.options);
  if (absl::Status status = benchmark.Start(); !status.ok()) {
    std::fprintf(stderr, "schedules-bench: %s\n", status.ToString().c_str());
    return 1;
  }
  std::vector<ComparisonRow> rows;
  bool complete = true;
  for (const std::string& program : arguments.programs) {
    rows.push_back(benchmark.Run(program));
    const ComparisonRow& row = rows.back();
    std::fprintf(stderr, "%s: ours %.1f us, LibTorch %.1f us (%s), load %s %s\n",
                 program.c_str(), row.best_us, row.libtorch_us,
                 row.libtorch_variant.c_str(), LoadAverage().c_str(),
                 row.problem.c_str());
    complete &= row.ratio() > 0 && row.problem.empty();
    if (!arguments.json.empty() && !WriteJson(arguments.json, rows)) {
      std::fprintf(stderr, "schedules-bench: cannot write %s\n",
                   arguments.json.c_str());
      return 1;
    }
  }
  std::fputs(ComparisonTable(rows).c_str(), stdout);
  return complete ? 0 : 1;
}

int BenchMain(int argc, char** argv) {
  Arguments arguments;
  arguments.options.search.workers = 2;
  arguments.options.search.take_best_known = true;
  arguments.options.measure.lease_timeout_seconds = 300;
  // Unscheduled programs and whole networks take seconds for each run.
  arguments.options.measure.compile_timeout_seconds = 120;
  arguments.options.measure.run_timeout_seconds = 120;
  CLI::App app(
      "Searches a schedule for each program of the suite and times it in turns with "
      "LibTorch.",
      "schedules-bench");
  app.add_option("PROGRAM", arguments.programs, "Names in the suite (all 23)");
  app.add_option("--budget", arguments.options.search.budget,
                 "Measurements per program, or per task of a network")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  app.add_option("--strategy", arguments.options.search.strategy)
      ->check(CLI::IsMember(StrategyNames()))
      ->capture_default_str();
  app.add_option("--seed", arguments.options.search.seed)->capture_default_str();
  app.add_option("--threads", arguments.options.measure.threads)
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  app.add_option("--suite", arguments.options.suite)->capture_default_str();
  app.add_option(
         "-o,--output", arguments.options.output,
         "Folder of the best schedules and of the store, which a second run asks")
      ->capture_default_str();
  app.add_option("--json", arguments.json, "Also write the rows to this file");
  CLI11_PARSE(app, argc, argv);
  return Run(std::move(arguments));
}

}  // namespace
}  // namespace weft

int main(int argc, char** argv) { return weft::BenchMain(argc, argv); }
