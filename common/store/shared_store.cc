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
    Question* question) {
  absl::StatusOr<std::optional<MeasurementRecord>> record = rows_->Find(question->key);
  if (!record.ok()) return record;
  if (*record && CanAnswer(**record, question->limits)) return record;
  if (*record && IsDisturbedBaseline(**record)) {
    const absl::StatusOr<int64_t> rows = rows_->CountRowsOf(question->key);
    if (!rows.ok()) return rows.status();
    if (question->rows_before && *rows > *question->rows_before) return record;
    if (!question->rows_before) question->rows_before = *rows;
  }
  if (!question->rows_before) question->rows_before = 0;
  return std::optional<MeasurementRecord>();
}

void SharedStore::Begin(const MeasurementKey& key, const MeasureLimits& limits,
                        absl::Time wait_until, Done done) {
  if (absl::Status valid = key.Validate(); !valid.ok()) return done(valid);
  Ask({key, limits, wait_until, std::nullopt}, std::move(done));
}

void SharedStore::Ask(Question question, Done done) {
  absl::StatusOr<std::optional<MeasurementRecord>> answer = Answer(&question);
  if (!answer.ok()) return done(answer.status());
  if (*answer) return done(weft::Claim{*std::move(answer), 0});
  const absl::StatusOr<uint64_t> token = flights_.Claim(
      question.key.Hash(), absl::Now(), question.wait_until,
      [this, question, done](FlightTable::Ended ended) {
        if (ended == FlightTable::Ended::kFlight) return Ask(question, done);
        done(absl::DeadlineExceededError(
            "another caller has been measuring the same schedule for too long"));
      });
  if (!token.ok()) return done(token.status());
  if (*token == 0) return;  // The waiter goes on.
  answer = Answer(&question);
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
