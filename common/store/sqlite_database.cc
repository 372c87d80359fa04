#include "common/store/sqlite_database.h"

#include <sqlite3.h>

#include <utility>

#include "absl/strings/str_cat.h"

namespace weft {
namespace {

absl::StatusCode CodeOf(int sqlite_code) {
  switch (sqlite_code & 0xff) {  // The low byte is the primary code.
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return absl::StatusCode::kDataLoss;
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_READONLY:
      return absl::StatusCode::kPermissionDenied;
    case SQLITE_FULL:
    case SQLITE_NOMEM:
    case SQLITE_TOOBIG:
      return absl::StatusCode::kResourceExhausted;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return absl::StatusCode::kUnavailable;
    default:
      return absl::StatusCode::kInternal;
  }
}

}  // namespace

void SqliteDatabase::Close::operator()(sqlite3* handle) const { sqlite3_close(handle); }

absl::StatusOr<SqliteDatabase> SqliteDatabase::Open(const std::string& path,
                                                    absl::Duration busy_timeout) {
  SqliteDatabase database(path);
  sqlite3* handle = nullptr;
  // The lock is the owner's; SQLite's own would be taken for nothing.
  const int code = sqlite3_open_v2(
      path.c_str(), &handle,
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  database.handle_.reset(handle);  // Also after a failure: it holds the message.
  if (code != SQLITE_OK) return database.LastError("open");
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle,
                       static_cast<int>(absl::ToInt64Milliseconds(busy_timeout)));
  return database;
}

absl::Status SqliteDatabase::LastError(absl::string_view doing) const {
  if (handle_ == nullptr) {
    return absl::ResourceExhaustedError(absl::StrCat(path_, ": out of memory"));
  }
  const int code = sqlite3_extended_errcode(handle_.get());
  return absl::Status(
      CodeOf(code),
      absl::StrCat(path_, ": ", doing, ": ", sqlite3_errmsg(handle_.get()), " (SQLite ",
                   code, ", ", sqlite3_errstr(code), ")"));
}

absl::Status SqliteDatabase::Execute(const std::string& sql) {
  if (sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr) ==
      SQLITE_OK) {
    return absl::OkStatus();
  }
  return LastError(sql.substr(0, 60));
}

absl::StatusOr<int64_t> SqliteDatabase::Number(const std::string& sql) {
  absl::StatusOr<SqliteStatement> statement = SqliteStatement::Prepare(*this, sql);
  if (!statement.ok()) return statement.status();
  absl::StatusOr<bool> row = statement->Step();
  if (!row.ok()) return row.status();
  return *row ? statement->Integer(0) : 0;
}

absl::StatusOr<std::string> SqliteDatabase::Text(const std::string& sql) {
  absl::StatusOr<SqliteStatement> statement = SqliteStatement::Prepare(*this, sql);
  if (!statement.ok()) return statement.status();
  absl::StatusOr<bool> row = statement->Step();
  if (!row.ok()) return row.status();
  return *row ? statement->Text(0) : std::string();
}

void SqliteStatement::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

absl::StatusOr<SqliteStatement> SqliteStatement::Prepare(const SqliteDatabase& database,
                                                         absl::string_view sql) {
  SqliteStatement statement(database);
  sqlite3_stmt* prepared = nullptr;
  const int code = sqlite3_prepare_v2(database.handle(), sql.data(),
                                      static_cast<int>(sql.size()), &prepared, nullptr);
  statement.statement_.reset(prepared);
  if (code != SQLITE_OK) return database.LastError(sql.substr(0, 60));
  return statement;
}

void SqliteStatement::Check(int code) {
  if (code != SQLITE_OK) bound_.Update(database_->LastError("bind"));
}

SqliteStatement& SqliteStatement::Bind(absl::string_view text) {
  Check(sqlite3_bind_text64(statement_.get(), next_++, text.data(), text.size(),
                            SQLITE_TRANSIENT, SQLITE_UTF8));
  return *this;
}

SqliteStatement& SqliteStatement::BindBlob(absl::string_view bytes) {
  Check(sqlite3_bind_blob64(statement_.get(), next_++, bytes.data(), bytes.size(),
                            SQLITE_TRANSIENT));
  return *this;
}

SqliteStatement& SqliteStatement::Bind(int64_t number) {
  Check(sqlite3_bind_int64(statement_.get(), next_++, number));
  return *this;
}

SqliteStatement& SqliteStatement::Bind(double number) {
  Check(sqlite3_bind_double(statement_.get(), next_++, number));
  return *this;
}

absl::StatusOr<bool> SqliteStatement::Step() {
  if (!bound_.ok()) return bound_;
  switch (sqlite3_step(statement_.get())) {
    case SQLITE_ROW:
      return true;
    case SQLITE_DONE:
      return false;
    default:
      return database_->LastError("step");
  }
}

std::string SqliteStatement::Text(int column) const {
  // Blob first: text that holds a NUL keeps its length.
  const void* bytes = sqlite3_column_blob(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return bytes == nullptr ? std::string()
                          : std::string(static_cast<const char*>(bytes), size);
}

int64_t SqliteStatement::Integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

double SqliteStatement::Real(int column) const {
  return sqlite3_column_double(statement_.get(), column);
}

}  // namespace weft
