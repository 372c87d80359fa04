// The tables of a schedule store's file, and what makes them durable.
#ifndef WEFT_COMMON_STORE_STORE_SCHEMA_H_
#define WEFT_COMMON_STORE_STORE_SCHEMA_H_

#include "absl/status/status.h"
#include "common/store/sqlite_database.h"

namespace weft {

// The version that this code reads and writes, kept in PRAGMA user_version. A change of
// the tables raises it and adds a migration; 0 is an empty file.
inline constexpr int kStoreSchemaVersion = 1;

// The columns of a measurement, in the order of the table.
inline constexpr char kMeasurementColumns[] =
    "key, task, ir, pipeline, compiler, cpu, threads, protocol, program, baseline, "
    "outcome, seconds, samples, disturbed, compile_seconds, check_seconds, "
    "timing_seconds, lease_wait_seconds, compile_limit_seconds, run_limit_seconds, "
    "memory_limit_bytes, message, schedule, schedule_module, measurement, recorded_at";
inline constexpr int kNumMeasurementColumns = 26;

// Brings a new connection into the state that the store relies on:
//   journal_mode = WAL    readers (a person with sqlite3) never block the writer
//   synchronous = FULL    a commit returns once the log is on the disk: neither kill -9
//                         nor a power loss takes a committed row back
//   page bound            `max_bytes`, beyond which inserts fail and nothing is lost
// and creates or migrates the tables in one transaction. FAILED_PRECONDITION when a
// newer version of the program wrote the file, or when it is a database of something
// else.
absl::Status PrepareStore(SqliteDatabase* database, int64_t max_bytes);

}  // namespace weft

#endif  // WEFT_COMMON_STORE_STORE_SCHEMA_H_
