#include "cli/optimize/optimize.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "actor/environment/suite.h"
#include "cli/search/search_display.h"
#include "common/files/atomic_file.h"

namespace weft {
namespace {

// As often as TimeSideBySide.
constexpr int kDisturbedAttempts = 3;

// Of an earlier run, which this one may not write.
absl::Status RemoveFile(const std::string& path) {
  std::error_code error;
  std::filesystem::remove(path, error);
  if (!error) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat(path, ": cannot be removed: ", error.message()));
}

class Optimizer {
 public:
  Optimizer(const OptimizeOptions& options, const OptimizeEvents& events)
      : options_(options),
        events_(events),
        worker_(options.worker_path, options.measure) {
    report_.program = options.program_path;
    report_.threads = options.measure.threads;
  }

  absl::StatusOr<OptimizeReport> Run() {
    absl::Status status = Cut();
    if (status.ok()) status = MeasureUnscheduled();
    if (status.ok()) status = SearchTasks();
    if (!status.ok()) return status;
    report_.export_status = Assemble();
    return std::move(report_);
  }

 private:
  std::string OutputPath(const std::string& name) const {
    return absl::StrCat(options_.output_folder, "/", name);
  }

  absl::Status Cut() {
    absl::StatusOr<SuiteProgram> program = ReadProgram(options_.program_path);
    if (!program.ok()) return program.status();
    absl::StatusOr<Machine> machine = worker_.Start();
    if (!machine.ok()) return machine.status();
    machine_ = *machine;
    report_.cpu = machine_.cpu;
    report_.peak_flops = machine_.model.peak_flops * report_.threads;
    absl::StatusOr<v1::CutProgramResponse> cut =
        worker_.Cut(options_.program_path, program->source);
    if (!cut.ok()) return cut.status();
    for (const std::string& note : cut->notes()) events_.note(note);
    report_.flops = cut->flops();
    report_.bytes = cut->bytes();
    report_.roofline_seconds = Roofline(report_.flops, report_.bytes);
    int calls = 0;
    for (const v1::ProgramTask& task : cut->tasks()) {
      suite_.programs.push_back({task.name(), task.name(), task.source()});
      TaskRow row;
      row.name = task.name();
      row.anchor = task.anchor();
      row.calls = static_cast<int>(task.calls());
      row.flops = task.flops();
      row.bytes = task.bytes();
      row.roofline_seconds = Roofline(task.flops(), task.bytes());
      report_.tasks.push_back(std::move(row));
      calls += static_cast<int>(task.calls());
    }
    std::sort(
        suite_.programs.begin(), suite_.programs.end(),
        [](const SuiteProgram& a, const SuiteProgram& b) { return a.name < b.name; });
    events_.note(absl::StrFormat("%s: %d calls of %d distinct tasks",
                                 options_.program_path, calls, cut->tasks_size()));
    return WriteTasks();
  }

  double Roofline(double flops, double bytes) const {
    return RooflineSeconds(flops, bytes, machine_.model, report_.threads);
  }

