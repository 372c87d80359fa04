// What the trainer asks of the connection to the actors.
#ifndef WEFT_LEARNER_SERVING_ACTOR_LINK_H_
#define WEFT_LEARNER_SERVING_ACTOR_LINK_H_

#include <string>

namespace weft {

// Thread-safe.
class ActorLink {
 public:
  virtual ~ActorLink() = default;
  // Sends every credit that can be granted now.
  virtual void PumpCredits() = 0;
  // Sends every validation task that can be given now.
  virtual void PumpValidation() = 0;
  // Asks all actors, present and to come, to finish their episodes and start none.
  virtual void Drain(const std::string& reason) = 0;
};

}  // namespace weft

#endif  // WEFT_LEARNER_SERVING_ACTOR_LINK_H_
