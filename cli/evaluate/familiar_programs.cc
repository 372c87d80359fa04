#include "cli/evaluate/familiar_programs.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "actor/environment/program_appearance.h"
#include "actor/environment/worker_startup.h"

namespace weft {
namespace {

// Compares with what a run knows, on a worker of its own.
class Comparison {
 public:
  static absl::StatusOr<std::unique_ptr<Comparison>> Open(
      const TrainConfig& run, const Suite& suite, const std::string& worker_path,
      MeasureOptions measure) {
    std::unique_ptr<Comparison> comparison(new Comparison(worker_path));
    WorkerClient& worker = comparison->worker_;
    if (absl::Status status = worker.Start(); !status.ok()) return status;
    measure.timing_cpu = ResolveTimingCpu(measure.timing_cpu);
    const absl::StatusOr<Machine> machine = ProbeMachine(worker, measure);
    if (!machine.ok()) return machine.status();
    comparison->appearance_ = std::make_unique<ProgramAppearance>(
        &worker, machine->model, run.measure.threads,
        absl::Seconds(run.actor.step_timeout_seconds));
    comparison->programs_ = comparison->Add(suite);
    return comparison;
  }

  // By path, as names of two suites may be the same.
  std::vector<std::string> Add(const Suite& suite) {
    std::vector<std::string> paths;
    for (const SuiteProgram& program : suite.programs) {
      appearance_->Add(program.path, program);
      paths.push_back(program.path);
    }
    return paths;
  }

  absl::StatusOr<std::vector<KnownProgram>> Find(
      const std::vector<std::string>& known) {
    return FindKnown(known, programs_,
                     [this](const std::string& name) { return appearance_->Of(name); });
  }

 private:
  explicit Comparison(const std::string& worker_path) : worker_(worker_path) {}

  WorkerClient worker_;
  std::unique_ptr<ProgramAppearance> appearance_;
  std::vector<std::string> programs_;
};

using Found = absl::StatusOr<std::vector<KnownProgram>>;

Found FindInSuite(Comparison& comparison, const std::string& folder) {
  const absl::StatusOr<Suite> suite = LoadSuite(folder);
  if (!suite.ok()) return suite.status();
  return comparison.Find(comparison.Add(*suite));
}

// Appends what was found; else why it cannot be known.
void Take(const Found& found, std::vector<KnownProgram>* programs,
          std::vector<std::string>* not_checked) {
  if (found.ok()) {
    programs->insert(programs->end(), found->begin(), found->end());
  } else {
    not_checked->emplace_back(found.status().message());
  }
}

nlohmann::ordered_json Pairs(const std::vector<KnownProgram>& programs) {
  auto pairs = nlohmann::ordered_json::array();
  for (const KnownProgram& program : programs) {
    pairs.push_back({{"program", program.program}, {"known", program.known}});
  }
  return pairs;
}

std::string Note(const std::vector<KnownProgram>& programs, const std::string& what) {
  if (programs.empty()) return "";
  const KnownProgram& first = programs.front();
  return absl::StrCat(
      "note: ", what, " ", programs.size(),
      programs.size() == 1 ? " of these programs: " : " of these programs, first ",
      first.program,
      first.known == first.program ? "" : absl::StrCat(", which is ", first.known),
      "\n");
}

}  // namespace

FamiliarPrograms FindFamiliarPrograms(const TrainConfig& run, bool best_by_validation,
                                      const Suite& suite,
                                      const std::string& worker_path,
                                      const MeasureOptions& measure) {
  FamiliarPrograms familiar;
  const auto comparison = Comparison::Open(run, suite, worker_path, measure);
  if (!comparison.ok()) {
    familiar.not_checked.emplace_back(comparison.status().message());
    return familiar;
  }
  if (run.environment == "mlir") {
    Take(FindInSuite(**comparison, run.suite), &familiar.trained,
         &familiar.not_checked);
  }
  if (run.environment == "cost-model" || run.pretrain.iterations > 0) {
    Take((*comparison)->Find(ModelledPrograms()), &familiar.trained,
         &familiar.not_checked);
  }
  if (run.environment == "mlir" && best_by_validation) {
    Take(FindInSuite(**comparison, run.validation.suite), &familiar.chosen_by,
         &familiar.not_checked);
  }
  return familiar;
}

std::string FamiliarNotes(const FamiliarPrograms& familiar) {
  std::string notes = Note(familiar.trained, "the policy was trained on");
  notes += Note(familiar.chosen_by, "the checkpoint was chosen by validation on");
  for (const std::string& reason : familiar.not_checked) {
    absl::StrAppend(&notes, "note: whether every program is new is not known: ", reason,
                    "\n");
  }
  return notes;
}

nlohmann::ordered_json FamiliarJson(const FamiliarPrograms& familiar) {
  return {{"trained", Pairs(familiar.trained)},
          {"chosen_by", Pairs(familiar.chosen_by)},
          {"not_checked", familiar.not_checked}};
}

}  // namespace weft
