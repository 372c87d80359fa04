#include "actor/rollout/environments.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "actor/environment/baseline_cache.h"
#include "actor/environment/cost_model/cost_model_environment.h"
#include "actor/environment/cost_model/tasks.h"
#include "actor/environment/program_appearance.h"
#include "actor/environment/suite.h"
#include "actor/environment/synthetic_environment.h"
#include "actor/environment/worker_environment.h"
#include "actor/environment/worker_startup.h"
#include "actor/rollout/disjoint_programs.h"
#include "common/config/train_config.h"
#include "common/wire/trajectory_proto.h"
#include "spdlog/spdlog.h"

namespace weft {
namespace {

// Of an invented episode: about what a real one takes on a fast machine, so that tests
// of the service see queues and credits at work.
constexpr absl::Duration kSyntheticEpisodeTime = absl::Milliseconds(5);

// With validation, every fourth program is for it: of all kinds, as they are sorted by
// kind.
void HoldBack(const TrainConfig& config, Environments* environments) {
  if (config.validation.every_iterations == 0) return;
  std::vector<std::string> kept;
  for (size_t i = 0; i < environments->programs.size(); ++i) {
    (i % 4 == 3 ? environments->validation_programs : kept)
        .push_back(environments->programs[i]);
  }
  environments->programs = std::move(kept);
}

Environments SyntheticEnvironments(const TrainConfig& config) {
  SyntheticEnvironmentOptions options;
  options.seed = config.seed;
  options.episode_time = kSyntheticEpisodeTime;
  Environments environments;
  environments.programs = SyntheticEnvironment::Programs();
  HoldBack(config, &environments);
  environments.cpu = "synthetic";
  environments.make = [options] {
    return std::make_unique<SyntheticEnvironment>(options);
  };
  return environments;
}

Environments CostModelEnvironments(const TrainConfig& config) {
  CostModelOptions options;
  options.threads = config.measure.threads;
  Environments environments;
  environments.programs = CostModelTaskNames();
  HoldBack(config, &environments);
  environments.cpu = "cost-model";
  environments.make = [options] {
    return std::make_unique<CostModelEnvironment>(options);
  };
  return environments;
}

// What the environments of one actor share.
struct Shared {
  Suite suite;
  BaselineCache baselines;
};

absl::Status CheckNames(const Suite& suite) {
  for (const SuiteProgram& program : suite.programs) {
    if (IsProgramName(program.name)) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        "program file ", program.path,
        ": a name has 1 to 128 letters, digits, '_', '-' and '.', and does ",
        "not begin with '.'"));
  }
  return absl::OkStatus();
}

// The programs of both folders, and the names of those that validate.
struct Programs {
  Suite suite;
  std::vector<std::string> training, validation;
};

absl::StatusOr<Programs> LoadPrograms(const TrainConfig& config) {
  absl::StatusOr<Suite> suite = LoadSuite(config.suite);
  if (!suite.ok()) return suite.status();
  Programs programs{*std::move(suite), {}, {}};
  programs.training = programs.suite.names();
  if (config.validation.every_iterations > 0) {
    absl::StatusOr<Suite> validation = LoadSuite(config.validation.suite);
    if (!validation.ok()) return validation.status();
    programs.validation = validation->names();
    absl::Status added = programs.suite.Add(*std::move(validation));
    if (!added.ok()) return added;
  }
  if (absl::Status status = CheckNames(programs.suite); !status.ok()) return status;
  return programs;
}

// That no validation program looks like one of the suite, or of the pre-training.
absl::Status CheckHeldOut(WorkerClient& worker, const TrainConfig& config,
                          const MachineModel& machine, const Programs& programs) {
  ProgramAppearance appearance(&worker, machine, config.measure.threads,
                               absl::Seconds(config.actor.step_timeout_seconds));
  for (const SuiteProgram& program : programs.suite.programs) {
    appearance.Add(program.name, program);
  }
  std::vector<std::string> training = programs.training;
  if (NeedsPretraining(config)) {
    const std::vector<std::string> modelled = ModelledPrograms();
    training.insert(training.end(), modelled.begin(), modelled.end());
  }
  return CheckDisjoint(training, programs.validation,
                       [&](const std::string& name) { return appearance.Of(name); });
}

absl::StatusOr<Environments> WorkerEnvironments(const TrainConfig& config,
                                                const std::string& worker_path,
                                                EnvironmentHooks hooks) {
  absl::StatusOr<Programs> programs = LoadPrograms(config);
  if (!programs.ok()) return programs.status();

  WorkerEnvironmentOptions options;
  options.worker_path = worker_path;
  options.measure = config.measure;
  options.measure.timing_cpu = ResolveTimingCpu(config.measure.timing_cpu);
  options.step_timeout_seconds = config.actor.step_timeout_seconds;
  options.failure_reward = config.actor.failure_reward;
  options.on_worker_lost = std::move(hooks.on_worker_lost);
  options.store = hooks.store;
  options.on_store_event = std::move(hooks.on_store_event);

  WorkerClient worker(worker_path);
  if (absl::Status status = worker.Start(); !status.ok()) return status;
  const absl::StatusOr<Machine> machine = ProbeMachine(worker, options.measure);
  if (!machine.ok()) return machine.status();
  options.machine = machine->model;
  spdlog::info(
      "machine {}: {:.1f} GFLOP/s, memory {:.1f} GB/s, first cache {:.1f} GB/s",
      machine->cpu, machine->model.peak_flops / 1e9,
      machine->model.memory_bandwidth / 1e9, machine->model.cache_bandwidth / 1e9);
  absl::Status checked = CheckPrograms(
      worker, programs->suite, absl::Seconds(config.actor.step_timeout_seconds));
  if (!checked.ok()) return checked;
  if (!programs->validation.empty()) {
    absl::Status disjoint = CheckHeldOut(worker, config, machine->model, *programs);
    if (!disjoint.ok()) return disjoint;
  }

  Environments environments;
  environments.programs = programs->training;
  environments.validation_programs = programs->validation;
  environments.cpu = machine->cpu;
  auto shared = std::make_shared<Shared>();
  shared->suite = std::move(programs->suite);
  // The closure keeps what is shared alive; RunActor keeps the closure.
  environments.make = [options, shared] {
    return std::make_unique<WorkerEnvironment>(options, &shared->suite,
                                               &shared->baselines);
  };
  return environments;
}

}  // namespace

absl::StatusOr<Environments> PrepareEnvironments(const TrainConfig& config,
                                                 const std::string& worker_path,
                                                 EnvironmentHooks hooks) {
  if (config.environment == "synthetic") return SyntheticEnvironments(config);
  if (config.environment == "cost-model") return CostModelEnvironments(config);
  return WorkerEnvironments(config, worker_path, std::move(hooks));
}

}  // namespace weft
