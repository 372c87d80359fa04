#include "common/config/fields.h"

#include <limits>

#include "absl/strings/str_cat.h"
#include "common/policy/encoders/encoder_list.h"

namespace weft {
namespace {

void VisitPolicy(PolicyOptions* policy, FieldVisitor& visitor) {
  visitor.Choice("encoder", &policy->encoder, EncoderNames());
  visitor.Integer("width", &policy->width, 8, 4096);
  visitor.Integer("layers", &policy->layers, 1, 48);
  visitor.Choice("critic", &policy->critic, {"shared", "separate"});
}

void VisitPpo(PpoOptions* ppo, FieldVisitor& visitor) {
  visitor.Real("learning_rate", &ppo->learning_rate, 1e-8, 1);
  visitor.Choice("learning_rate_schedule", &ppo->learning_rate_schedule,
                 {"constant", "linear", "cosine"});
  visitor.Real("final_learning_rate_ratio", &ppo->final_learning_rate_ratio, 0, 1);
  visitor.Integer("warmup_updates", &ppo->warmup_updates, 0, 100000000);
  visitor.Real("discount", &ppo->discount, 0, 1);
  visitor.Real("gae_lambda", &ppo->gae_lambda, 0, 1);
  visitor.Choice("off_policy_correction", &ppo->off_policy_correction,
                 {"none", "vtrace"});
  visitor.Real("vtrace_rho", &ppo->vtrace_rho, 0.01, 100);
  visitor.Real("vtrace_c", &ppo->vtrace_c, 0, 100);
  visitor.Real("clip_ratio", &ppo->clip_ratio, 0.001, 1);
  visitor.Real("dual_clip", &ppo->dual_clip, 0, 100);
  visitor.Real("target_kl", &ppo->target_kl, 1e-6, 100);
  visitor.Real("kl_coefficient", &ppo->kl_coefficient, 0, 100);
  visitor.Real("value_coefficient", &ppo->value_coefficient, 0, 100);
  visitor.Real("value_clip", &ppo->value_clip, 0, 100);
  visitor.Choice("return_normalization", &ppo->return_normalization,
                 {"none", "moving", "popart"});
  visitor.Choice("reward_normalization", &ppo->reward_normalization,
                 {"none", "running"});
  visitor.Real("entropy_coefficient", &ppo->entropy_coefficient, 0, 10);
  visitor.Real("final_entropy_coefficient", &ppo->final_entropy_coefficient, 0, 10);
  visitor.Real("target_entropy", &ppo->target_entropy, 0, 0.9);
  visitor.Real("entropy_alarm", &ppo->entropy_alarm, 0, 1);
  visitor.Real("max_gradient_norm", &ppo->max_gradient_norm, 1e-6, 1e6);
  visitor.Integer("epochs", &ppo->epochs, 1, 100);
  visitor.Integer("minibatch_steps", &ppo->minibatch_steps, 1, 1 << 20);
  visitor.Choice("minibatch_unit", &ppo->minibatch_unit, {"decisions", "episodes"});
  visitor.Choice("precision", &ppo->precision, {"float32", "bf16"});
}

void VisitLearner(LearnerOptions* learner, FieldVisitor& visitor) {
  visitor.Text("listen_address", &learner->listen_address, false);
  visitor.Text("admin_address", &learner->admin_address, false);
  visitor.Choice("device", &learner->device, {"auto", "cpu", "cuda"});
  visitor.Integer("threads", &learner->threads, 1, 1024);
  visitor.Integer("iterations", &learner->iterations, 1, 100000000);
  visitor.Integer("episodes_per_iteration", &learner->episodes_per_iteration, 1,
                  1 << 20);
  visitor.Integer("queue_capacity", &learner->queue_capacity, 1, 1 << 20);
  visitor.Integer("max_outstanding_episodes", &learner->max_outstanding_episodes, 1,
                  1 << 20);
  visitor.Integer("checkpoint_every_iterations", &learner->checkpoint_every_iterations,
                  1, 1 << 20);
  visitor.Integer("keep_checkpoints", &learner->keep_checkpoints, 1, 10000);
  visitor.Text("store_path", &learner->store_path, true);
}

void VisitActor(ActorOptions* actor, FieldVisitor& visitor) {
  visitor.Integer("actors", &actor->actors, 0, 1024);
  visitor.Integer("episodes_in_flight", &actor->episodes_in_flight, 1, 1024);
  visitor.Text("admin_address", &actor->admin_address, false);
  visitor.Real("failure_reward", &actor->failure_reward, -100, 0);
  visitor.Real("step_timeout_seconds", &actor->step_timeout_seconds, 0.01, 3600);
}

void VisitMeasure(MeasureOptions* measure, FieldVisitor& visitor) {
  visitor.Real("compile_timeout_seconds", &measure->compile_timeout_seconds, 0.01,
               3600);
  visitor.Real("run_timeout_seconds", &measure->run_timeout_seconds, 0.01, 3600);
  visitor.Real("timing_budget_seconds", &measure->timing_budget_seconds, 0.001, 3600);
  visitor.Unsigned("memory_limit_mebibytes", &measure->memory_limit_mebibytes, 64,
                   uint64_t{1} << 24);
  visitor.Real("lease_timeout_seconds", &measure->lease_timeout_seconds, 0.01, 3600);
  visitor.Text("lease_path", &measure->lease_path, false);
  visitor.Integer("timing_cpu", &measure->timing_cpu, -1, 4095);
  visitor.Integer("threads", &measure->threads, 1, 1024);
}

void VisitPretrain(PretrainOptions* pretrain, FieldVisitor& visitor) {
  visitor.Integer("iterations", &pretrain->iterations, 0, 100000000);
}

void VisitValidation(ValidationOptions* validation, FieldVisitor& visitor) {
  visitor.Text("suite", &validation->suite, true);
  visitor.Integer("every_iterations", &validation->every_iterations, 0, 100000000);
  visitor.Real("task_timeout_seconds", &validation->task_timeout_seconds, 0.01, 86400);
}

}  // namespace

void VisitFields(TrainConfig* config, FieldVisitor& visitor) {
  visitor.Text("name", &config->name, false);
  visitor.Text("suite", &config->suite, true);
  visitor.Unsigned("seed", &config->seed, 0, std::numeric_limits<int64_t>::max());
  visitor.Choice("environment", &config->environment,
                 {"mlir", "synthetic", "cost-model"});
  visitor.Section("policy", [&](FieldVisitor& v) { VisitPolicy(&config->policy, v); });
  visitor.Section("ppo", [&](FieldVisitor& v) { VisitPpo(&config->ppo, v); });
  visitor.Section("learner",
                  [&](FieldVisitor& v) { VisitLearner(&config->learner, v); });
  visitor.Section("actor", [&](FieldVisitor& v) { VisitActor(&config->actor, v); });
  visitor.Section("measure",
                  [&](FieldVisitor& v) { VisitMeasure(&config->measure, v); });
  visitor.Section("pretrain",
                  [&](FieldVisitor& v) { VisitPretrain(&config->pretrain, v); });
  visitor.Section("validation",
                  [&](FieldVisitor& v) { VisitValidation(&config->validation, v); });
}

absl::Status CheckPpo(const PpoOptions& ppo) {
  if (ppo.dual_clip != 0 && ppo.dual_clip <= 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        "ppo.dual_clip: expected 0 (off) or more than 1, got ", ppo.dual_clip));
  }
  return absl::OkStatus();
}

}  // namespace weft
