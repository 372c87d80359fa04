// Who may start how many episodes.
#ifndef WEFT_LEARNER_INGEST_CREDIT_LEDGER_H_
#define WEFT_LEARNER_INGEST_CREDIT_LEDGER_H_

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

namespace weft {

using StreamId = uint64_t;

struct Grant {
  StreamId stream = 0;
  uint32_t episodes = 0;
};

struct CreditOptions {
  int max_outstanding = 48;  // Credits granted and not yet spent, over all streams.
  // Trajectories that a run may send without a credit at its first contact: those that
  // it began under a learner that has died. 0 for a learner that is not a restart.
  int first_contact_allowance = 0;
};

// A credit pays for one episode. Outstanding credits never exceed max_outstanding, nor
// the room that the queue had when they were granted; so what is in flight, and with it
// the age of the weights that acted, is bounded before the work is done.
//
// When a stream ends its credits are void and go to others at once. The run behind it
// may have begun episodes with them, so as many trajectories are accepted from the same
// run later, without a credit ("carried").
//
// Not thread-safe.
class CreditLedger {
 public:
  explicit CreditLedger(const CreditOptions& options) : options_(options) {}

  // A stream of a run (any unique name) that can run `max_in_flight` episodes at once.
  StreamId Connect(const std::string& run, uint32_t max_in_flight);
  void Disconnect(StreamId stream);

  // Whether the stream may send a trajectory, and its payment.
  bool HasCredit(StreamId stream) const;
  bool Spend(StreamId stream);

  // Grants what can be granted while `room` more trajectories fit into the queue: one
  // credit at a time to the stream with the fewest, so that they share fairly. A stream
  // has at most twice its max_in_flight, one set running and one at hand.
  std::vector<Grant> Distribute(int room);

  // Grants nothing from now on.
  void Stop() { stopped_ = true; }

  int outstanding() const { return outstanding_; }
  int streams() const { return static_cast<int>(streams_.size()); }

 private:
  struct Stream {
    std::string run;
    uint32_t max_in_flight = 0;
    uint32_t outstanding = 0;
    uint32_t carried = 0;
    uint64_t last_grant = 0;  // Breaks ties: who waited longest comes first.
  };

  Stream* Neediest();
  void Carry(const std::string& run, uint32_t episodes);

  const CreditOptions options_;
  std::map<StreamId, Stream> streams_;
  std::map<std::string, uint32_t> carried_;  // By run, while it has no stream.
  std::deque<std::string> carried_order_;    // Oldest first; bounds carried_.
  StreamId next_stream_ = 1;
  uint64_t grants_ = 0;
  int outstanding_ = 0;
  bool stopped_ = false;
};

}  // namespace weft

#endif  // WEFT_LEARNER_INGEST_CREDIT_LEDGER_H_
