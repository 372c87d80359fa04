#include "actor/rollout/episode_slot.h"

#include <algorithm>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "actor/rollout/episode.h"
#include "actor/rollout/instrumented.h"
#include "spdlog/spdlog.h"

namespace weft {
namespace {

// How long a slot may take to notice that the actor drains.
constexpr absl::Duration kPoll = absl::Milliseconds(200);
constexpr absl::Duration kFirstPause = absl::Milliseconds(100);
constexpr absl::Duration kLongestPause = absl::Seconds(2);

// Of a reset: whether it would fail again.
bool IsOfTheProgram(const absl::Status& status) {
  return absl::IsFailedPrecondition(status) || absl::IsInvalidArgument(status) ||
         absl::IsNotFound(status);
}

}  // namespace

EpisodeSlot::EpisodeSlot(const SlotContext& context, Environment* environment)
    : context_(context), environment_(environment) {}

absl::Status EpisodeSlot::Run() {
  int errors = 0;
  while (!context_.credits->draining()) {
    episode_finished_ = false;
    const absl::Status status = RunOne();
    if (episode_finished_) errors = 0;
    if (status.ok()) continue;
    if (context_.programs->remaining() == 0) return status;
    ++errors;
    context_.metrics->episode_errors.Increment();
    spdlog::warn("episode {} of {} in a row failed: {}", errors, kMaxErrors,
                 status.ToString());
    if (errors >= kMaxErrors) return status;
    PauseAfterError(errors);
  }
  return absl::OkStatus();
}

bool EpisodeSlot::ValidateOne() {
  if (context_.validation == nullptr) return false;
  absl::optional<ValidationTask> task = context_.validation->TakeTask();
  if (!task.has_value()) return false;
  ValidationResult result;
  const absl::StatusOr<std::shared_ptr<const Policy>> policy =
      context_.validated_policy->Get(task->weights_version);
  if (policy.ok()) {
    InstrumentedEnvironment environment(environment_, context_.metrics);
    std::mt19937_64 unused;  // Nothing is drawn.
    result.trajectory =
        RunEpisode(environment, **policy, task->program, unused, Selection::kGreedy);
  } else {
    result.trajectory = policy.status();
  }
  if (result.trajectory.ok()) {
    context_.metrics->RecordValidation(*result.trajectory);
  } else {
    spdlog::warn("validation of {} with weights {} failed: {}", task->program,
                 task->weights_version, result.trajectory.status().ToString());
  }
  result.task = *std::move(task);
  context_.validation->AddResult(std::move(result));
  return true;
}

absl::Status EpisodeSlot::RunOne() {
  if (ValidateOne()) return absl::OkStatus();
  const absl::optional<Credit> credit = context_.credits->Take(kPoll);
  if (!credit.has_value()) return absl::OkStatus();
  const absl::StatusOr<std::shared_ptr<const Policy>> policy =
      context_.policy->Get(kPoll);
  if (!policy.ok()) {
    context_.credits->Return(*credit);
    return absl::OkStatus();  // No weights yet: LatestPolicy counts what fails.
  }
  const Turn turn = context_.programs->Next();
  const std::string& program = turn.program;
  if (program.empty()) {
    context_.credits->Return(*credit);
    return absl::FailedPreconditionError("no program of the suite can be used");
  }
  InstrumentedEnvironment environment(environment_, context_.metrics);
  InstrumentedPolicy timed_policy(policy->get(), context_.metrics);
  // Other numbers for other weights: an actor that was started again begins with the
  // first turns, and should not explore the same way twice.
  std::mt19937_64 random(MixSeed(turn.seed, {absl::StrCat(timed_policy.version())}));
  absl::StatusOr<Trajectory> trajectory =
      RunEpisode(environment, timed_policy, program, random);
  if (!trajectory.ok()) {
    context_.credits->Return(*credit);
    if (!IsOfTheProgram(environment.reset_status())) return trajectory.status();
    const std::string reason(trajectory.status().message());
    if (context_.programs->Exclude(program, reason)) {
      spdlog::error("program {} is excluded: {}", program, reason);
      context_.metrics->programs_excluded.Increment();
    }
    if (context_.programs->remaining() > 0) return absl::OkStatus();
    return absl::FailedPreconditionError(
        absl::StrCat("no program of the suite can be used; the last: ", reason));
  }
  episode_finished_ = true;
  Deliver(*std::move(trajectory));
  return absl::OkStatus();
}

void EpisodeSlot::Deliver(Trajectory trajectory) {
  context_.metrics->RecordEpisode(trajectory);
  context_.best->KeepIfBest(&trajectory);
  // A full outbox holds the slot back; a drain gives it one last chance.
  while (true) {
    const bool draining = context_.credits->draining();
    const absl::Status added = context_.outbox->Add(std::move(trajectory), kPoll);
    if (added.ok()) return;
    if (draining) {
      spdlog::warn("an episode of {} is lost: {}", trajectory.program,
                   added.ToString());
      context_.metrics->episode_errors.Increment();
      return;
    }
  }
}

void EpisodeSlot::PauseAfterError(int errors) {
  const absl::Duration pause =
      std::min(kLongestPause, kFirstPause * (1 << std::min(errors - 1, 6)));
  const absl::Time resume = absl::Now() + pause;
  while (absl::Now() < resume && !context_.credits->draining()) absl::SleepFor(kPoll);
}

}  // namespace weft
