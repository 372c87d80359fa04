#include "common/store/flight_table.h"

#include <iterator>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace weft {
namespace {

// Tokens of an earlier process must not be taken for ones of this.
uint64_t Seed() {
  std::random_device device;
  return (uint64_t{device()} << 32) | device();
}

template <typename T>
void Append(std::vector<T> from, std::vector<T>* to) {
  to->insert(to->end(), std::make_move_iterator(from.begin()),
             std::make_move_iterator(from.end()));
}

}  // namespace

FlightTable::FlightTable(const FlightOptions& options)
    : options_(options), random_(Seed()) {}

absl::StatusOr<uint64_t> FlightTable::Claim(const std::string& key, absl::Time now,
                                            absl::Time wait_until, Waiter waiter) {
  std::vector<Waiting> released;
  uint64_t token = 0;
  {
    absl::MutexLock lock(&mutex_);
    if (closed_) return absl::UnavailableError("the schedule store is closing");
    auto found = flights_.find(key);
    if (found != flights_.end() && found->second.expires <= now) {
      released = Remove(found);
      ++expired_;
      found = flights_.end();
    }
    if (found != flights_.end()) {
      if (waiters_ >= options_.max_waiters) {
        return absl::ResourceExhaustedError(
            absl::StrCat(waiters_, " callers wait for measurements, the most allowed"));
      }
      ++waiters_;
      found->second.waiting.push_back({wait_until, std::move(waiter)});
      return 0;
    }
    if (static_cast<int>(flights_.size()) >= options_.max_flights) {
      return absl::ResourceExhaustedError(absl::StrCat(
          flights_.size(), " measurements are in flight, the most allowed"));
    }
    token = NewToken();
    keys_[token] = key;
    Flight& flight = flights_[key];
    flight.token = token;
    flight.expires = now + options_.lease;
  }
  for (Waiting& waiting : released) waiting.waiter(Ended::kFlight);
  return token;
}

bool FlightTable::Renew(uint64_t token, absl::Time now) {
  absl::MutexLock lock(&mutex_);
  const auto key = keys_.find(token);
  if (key == keys_.end()) return false;
  flights_[key->second].expires = now + options_.lease;
  return true;
}

bool FlightTable::End(uint64_t token) {
  std::vector<Waiting> released;
  {
    absl::MutexLock lock(&mutex_);
    const auto key = keys_.find(token);
    if (key == keys_.end()) return false;
    released = Remove(flights_.find(key->second));
  }
  for (Waiting& waiting : released) waiting.waiter(Ended::kFlight);
  return true;
}

void FlightTable::Tick(absl::Time now) {
  std::vector<Waiting> released;
  std::vector<Waiting> impatient;
  {
    absl::MutexLock lock(&mutex_);
    for (auto flight = flights_.begin(); flight != flights_.end();) {
      const auto current = flight++;
      if (current->second.expires <= now) {
        ++expired_;
        Append(Remove(current), &released);
      } else {
        Append(TakeImpatient(now, &current->second), &impatient);
      }
    }
  }
  for (Waiting& waiting : released) waiting.waiter(Ended::kFlight);
  for (Waiting& waiting : impatient) waiting.waiter(Ended::kPatience);
}

void FlightTable::Close() {
  std::vector<Waiting> ended;
  {
    absl::MutexLock lock(&mutex_);
    closed_ = true;
    for (auto& [key, flight] : flights_) {
      Append(TakeImpatient(absl::InfiniteFuture(), &flight), &ended);
    }
  }
  for (Waiting& waiting : ended) waiting.waiter(Ended::kPatience);
}

int FlightTable::flights() const {
  absl::MutexLock lock(&mutex_);
  return static_cast<int>(flights_.size());
}

int FlightTable::waiters() const {
  absl::MutexLock lock(&mutex_);
  return waiters_;
}

uint64_t FlightTable::expired() const {
  absl::MutexLock lock(&mutex_);
  return expired_;
}

uint64_t FlightTable::NewToken() {
  uint64_t token = 0;
  while (token == 0 || keys_.count(token) > 0) token = random_();
  return token;
}

std::vector<FlightTable::Waiting> FlightTable::TakeImpatient(absl::Time now,
                                                             Flight* flight) {
  std::vector<Waiting> patient;
  std::vector<Waiting> taken;
  for (Waiting& waiting : flight->waiting) {
    (waiting.until > now ? patient : taken).push_back(std::move(waiting));
  }
  flight->waiting = std::move(patient);
  waiters_ -= static_cast<int>(taken.size());
  return taken;
}

std::vector<FlightTable::Waiting> FlightTable::Remove(Flights::iterator flight) {
  std::vector<Waiting> waiting = std::move(flight->second.waiting);
  waiters_ -= static_cast<int>(waiting.size());
  keys_.erase(flight->second.token);
  flights_.erase(flight);
  return waiting;
}

}  // namespace weft
