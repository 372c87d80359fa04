#include "common/store/sqlite_store.h"

#include <algorithm>
#include <cstdio>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "common/store/store_schema.h"
#include "common/wire/schedule_proto.h"

namespace weft {
namespace {

// Outcomes that say how long somebody waited, and no more. One that comes later, such
// as from a machine that stood still, takes back nothing that is known.
constexpr char kCensored[] = "('timed_out', 'out_of_memory')";

// "(?, ?, ...)" for every column.
std::string Placeholders() {
  std::string text = "(?";
  for (int i = 1; i < kNumMeasurementColumns; ++i) text += ", ?";
  return text + ")";
}

// As JSON, which SQLite's json_each reads.
std::string SamplesJson(const Measurement& measurement) {
  const auto exact = [](std::string* out, double sample) {
    char digits[32];
    snprintf(digits, sizeof(digits), "%.17g", sample);
    out->append(digits);
  };
  return absl::StrCat("[", absl::StrJoin(measurement.samples, ",", exact), "]");
}

void BindRecord(const MeasurementRecord& record, bool baseline,
                const v1::Measurement& proto, SqliteStatement* row) {
  const MeasurementKey& key = record.key;
  const Measurement& measurement = record.measurement;
  row->Bind(key.Hash()).Bind(key.task).Bind(key.ir).Bind(key.pipeline);
  row->Bind(key.compiler).Bind(key.cpu).Bind(int64_t{key.threads}).Bind(key.protocol);
  row->Bind(record.program).Bind(int64_t{baseline});
  row->Bind(OutcomeName(measurement.outcome)).Bind(measurement.seconds);
  row->Bind(SamplesJson(measurement)).Bind(int64_t{measurement.disturbed});
  row->Bind(measurement.compile_seconds).Bind(measurement.check_seconds);
  row->Bind(measurement.timing_seconds).Bind(measurement.lease_wait_seconds);
  row->Bind(record.limits.compile_seconds).Bind(record.limits.run_seconds);
  row->Bind(static_cast<int64_t>(std::min<uint64_t>(
      record.limits.memory_bytes, std::numeric_limits<int64_t>::max())));
  row->Bind(proto.message()).Bind(record.schedule).Bind(record.schedule_module);
  row->BindBlob(proto.SerializeAsString());
  row->Bind(absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", absl::Now(), absl::UTCTimeZone()));
}

// A schedule that leaves the task as it came has the baseline's key: it is measured
// where the baseline was disturbed, and its time is the newer baseline then.
absl::StatusOr<bool> HasBaseline(const SqliteDatabase& database,
                                 const MeasurementKey& key) {
  absl::StatusOr<SqliteStatement> row = SqliteStatement::Prepare(
      database, "SELECT 1 FROM measurements WHERE key = ? AND baseline = 1 LIMIT 1");
  if (!row.ok()) return row.status();
  row->Bind(key.Hash());
  return row->Step();
}

absl::StatusOr<MeasurementRecord> ReadRecord(const SqliteStatement& row,
                                             const std::string& path) {
  MeasurementRecord record;
  record.key.task = row.Text(1);
  record.key.ir = row.Text(2);
  record.key.pipeline = row.Text(3);
  record.key.compiler = row.Text(4);
  record.key.cpu = row.Text(5);
  record.key.threads = static_cast<int>(row.Integer(6));
  record.key.protocol = row.Text(7);
  record.program = row.Text(8);
  record.baseline = row.Integer(9) != 0;
  record.limits.compile_seconds = row.Real(18);
  record.limits.run_seconds = row.Real(19);
  record.limits.memory_bytes = static_cast<uint64_t>(row.Integer(20));
  record.schedule = row.Text(22);
  record.schedule_module = row.Text(23);
  v1::Measurement proto;
  const bool parsed = proto.ParseFromString(row.Text(24));
  absl::StatusOr<Measurement> measurement =
      parsed ? FromProto(proto) : absl::InvalidArgumentError("it does not parse");
  if (!measurement.ok()) {
    return absl::DataLossError(absl::StrCat(
        path, ": the measurement of key ", row.Text(0),
        " is broken: ", absl::string_view(measurement.status().message())));
  }
  record.measurement = *std::move(measurement);
  return record;
}

absl::StatusOr<std::vector<MeasurementRecord>> ReadRecords(SqliteStatement* rows,
                                                           const std::string& path) {
  std::vector<MeasurementRecord> records;
  absl::StatusOr<bool> more = rows->Step();
  for (; more.ok() && *more; more = rows->Step()) {
    absl::StatusOr<MeasurementRecord> record = ReadRecord(*rows, path);
    if (!record.ok()) return record.status();
    records.push_back(*std::move(record));
  }
  if (!more.ok()) return more.status();
  return records;
}

// OK rows of a task. Of each key the row counts that Find finds.
absl::StatusOr<std::vector<MeasurementRecord>> Query(const SqliteDatabase& database,
                                                     const TaskKey& task,
                                                     const std::string& condition,
                                                     const std::string& order, int k) {
  absl::StatusOr<SqliteStatement> rows = SqliteStatement::Prepare(
      database,
      absl::StrCat("SELECT ", kMeasurementColumns, " FROM measurements AS m ",
                   "WHERE outcome = 'ok' AND task = ? AND cpu = ? AND threads = ? AND ",
                   "(? = '' OR pipeline = ?) AND (? = '' OR compiler = ?) AND ",
                   "(? = '' OR protocol = ?) AND ", condition,
                   " AND NOT EXISTS (SELECT 1 FROM measurements AS newer ",
                   "WHERE newer.key = m.key AND newer.baseline = m.baseline AND ",
                   "newer.id > m.id AND newer.outcome NOT IN ", kCensored,
                   ") ORDER BY ", order, " LIMIT ?"));
  if (!rows.ok()) return rows.status();
  rows->Bind(task.task).Bind(task.cpu).Bind(int64_t{task.threads});
  for (const std::string* version : {&task.pipeline, &task.compiler, &task.protocol}) {
    rows->Bind(*version).Bind(*version);
  }
  rows->Bind(int64_t{k});
  return ReadRecords(&*rows, database.path());
}

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteStore>> SqliteStore::Open(
    const SqliteStoreOptions& options) {
  absl::StatusOr<SqliteDatabase> database =
      SqliteDatabase::Open(options.path, options.busy_timeout);
  if (!database.ok()) return database.status();
  absl::Status prepared = PrepareStore(&*database, options.max_bytes);
  if (!prepared.ok()) return prepared;
  return std::unique_ptr<SqliteStore>(new SqliteStore(*std::move(database)));
}

absl::StatusOr<std::optional<MeasurementRecord>> SqliteStore::Find(
    const MeasurementKey& key) {
  absl::MutexLock lock(&mutex_);
  absl::StatusOr<SqliteStatement> row = SqliteStatement::Prepare(
      database_, absl::StrCat("SELECT ", kMeasurementColumns,
                              " FROM measurements WHERE key = ? ORDER BY outcome IN ",
                              kCensored, ", id DESC LIMIT 1"));
  if (!row.ok()) return row.status();
  row->Bind(key.Hash());
  absl::StatusOr<std::vector<MeasurementRecord>> records =
      ReadRecords(&*row, database_.path());
  if (!records.ok()) return records.status();
  if (records->empty()) return std::optional<MeasurementRecord>();
  return std::optional<MeasurementRecord>(std::move(records->front()));
}

absl::Status SqliteStore::Append(const MeasurementRecord& record) {
  if (absl::Status valid = Validate(record); !valid.ok()) return valid;
  v1::Measurement proto = ToProto(record.measurement);
  proto.set_cached(false);  // Of the answer, not of what was measured.
  absl::MutexLock lock(&mutex_);
  absl::StatusOr<bool> known = HasBaseline(database_, record.key);
  if (!known.ok()) return known.status();
  absl::StatusOr<SqliteStatement> row = SqliteStatement::Prepare(
      database_, absl::StrCat("INSERT INTO measurements (", kMeasurementColumns,
                              ") VALUES ", Placeholders()));
  if (!row.ok()) return row.status();
  const bool timed = record.measurement.outcome == Outcome::kOk;
  BindRecord(record, record.baseline || (timed && *known), proto, &*row);
  return row->Step().status();
}

absl::StatusOr<TaskRecords> SqliteStore::FindTask(const TaskKey& task, int k) {
  if (absl::Status valid = Validate(task); !valid.ok()) return valid;
  if (k < 1 || k > kMaxBestSchedules) {
    return absl::InvalidArgumentError(
        absl::StrCat(k, " schedules asked for, expected 1 to ", kMaxBestSchedules));
  }
  absl::MutexLock lock(&mutex_);
  auto baselines = Query(database_, task, "baseline = 1", "id DESC", 1);
  if (!baselines.ok()) return baselines.status();
  auto best = Query(database_, task, "baseline = 0", "seconds, id", k);
  if (!best.ok()) return best.status();
  TaskRecords records;
  if (!baselines->empty()) records.baseline = std::move(baselines->front());
  records.best = *std::move(best);
  return records;
}

absl::StatusOr<int64_t> SqliteStore::CountRowsOf(const MeasurementKey& key) {
  absl::MutexLock lock(&mutex_);
  absl::StatusOr<SqliteStatement> row = SqliteStatement::Prepare(
      database_, "SELECT COUNT(*) FROM measurements WHERE key = ?");
  if (!row.ok()) return row.status();
  row->Bind(key.Hash());
  if (absl::Status stepped = row->Step().status(); !stepped.ok()) return stepped;
  return row->Integer(0);
}

absl::StatusOr<int64_t> SqliteStore::CountRows() {
  absl::MutexLock lock(&mutex_);
  return database_.Number("SELECT COUNT(*) FROM measurements");
}

}  // namespace weft
