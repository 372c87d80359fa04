#include "learner/validation/validator.h"

#include <algorithm>
#include <utility>

#include "spdlog/spdlog.h"

namespace weft {

Validator::Validator(absl::Duration task_deadline, double failure_reward)
    : task_deadline_(task_deadline), failure_reward_(failure_reward) {}

void Validator::Connect(StreamId stream, std::set<std::string> programs, int capacity) {
  absl::MutexLock lock(&mutex_);
  actors_[stream] = {std::move(programs), capacity, 0};
}

void Validator::Disconnect(StreamId stream) {
  absl::MutexLock lock(&mutex_);
  if (actors_.erase(stream) == 0) return;
  std::vector<std::string> lost;
  for (const auto& [program, pending] : pending_) {
    if (pending.stream == stream) lost.push_back(program);
  }
  for (const std::string& program : lost) Fail(program, "its actor went");
}

bool Validator::Start(uint64_t iteration, uint64_t weights_version, absl::Time now) {
  absl::MutexLock lock(&mutex_);
  if (running_) return false;
  for (const auto& [stream, actor] : actors_) {
    for (const std::string& program : actor.programs) pending_.try_emplace(program);
  }
  if (pending_.empty()) return false;
  running_ = true;
  start_ = now;
  round_ = {};
  round_.iteration = iteration;
  round_.weights_version = weights_version;
  return true;
}

void Validator::Abandon() {
  absl::MutexLock lock(&mutex_);
  running_ = false;
  pending_.clear();
  for (auto& [stream, actor] : actors_) actor.tasks = 0;
}

std::vector<ValidationTask> Validator::TakeTasks(absl::Time now) {
  absl::MutexLock lock(&mutex_);
  std::vector<std::string> late, waiting;
  for (auto& [program, pending] : pending_) {
    if (pending.stream == 0) {
      if (IsOffered(program)) {
        pending.deadline = absl::InfiniteFuture();
      } else if (pending.deadline == absl::InfiniteFuture()) {
        pending.deadline = now + task_deadline_;
      }
    }
    if (now >= pending.deadline) {
      late.push_back(program);
    } else if (pending.stream == 0) {
      waiting.push_back(program);
    }
  }
  for (const std::string& program : late) {
    Fail(program, "no answer within " + absl::FormatDuration(task_deadline_));
  }
  std::vector<ValidationTask> tasks;
  for (const std::string& program : waiting) {
    Pending& pending = pending_[program];
    const StreamId stream = ActorFor(program, pending);
    if (stream == 0) continue;
    ++actors_[stream].tasks;
    pending.stream = stream;
    pending.deadline = now + task_deadline_;
    tasks.push_back({stream, round_.weights_version, program});
  }
  return tasks;
}

StreamId Validator::ActorFor(const std::string& program, const Pending& pending) const {
  const auto has_failed = [&](StreamId stream) {
    return pending.failed_by.count(stream) > 0;
  };
  const bool another = std::any_of(actors_.begin(), actors_.end(), [&](const auto& it) {
    return it.second.programs.count(program) > 0 && !has_failed(it.first);
  });
  StreamId best = 0;
  int fewest = 0;
  for (const auto& [stream, actor] : actors_) {
    if (actor.tasks >= actor.capacity || actor.programs.count(program) == 0) continue;
    if (another && has_failed(stream)) continue;
    if (best != 0 && actor.tasks >= fewest) continue;
    best = stream;
    fewest = actor.tasks;
  }
  return best;
}

bool Validator::IsOffered(const std::string& program) const {
  return std::any_of(actors_.begin(), actors_.end(), [&](const auto& it) {
    return it.second.programs.count(program) > 0;
  });
}

void Validator::Release(StreamId stream) {
  const auto actor = actors_.find(stream);
  if (actor != actors_.end() && actor->second.tasks > 0) --actor->second.tasks;
}

void Validator::Fail(const std::string& program, const std::string& reason) {
  Pending& pending = pending_[program];
  Release(pending.stream);
  if (pending.stream != 0) pending.failed_by.insert(pending.stream);
  pending.stream = 0;
  pending.deadline = absl::InfiniteFuture();
  ++pending.attempts;
  ++settled_;
  spdlog::warn("validation of {} with weights {} failed, attempt {} of {}: {}", program,
               round_.weights_version, pending.attempts, kMaxAttempts, reason);
  if (pending.attempts < kMaxAttempts) return;
  ValidatedProgram failed;
  failed.program = program;
  failed.reward = failure_reward_;
  round_.programs.push_back(std::move(failed));
  pending_.erase(program);
}

bool Validator::HasTask(StreamId stream, uint64_t weights_version,
                        const std::string& program) const {
  const auto it = pending_.find(program);
  return it != pending_.end() && it->second.stream == stream && stream != 0 &&
         weights_version == round_.weights_version;
}

bool Validator::Accept(StreamId stream, uint64_t weights_version,
                       ValidatedProgram program) {
  absl::MutexLock lock(&mutex_);
  if (!HasTask(stream, weights_version, program.program)) return false;
  Release(stream);
  ++settled_;
  pending_.erase(program.program);
  round_.programs.push_back(std::move(program));
  return true;
}

bool Validator::Refuse(StreamId stream, uint64_t weights_version,
                       const std::string& program, const std::string& reason) {
  absl::MutexLock lock(&mutex_);
  if (!HasTask(stream, weights_version, program)) return false;
  Fail(program, reason);
  return true;
}

std::optional<ValidationRound> Validator::TakeFinished(absl::Time now) {
  absl::MutexLock lock(&mutex_);
  if (!running_ || !pending_.empty()) return std::nullopt;
  running_ = false;
  round_.seconds = absl::ToDoubleSeconds(now - start_);
  std::sort(round_.programs.begin(), round_.programs.end(),
            [](const ValidatedProgram& a, const ValidatedProgram& b) {
              return a.program < b.program;
            });
  return std::exchange(round_, {});
}

bool Validator::running() const {
  absl::MutexLock lock(&mutex_);
  return running_;
}

uint64_t Validator::settled() const {
  absl::MutexLock lock(&mutex_);
  return settled_;
}

}  // namespace weft
