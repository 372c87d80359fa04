// V-trace: value targets and advantages from decisions that another policy took
// (Espeholt et al. 2018, arXiv:1802.01561).
//
// mu is the policy that acted, pi the one that learns, as it is at the start of an
// update (the proximal policy of Hilton et al. 2021, arXiv:2110.00641). With the ratios
// pi/mu of the joint actions,
//
//   rho_s = min(rho, ratio_s)    c_s = lambda min(c, ratio_s)
//   delta_s = r_s + discount V_{s+1} - V_s
//   v_s = V_s + rho_s delta_s + discount c_s (v_{s+1} - V_{s+1})
//   A_s = delta_s + discount lambda (v_{s+1} - V_{s+1})
//
// where V and v are 0 after the last decision of an episode. v is what the critic
// learns; A is the advantage of what was done at s, not weighted by rho_s, because the
// policy's loss weights its samples itself. With ratios of 1 and rho, c >= 1, A is
// GAE(lambda) and v its return, bit for bit those of learner/ppo/advantages.h.
#ifndef WEFT_LEARNER_PPO_VTRACE_H_
#define WEFT_LEARNER_PPO_VTRACE_H_

#include <vector>

#include "learner/ppo/advantages.h"

namespace weft {

struct VtraceOptions {
  double discount = 1;
  double lambda = 1;
  double rho = 1;  // Bounds the bias towards mu: the fixed point is a policy between.
  double c = 1;    // Bounds the variance; how fast, not to what, the values converge.
};

// Of one complete episode; the three vectors have one entry for each decision. Values
// are those of pi. Pure, thread-safe.
Advantages VtraceAdvantages(const std::vector<double>& rewards,
                            const std::vector<double>& values,
                            const std::vector<double>& ratios,
                            const VtraceOptions& options);

}  // namespace weft

#endif  // WEFT_LEARNER_PPO_VTRACE_H_
