// Generalized advantage estimation (Schulman et al. 2015, arXiv:1506.02438).
#ifndef WEFT_LEARNER_PPO_ADVANTAGES_H_
#define WEFT_LEARNER_PPO_ADVANTAGES_H_

#include <vector>

namespace weft {

struct Advantages {
  std::vector<double> advantages;  // One per decision.
  std::vector<double> returns;     // What the critic shall learn.
};

// Of one complete episode, with one reward and one value for each decision: nothing
// comes after the last, so its successor has value 0. Episodes are never joined, so
// nothing leaks from one into the next. A return is an advantage plus its value.
Advantages EstimateAdvantages(const std::vector<double>& rewards,
                              const std::vector<double>& values, double discount,
                              double lambda);

struct Moments {
  double mean = 0;
  double standard_deviation = 0;  // Of the population.
};
Moments MomentsOf(const std::vector<double>& values);

// To mean 0 and standard deviation 1; equal values all become 0.
void Normalize(std::vector<double>* values);

// 1 - Var(targets - predictions) / Var(targets); 0 when the targets do not vary.
double ExplainedVariance(const std::vector<double>& predictions,
                         const std::vector<double>& targets);

}  // namespace weft

#endif  // WEFT_LEARNER_PPO_ADVANTAGES_H_
