// Every setting of a training run, as plain structs with defaults.
//
// YAML files and flags become these structs at the edge (common/config/train_config.h);
// libraries take the struct that concerns them and know nothing of files. Each bound is
// checked when a config is read and shown in the error.
#ifndef WEFT_COMMON_CONFIG_OPTIONS_H_
#define WEFT_COMMON_CONFIG_OPTIONS_H_

#include <cstdint>
#include <string>

namespace weft {

// The policy network. All encoders (common/policy/encoders/encoder.h) share these.
struct PolicyOptions {
  std::string encoder = "lstm";
  int width = 128;  // Features of an encoded token; even.
  int layers = 2;
  std::string critic = "shared";  // Or separate: an encoder of its own, of equal size.
};

// PPO: Schulman et al. 2017, arXiv:1707.06347; GAE: Schulman et al. 2015,
// arXiv:1506.02438. What else has a paper names it; an option of 0 in "0: off" does
// nothing and costs nothing.
struct PpoOptions {
  // Adam's. Rises linearly over warmup_updates, then falls to final_learning_rate_ratio
  // times itself at the end of the run.
  double learning_rate = 1e-3;
  std::string learning_rate_schedule = "linear";  // constant, linear or cosine.
  double final_learning_rate_ratio = 0.1;
  int warmup_updates = 0;

  double discount = 1.0;  // Episodes are short and finite.
  double gae_lambda = 0.95;
  // What is done about episodes that older weights acted in: none, or vtrace (Espeholt
  // et al. 2018, arXiv:1802.01561) with the truncations rho and c.
  std::string off_policy_correction = "vtrace";
  double vtrace_rho = 1.0;
  double vtrace_c = 1.0;

  double clip_ratio = 0.2;
  double dual_clip = 0;       // Ye et al. 2020, arXiv:1912.09729; 0: off, else above 1.
  double target_kl = 0.05;    // Stop the epochs of an update beyond 1.5 times this.
  double kl_coefficient = 0;  // Of the adaptive KL penalty, at the start; 0: off.

  double value_coefficient = 0.5;
  double value_clip = 0;  // In units of the returns' spread; 0: off.
  // The unit in which the critic works: none (of the reward), moving (mean and spread
  // of the returns, moving averages), popart (the same, and a change of the unit
  // changes no value: van Hasselt et al. 2016, arXiv:1602.07714).
  std::string return_normalization = "moving";
  // none, or running: rewards are divided by the spread of all episodes' so far.
  std::string reward_normalization = "none";

  double entropy_coefficient = 0.01;  // Decays linearly to final_entropy_coefficient.
  double final_entropy_coefficient = 0.001;
  // Shares of the largest entropy that the masks allow. Below the target the
  // coefficient rises above its schedule; below the alarm a run is told to be stuck.
  double target_entropy = 0;  // 0: off.
  double entropy_alarm = 0.01;

  double max_gradient_norm = 0.5;
  int epochs = 4;
  int minibatch_steps = 128;                 // Decisions per gradient step.
  std::string minibatch_unit = "decisions";  // decisions, or episodes: whole ones.
  std::string precision = "float32";         // float32, or bf16 (autocast, CUDA only).
};

struct LearnerOptions {
  std::string listen_address = "127.0.0.1:0";  // gRPC; port 0: any free port.
  std::string admin_address = "127.0.0.1:0";   // HTTP: /metrics, /livez, /readyz.
  std::string device = "auto";                 // auto, cpu or cuda.
  int threads = 1;                             // Of LibTorch and BLAS.
  int iterations = 12;
  int episodes_per_iteration = 32;
  int queue_capacity = 256;           // Trajectories waiting for training.
  int max_outstanding_episodes = 48;  // Credits granted and not yet returned.
  int checkpoint_every_iterations = 2;
  int keep_checkpoints = 3;
  std::string store_path;  // SQLite file of measurements; empty: in the run's folder.
};

struct MeasureOptions {
  double compile_timeout_seconds = 20;
  double run_timeout_seconds = 10;
  double timing_budget_seconds = 0.1;
  uint64_t memory_limit_mebibytes = 4096;
  double lease_timeout_seconds = 60;
  std::string lease_path = "/tmp/weft-timing.lease";
  int timing_cpu = -1;  // -1: the last CPU that this process may run on.
  int threads = 1;      // Of the kernels; a schedule's parallel loops use them.
};

struct ActorOptions {
  int actors = 1;              // Actor processes that `weft train` starts.
  int episodes_in_flight = 2;  // Per actor; each has a worker process.
  std::string admin_address = "127.0.0.1:0";
  double failure_reward = -8;  // Natural-log units; see docs/architecture.md.
  double step_timeout_seconds =
      10;  // A worker that takes longer for one step is replaced.
};

// What a run begins with, before it measures anything.
struct PretrainOptions {
  // Of LearnerOptions::iterations, on the cost model; 0: none. `weft train` does it.
  int iterations = 0;
};

// Programs that are never trained on; the policy schedules them greedily now and then.
struct ValidationOptions {
  std::string suite;                  // Folder of .mlir files; empty: no validation.
  int every_iterations = 0;           // 0: never.
  double task_timeout_seconds = 120;  // Of one program; then another actor gets it.
};

struct TrainConfig {
  std::string name = "run";  // Folder below runs/.
  std::string suite;         // Folder of .mlir files, one task each.
  uint64_t seed = 1;
  // mlir; cost-model, for tests of learning and for pre-training; or synthetic, for
  // tests of the service itself.
  std::string environment = "mlir";
  PolicyOptions policy;
  PpoOptions ppo;
  LearnerOptions learner;
  ActorOptions actor;
  MeasureOptions measure;
  PretrainOptions pretrain;
  ValidationOptions validation;
};

}  // namespace weft

#endif  // WEFT_COMMON_CONFIG_OPTIONS_H_
