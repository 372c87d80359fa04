#include "common/store/shared_store.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace weft {
namespace {

absl::Status Ended(uint64_t token) {
  return absl::NotFoundError(
      absl::StrCat("the claim ", token, " has ended, or never was"));
}

}  // namespace

absl::StatusOr<std::optional<MeasurementRecord>> SharedStore::Answer(
    const Question& question) {
  absl::StatusOr<std::optional<MeasurementRecord>> record = rows_->Find(question.key);
  if (record.ok() && *record && !CanAnswer(**record, question.limits) &&
      !(question.waited && IsDisturbedBaseline(**record))) {
    record->reset();
  }
  return record;
}

void SharedStore::Begin(const MeasurementKey& key, const MeasureLimits& limits,
                        absl::Time wait_until, Done done) {
  if (absl::Status valid = key.Validate(); !valid.ok()) return done(valid);
  Ask({key, limits, wait_until}, std::move(done));
}

void SharedStore::Ask(const Question& question, Done done) {
  absl::StatusOr<std::optional<MeasurementRecord>> answer = Answer(question);
  if (!answer.ok()) return done(answer.status());
  if (*answer) return done(weft::Claim{*std::move(answer), 0});
  const absl::StatusOr<uint64_t> token = flights_.Claim(
      question.key.Hash(), absl::Now(), question.wait_until,
      [this, question, done](FlightTable::Ended ended) {
        if (ended == FlightTable::Ended::kFlight) {
          Question again = question;
          again.waited = true;
          return Ask(again, done);
        }
        done(absl::DeadlineExceededError(
            "another caller has been measuring the same schedule for too long"));
      });
  if (!token.ok()) return done(token.status());
  if (*token == 0) return;  // The waiter goes on.
  answer = Answer(question);
  if (answer.ok() && !*answer) return done(weft::Claim{std::nullopt, *token});
  flights_.End(*token);
  if (!answer.ok()) return done(answer.status());
  done(weft::Claim{*std::move(answer), 0});
}

absl::Status SharedStore::Record(uint64_t token, const MeasurementRecord& record) {
  absl::Status appended = rows_->Append(record);
  flights_.End(token);
  return appended;
}

absl::Status SharedStore::Abandon(uint64_t token) {
  return flights_.End(token) ? absl::OkStatus() : Ended(token);
}

absl::Status SharedStore::Renew(uint64_t token) {
  return flights_.Renew(token, absl::Now()) ? absl::OkStatus() : Ended(token);
}

}  // namespace weft
