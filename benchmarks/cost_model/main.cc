// cost-model-bench: does the cost model order schedules as measurements do?
//
// Reads the measured schedules of a store, estimates each with the model, and prints
// Spearman's rho for every kind of operation and over all. Two figures are given.
// Within programs: the mean of one rho for each program, which is what a policy learns
// from, weighted by its schedules. Pooled: over the times of all programs, each in
// units of its roofline time, so that large programs do not make the figure.

#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "actor/environment/cost_model/cost_model.h"
#include "actor/worker/measure/probe_machine.h"
#include "actor/worker/program/loaded_program.h"
#include "benchmarks/cost_model/rank_correlation.h"
#include "common/schedule/parse_schedule.h"
#include "common/store/sqlite_database.h"
#include "nlohmann/json.hpp"

namespace weft {
namespace {

// Programs with fewer schedules have no ranking to speak of.
constexpr size_t kFewestSchedules = 5;

struct Arguments {
  std::string store;
  std::string suite = "datasets/suites/quickstart";
  std::string lease = "/tmp/weft-timing.lease";
  std::string json;
  bool default_machine = false;
  bool list = false;
};

struct Measured {
  std::string schedule;
  double seconds = 0;
  int threads = 1;
};

// Times over the roofline time of the program.
struct Times {
  std::vector<double> measured;
  std::vector<double> modelled;

  size_t size() const { return measured.size(); }
  void Append(const Times& other) {
    measured.insert(measured.end(), other.measured.begin(), other.measured.end());
    modelled.insert(modelled.end(), other.modelled.begin(), other.modelled.end());
  }
};

// Of the programs of one kind.
struct Group {
  Times pooled;
  int programs = 0;
  double weighted_rho = 0;
  double weight = 0;

