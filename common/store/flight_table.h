// Who is measuring what right now.
#ifndef WEFT_COMMON_STORE_FLIGHT_TABLE_H_
#define WEFT_COMMON_STORE_FLIGHT_TABLE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace weft {

struct FlightOptions {
  // A holder that neither renews nor ends its claim for this long has died.
  absl::Duration lease = absl::Seconds(15);
  int max_flights = 4096;
  int max_waiters = 4096;  // Over all flights.
};

// The single-flight table: per key at most one live claim and any number of waiters. It
// knows nothing of what is measured and never blocks; time comes in as an argument.
// Thread-safe. Waiters are called without a lock held, by the thread whose call ended
// the flight, and each exactly once.
class FlightTable {
 public:
  enum class Ended {
    kFlight,   // Recorded, abandoned or expired: look again.
    kPatience  // `wait_until` has passed, or the table was closed; the flight goes on.
  };
  using Waiter = std::function<void(Ended)>;

  explicit FlightTable(const FlightOptions& options);

  // A token when nobody holds the key: the caller now does. 0 when somebody does:
  // `waiter` will be called, after `wait_until` at the next Tick at the latest.
  // RESOURCE_EXHAUSTED at either bound, UNAVAILABLE after Close; `waiter` is then never
  // called.
  absl::StatusOr<uint64_t> Claim(const std::string& key, absl::Time now,
                                 absl::Time wait_until, Waiter waiter);

  // Prolongs the lease; false when the claim has ended or the token never was.
  bool Renew(uint64_t token, absl::Time now);

  // Ends the claim and calls its waiters; false when it had ended.
  bool End(uint64_t token);

  // Ends claims whose lease has run out and the wait of those out of patience. Call
  // about once a second.
  void Tick(absl::Time now);

  // Ends every wait; later claims are UNAVAILABLE. Claims that are held can still end.
  void Close();

  int flights() const;
  int waiters() const;
  uint64_t expired() const;  // Claims ended by Tick or Claim since the start.

 private:
  struct Waiting {
    absl::Time until;
    Waiter waiter;
  };
  struct Flight {
    uint64_t token = 0;
    absl::Time expires;
    std::vector<Waiting> waiting;
  };
  using Flights = std::map<std::string, Flight>;

  // Takes the waiters whose patience ends by `now` out of the flight.
  std::vector<Waiting> TakeImpatient(absl::Time now, Flight* flight)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  uint64_t NewToken() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Removes the flight and returns who waited for it.
  std::vector<Waiting> Remove(Flights::iterator flight)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const FlightOptions options_;
  mutable absl::Mutex mutex_;
  std::mt19937_64 random_ ABSL_GUARDED_BY(mutex_);
  Flights flights_ ABSL_GUARDED_BY(mutex_);
  std::map<uint64_t, std::string> keys_ ABSL_GUARDED_BY(mutex_);  // By token.
  int waiters_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t expired_ ABSL_GUARDED_BY(mutex_) = 0;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace weft

#endif  // WEFT_COMMON_STORE_FLIGHT_TABLE_H_
