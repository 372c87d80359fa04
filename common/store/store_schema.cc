#include "common/store/store_schema.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace weft {
namespace {

// Marks the file as ours, so that another program's database is not taken for an old
// store: "Weft" in ASCII.
constexpr int kApplicationId = 0x57656674;
// Enough for a page of the table and its indices.
constexpr int64_t kMinPages = 16;
// A log that a burst has made large is cut back to this at the next checkpoint.
constexpr int kJournalLimitBytes = 16 << 20;
// For another process that creates the same file.
constexpr absl::Duration kLogPatience = absl::Seconds(5);

// Rows are only ever added: what was measured stays, also when the key is measured
// again. The newest row of a key is its answer. `measurement` is the whole
// weft.v1.Measurement and what is read back; the columns beside it are for a person and
// for queries.
constexpr char kVersion1[] = R"sql(
  CREATE TABLE measurements (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL,
    task TEXT NOT NULL,
    ir TEXT NOT NULL,
    pipeline TEXT NOT NULL,
    compiler TEXT NOT NULL,
    cpu TEXT NOT NULL,
    threads INTEGER NOT NULL,
    protocol TEXT NOT NULL,
    program TEXT NOT NULL,
    baseline INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    seconds REAL NOT NULL,
    samples TEXT NOT NULL,
    disturbed INTEGER NOT NULL,
    compile_seconds REAL NOT NULL,
    check_seconds REAL NOT NULL,
    timing_seconds REAL NOT NULL,
    lease_wait_seconds REAL NOT NULL,
    compile_limit_seconds REAL NOT NULL,
    run_limit_seconds REAL NOT NULL,
    memory_limit_bytes INTEGER NOT NULL,
    message TEXT NOT NULL,
    schedule TEXT NOT NULL,
    schedule_module TEXT NOT NULL,
    measurement BLOB NOT NULL,
    recorded_at TEXT NOT NULL
  );
  CREATE INDEX measurements_by_key ON measurements (key, id);
  CREATE INDEX measurements_by_task
    ON measurements (task, cpu, threads, baseline, seconds) WHERE outcome = 'ok';
)sql";

// With the file locked: another process may have done it since its version was read.
absl::Status MigrateLocked(SqliteDatabase* database) {
  absl::StatusOr<int64_t> version = database->Number("PRAGMA user_version");
  if (!version.ok()) return version.status();
  std::string sql;
  if (*version < 1) absl::StrAppend(&sql, kVersion1);
  absl::StrAppend(&sql, "PRAGMA application_id = ", kApplicationId,
                  "; PRAGMA user_version = ", kStoreSchemaVersion, "; COMMIT;");
  return database->Execute(sql);
}

absl::Status Migrate(SqliteDatabase* database) {
  absl::Status status = database->Execute("BEGIN IMMEDIATE");
  if (!status.ok()) return status;
  status = MigrateLocked(database);
  if (!status.ok()) database->Execute("ROLLBACK").IgnoreError();
  return status;
}

absl::Status CheckOwner(SqliteDatabase* database, int64_t version) {
  absl::StatusOr<int64_t> tables =
      database->Number("SELECT COUNT(*) FROM sqlite_master");
  if (!tables.ok()) return tables.status();
  absl::StatusOr<int64_t> application = database->Number("PRAGMA application_id");
  if (!application.ok()) return application.status();
  if (*tables > 0 && *application != kApplicationId) {
    return absl::FailedPreconditionError(
        absl::StrCat(database->path(), " is a database of another program"));
  }
  if (version > kStoreSchemaVersion) {
    return absl::FailedPreconditionError(absl::StrCat(
        database->path(), " has schema version ", version, "; this program knows ",
        kStoreSchemaVersion, ": use a newer Weft or another file"));
  }
  return absl::OkStatus();
}

absl::Status SetBound(SqliteDatabase* database, int64_t max_bytes) {
  absl::StatusOr<int64_t> page = database->Number("PRAGMA page_size");
  if (!page.ok()) return page.status();
  const int64_t pages = std::max(max_bytes / *page, kMinPages);
  return database->Number(absl::StrCat("PRAGMA max_page_count = ", pages)).status();
}

// The change to a write-ahead log turns a read lock into a write lock, for which SQLite
// does not wait: of two processes that create a file at once, one is told that it is
// locked.
absl::StatusOr<std::string> UseWriteAheadLog(SqliteDatabase* database) {
  const absl::Time deadline = absl::Now() + kLogPatience;
  while (true) {
    absl::StatusOr<std::string> mode = database->Text("PRAGMA journal_mode = WAL");
    if (!absl::IsUnavailable(mode.status()) || absl::Now() >= deadline) return mode;
    absl::SleepFor(absl::Milliseconds(5));
  }
}

}  // namespace

absl::Status PrepareStore(SqliteDatabase* database, int64_t max_bytes) {
  absl::StatusOr<int64_t> version = database->Number("PRAGMA user_version");
  if (!version.ok()) return version.status();
  absl::Status owned = CheckOwner(database, *version);
  if (!owned.ok()) return owned;
  const absl::StatusOr<std::string> mode = UseWriteAheadLog(database);
  if (!mode.ok()) return mode.status();
  if (*mode != "wal") {
    return absl::FailedPreconditionError(
        absl::StrCat(database->path(), ": this file system does not allow a ",
                     "write-ahead log (journal mode is ", *mode, ")"));
  }
  absl::Status status = database->Execute(
      absl::StrCat("PRAGMA synchronous = FULL; ",
                   "PRAGMA journal_size_limit = ", kJournalLimitBytes));
  if (!status.ok()) return status;
  if (*version < kStoreSchemaVersion) status = Migrate(database);
  if (!status.ok()) return status;
  return SetBound(database, max_bytes);
}

}  // namespace weft