  double within() const { return weight == 0 ? 0 : weighted_rho / weight; }
};

absl::StatusOr<std::map<std::string, std::vector<Measured>>> ReadStore(
    const std::string& path) {
  absl::StatusOr<SqliteDatabase> database =
      SqliteDatabase::Open(path, absl::Seconds(10));
  if (!database.ok()) return database.status();
  // Several times of one schedule are one point, its fastest.
  absl::StatusOr<SqliteStatement> rows = SqliteStatement::Prepare(
      *database,
      "SELECT program, schedule, MIN(seconds), threads FROM measurements "
      "WHERE outcome = 'ok' AND baseline = 0 AND seconds > 0 "
      "GROUP BY program, schedule, threads ORDER BY program, schedule");
  if (!rows.ok()) return rows.status();
  std::map<std::string, std::vector<Measured>> measured;
  while (true) {
    const absl::StatusOr<bool> row = rows->Step();
    if (!row.ok()) return row.status();
    if (!*row) return measured;
    measured[rows->Text(0)].push_back(
        {rows->Text(1), rows->Real(2), static_cast<int>(rows->Integer(3))});
  }
}

absl::StatusOr<std::unique_ptr<LoadedProgram>> Load(CompilerContext& context,
                                                    const std::string& path) {
  std::ifstream file(path);
  if (!file) return absl::NotFoundError(absl::StrCat("cannot read ", path));
  return LoadedProgram::Load(context, path,
                             std::string(std::istreambuf_iterator<char>(file), {}));
}

absl::StatusOr<Times> Compare(const ProgramInfo& program,
                              const std::vector<Measured>& schedules,
                              const MachineModel& machine, bool list) {
  Times times;
  for (const Measured& measured : schedules) {
    const absl::StatusOr<Schedule> schedule = ParseSchedule(measured.schedule);
    if (!schedule.ok()) return schedule.status();
    const double roofline =
        RooflineSeconds(program.flops, program.bytes, machine, measured.threads);
    const ModelTime model = EstimateTime(program, *schedule, machine, measured.threads);
    times.measured.push_back(measured.seconds / roofline);
    times.modelled.push_back(model.total / roofline);
    if (!list) continue;
    std::printf(
        "%10.1f %10.1f us (core %.1f, traffic %.1f, packing %.1f, neighbours "
        "%.1f)  %s\n",
        measured.seconds * 1e6, model.total * 1e6, model.core * 1e6,
        model.traffic * 1e6, model.packing * 1e6, model.neighbours * 1e6,
        measured.schedule.c_str());
  }
  return times;
}

nlohmann::json ToJson(const Group& group) {
  return {
      {"programs", group.programs},
      {"schedules", group.pooled.size()},
      {"rho_within_programs", group.within()},
      {"rho_pooled", RankCorrelation(group.pooled.measured, group.pooled.modelled)}};
}

void Print(const std::string& kind, const Group& group) {
  std::printf("%-14s %8d %9zu %15.2f %10.2f\n", kind.c_str(), group.programs,
              group.pooled.size(), group.within(),
              RankCorrelation(group.pooled.measured, group.pooled.modelled));
}

absl::Status Run(const Arguments& arguments) {
  const auto store = ReadStore(arguments.store);
  if (!store.ok()) return store.status();
  const absl::StatusOr<MachineModel> machine =
      arguments.default_machine ? CostModelMachine()
                                : ProbeMachineOnce(arguments.lease, 60, -1);
  if (!machine.ok()) return machine.status();
  CompilerContext context;
  std::map<std::string, Group> groups;
  Group all;
  for (const auto& [name, schedules] : *store) {
    if (schedules.size() < kFewestSchedules) continue;
    const auto program =
        Load(context, absl::StrCat(arguments.suite, "/", name, ".mlir"));
    if (!program.ok()) return program.status();
    const ProgramInfo& info = (*program)->info();
    if (arguments.list) std::printf("\n%s\n  measured   modelled\n", name.c_str());
    const absl::StatusOr<Times> times =
        Compare(info, schedules, *machine, arguments.list);
    if (!times.ok()) return times.status();
    const double rho = RankCorrelation(times->measured, times->modelled);
    const auto weight = static_cast<double>(times->size());
    if (arguments.list) std::printf("  rho %.2f\n", rho);
    for (Group* group : {&groups[AnchorKindName(info.anchor().kind)], &all}) {
      group->pooled.Append(*times);
      ++group->programs;
      group->weighted_rho += weight * rho;
      group->weight += weight;
    }
  }
  std::printf("%-14s %8s %9s %15s %10s\n", "kind", "programs", "schedules",
              "rho in programs", "rho pooled");
  nlohmann::json json;
  for (const auto& [kind, group] : groups) {
    Print(kind, group);
    json[kind] = ToJson(group);
  }
  Print("all", all);
  json["all"] = ToJson(all);
  if (arguments.json.empty()) return absl::OkStatus();
  std::ofstream out(arguments.json, std::ios::trunc);
  out << json.dump(2) << "\n";
  return out.flush() ? absl::OkStatus()
                     : absl::UnavailableError("cannot write " + arguments.json);
}

int BenchMain(int argc, char** argv) {
  Arguments arguments;
  CLI::App app(
      "Compares the order in which the cost model puts schedules with that of their "
      "measured times, by Spearman's rho.",
      "cost-model-bench");
  app.add_option("STORE", arguments.store, "SQLite file of a search or a run")
      ->required()
      ->check(CLI::ExistingFile);
  app.add_option("--suite", arguments.suite, "Folder of the programs")
      ->capture_default_str();
  app.add_option("--lease", arguments.lease, "Of timings, for probing this machine")
      ->capture_default_str();
  app.add_flag("--default-machine", arguments.default_machine,
               "Model the machine of `environment: cost-model`, not this one");
  app.add_flag("--list", arguments.list, "Every schedule with both times");
  app.add_option("--json", arguments.json, "Also write the figures to this file");
  CLI11_PARSE(app, argc, argv);
  const absl::Status status = Run(arguments);
  if (status.ok()) return 0;
  std::fprintf(stderr, "cost-model-bench: %s\n", status.ToString().c_str());
  return 1;
}

}  // namespace
}  // namespace weft

int main(int argc, char** argv) { return weft::BenchMain(argc, argv); }
