#include "learner/ingest/credit_ledger.h"

#include <algorithm>

namespace weft {
namespace {

// Runs whose carried episodes are remembered; more than any cluster restarts at once.
constexpr size_t kMaxCarriedRuns = 4096;

}  // namespace

StreamId CreditLedger::Connect(const std::string& run, uint32_t max_in_flight) {
  Stream stream;
  stream.run = run;
  stream.max_in_flight = std::max(max_in_flight, 1u);
  const auto carried = carried_.find(run);
  stream.carried = carried != carried_.end()
                       ? carried->second
                       : static_cast<uint32_t>(options_.first_contact_allowance);
  const StreamId id = next_stream_++;
  streams_[id] = stream;
  return id;
}

void CreditLedger::Disconnect(StreamId id) {
  const auto it = streams_.find(id);
  if (it == streams_.end()) return;
  outstanding_ -= static_cast<int>(it->second.outstanding);
  Carry(it->second.run, it->second.outstanding + it->second.carried);
  streams_.erase(it);
}

void CreditLedger::Carry(const std::string& run, uint32_t episodes) {
  const auto [it, inserted] = carried_.try_emplace(run, 0);
  it->second = std::min(episodes, static_cast<uint32_t>(options_.max_outstanding));
  if (!inserted) return;
  carried_order_.push_back(run);
  if (carried_order_.size() <= kMaxCarriedRuns) return;
  carried_.erase(carried_order_.front());
  carried_order_.pop_front();
}

bool CreditLedger::HasCredit(StreamId id) const {
  const auto it = streams_.find(id);
  return it != streams_.end() && it->second.carried + it->second.outstanding > 0;
}

bool CreditLedger::Spend(StreamId id) {
  if (!HasCredit(id)) return false;
  Stream& stream = streams_[id];
  // Carried episodes may have been abandoned and never come. Were they spent first,
  // credits that the actor has used would still count as outstanding, and none would be
  // granted.
  if (stream.outstanding > 0) {
    --stream.outstanding;
    --outstanding_;
  } else {
    --stream.carried;
  }
  return true;
}

CreditLedger::Stream* CreditLedger::Neediest() {
  Stream* neediest = nullptr;
  for (auto& [id, stream] : streams_) {
    if (stream.outstanding >= 2 * stream.max_in_flight) continue;
    if (neediest == nullptr || stream.outstanding < neediest->outstanding ||
        (stream.outstanding == neediest->outstanding &&
         stream.last_grant < neediest->last_grant)) {
      neediest = &stream;
    }
  }
  return neediest;
}

std::vector<Grant> CreditLedger::Distribute(int room) {
  std::map<const Stream*, uint32_t> granted;
  while (!stopped_ && outstanding_ < std::min(room, options_.max_outstanding)) {
    Stream* stream = Neediest();
    if (stream == nullptr) break;
    ++stream->outstanding;
    ++outstanding_;
    stream->last_grant = ++grants_;
    ++granted[stream];
  }
  std::vector<Grant> grants;
  for (const auto& [id, stream] : streams_) {
    const auto it = granted.find(&stream);
    if (it != granted.end()) grants.push_back({id, it->second});
  }
  return grants;
}

}  // namespace weft