  absl::Status WriteTasks() const {
    for (const SuiteProgram& task : suite_.programs) {
      absl::Status status =
          WriteFileAtomically(OutputPath("tasks/" + task.name + ".mlir"), task.source);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status MeasureUnscheduled() {
    events_.progress("measuring the program as it came");
    absl::StatusOr<ProgramResult> unscheduled = worker_.Measure(nullptr);
    if (!unscheduled.ok()) return unscheduled.status();
    report_.unscheduled = *std::move(unscheduled);
    const Measurement& measurement = report_.unscheduled.measurement;
    if (measurement.outcome == Outcome::kOk) return absl::OkStatus();
    return absl::FailedPreconditionError(
        absl::StrCat(options_.program_path, ": the program as it came: ",
                     OutcomeName(measurement.outcome), ": ", measurement.message));
  }

  absl::Status SearchTasks() {
    TaskSearch search(options_.worker_path, options_.measure, machine_, &suite_,
                      options_.store);
    schedules_.resize(report_.tasks.size());
    for (size_t i = 0; i < report_.tasks.size(); ++i) {
      TaskRow& row = report_.tasks[i];
      absl::Status written;
      if (events_.stop()) {
        row.result.problem = "interrupted";
        written = RemoveFile(SchedulePath(row.name));
        if (!written.ok()) return written;
        continue;
      }
      SearchHooks hooks;
      hooks.stop = [&] { return events_.stop() || !written.ok(); };
      hooks.on_trial = [&](const SearchProgress& progress, const Trial& trial,
                           bool improved) {
        if (improved && IsFaster(trial.result)) {
          written.Update(WriteFileAtomically(SchedulePath(row.name),
                                             trial.result.schedule_module));
        }
        ShowTask(i, progress);
      };
      row.result = search.Run(row.name, options_.search, hooks);
      // One of an earlier run would be taken for what was found.
      if (row.result.schedule_module.empty()) {
        written.Update(RemoveFile(SchedulePath(row.name)));
      }
      if (!written.ok()) return written;
      if (!row.result.problem.empty()) {
        events_.note(absl::StrCat(row.name, ": ", row.result.problem));
      }
      schedules_[i] = row.result.schedule_module;
    }
    return absl::OkStatus();
  }

  std::string SchedulePath(const std::string& task) const {
    return OutputPath("tasks/" + task + ".schedule.mlir");
  }

  void ShowTask(size_t index, const SearchProgress& progress) const {
    const TaskRow& row = report_.tasks[index];
    SearchScale scale;
    scale.flops = row.flops;
    scale.bytes = row.bytes;
    scale.peak_flops = report_.peak_flops;
    events_.progress(
        absl::StrFormat("task %d/%d %s | %s", index + 1, report_.tasks.size(), row.name,
                        ProgressLine(progress, options_.search.budget, scale)));
  }

  // What could not be written. The rest is done all the same: the searches were long.
  absl::Status Assemble() {
    using Request = v1::ExportProgramRequest;
    // First what is known already: the measurement may fail.
    absl::Status status;
    for (const char* name : {"scheduled.mlir", "scheduled.ll", "scheduled.o"}) {
      status.Update(RemoveFile(OutputPath(name)));
    }
    status.Update(Export(Request::FORM_ASSEMBLED_MLIR, "program.mlir"));
    status.Update(Export(Request::FORM_SCHEDULE_MODULE, "schedule.mlir"));
    events_.progress("assembling the program from its scheduled tasks");
    report_.scheduled = MeasureAssembled();
    const Measurement& measurement = report_.scheduled.measurement;
    if (measurement.outcome != Outcome::kOk) return status;
    // Taken at the same moment as the other time; that of the beginning was not.
    if (measurement.confirmation) {
      report_.unscheduled.measurement.seconds =
          measurement.confirmation->previous_seconds;
    }
    status.Update(Export(Request::FORM_SCHEDULED_MLIR, "scheduled.mlir"));
    if (options_.emit == EmitForm::kLlvm) {
      status.Update(Export(Request::FORM_LLVM_IR, "scheduled.ll"));
    }
    if (options_.emit == EmitForm::kObject) {
      status.Update(Export(Request::FORM_OBJECT, "scheduled.o"));
    }
    return status;
  }

  // Again while not one pair was clean. What cannot be measured is reported: the
  // schedules of the tasks are worth having all the same.
  ProgramResult MeasureAssembled() {
    absl::StatusOr<ProgramResult> best = worker_.Measure(&schedules_);
    for (int attempt = 1; attempt < kDisturbedAttempts && best.ok(); ++attempt) {
      if (!best->measurement.disturbed || events_.stop()) break;
      absl::StatusOr<ProgramResult> again = worker_.Measure(&schedules_);
      if (!again.ok() || again->measurement.outcome != Outcome::kOk) break;
      best = std::move(again);
    }
    if (best.ok()) return *std::move(best);
    ProgramResult lost;
    lost.measurement.outcome = Outcome::kWorkerLost;
    lost.measurement.message = std::string(best.status().message());
    return lost;
  }

  absl::Status Export(v1::ExportProgramRequest::Form form, const std::string& name) {
    absl::StatusOr<std::string> content = worker_.Export(form, schedules_);
    if (content.ok()) return WriteFileAtomically(OutputPath(name), *content);
    return absl::Status(content.status().code(),
                        absl::StrCat(name, ": ", content.status().message()));
  }

  const OptimizeOptions& options_;
  const OptimizeEvents& events_;
  ProgramWorker worker_;
  Machine machine_;
  Suite suite_;  // Of tasks, by name.
  std::vector<std::string> schedules_;
  OptimizeReport report_;
};

}  // namespace

absl::Status MakeOutputFolders(const std::string& output_folder) {
  std::error_code error;
  std::filesystem::create_directories(output_folder + "/tasks", error);
  if (!error) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "cannot make the folder ", output_folder, "/tasks: ", error.message()));
}

absl::StatusOr<OptimizeReport> Optimize(const OptimizeOptions& options,
                                        const OptimizeEvents& events) {
  return Optimizer(options, events).Run();
}

}  // namespace weft
