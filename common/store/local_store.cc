#include "common/store/local_store.h"

#include <utility>

#include "absl/synchronization/notification.h"

namespace weft {
namespace {

// How late a wait can end that nothing else ends.
constexpr absl::Duration kTick = absl::Milliseconds(100);

FlightOptions NeverExpiring() {
  FlightOptions options;
  options.lease = absl::InfiniteDuration();
  return options;
}

}  // namespace

absl::StatusOr<std::unique_ptr<LocalStore>> LocalStore::Open(
    const SqliteStoreOptions& options) {
  absl::StatusOr<std::unique_ptr<SqliteStore>> rows = SqliteStore::Open(options);
  if (!rows.ok()) return rows.status();
  return std::unique_ptr<LocalStore>(new LocalStore(*std::move(rows)));
}

LocalStore::LocalStore(std::unique_ptr<SqliteStore> rows)
    : shared_(std::move(rows), NeverExpiring()) {}

absl::StatusOr<Claim> LocalStore::Begin(const MeasurementKey& key,
                                        const MeasureLimits& limits,
                                        absl::Duration timeout) {
  absl::StatusOr<Claim> claim = absl::UnknownError("the store has not answered");
  absl::Notification answered;
  shared_.Begin(key, limits, absl::Now() + timeout,
                [&claim, &answered](absl::StatusOr<Claim> result) {
                  claim = std::move(result);
                  answered.Notify();
                });
  // The ticks end the wait at its deadline, so that `answered` always comes.
  while (!answered.WaitForNotificationWithTimeout(kTick)) shared_.Tick();
  return claim;
}

}  // namespace weft
