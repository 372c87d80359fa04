// A SQLite connection and its statements, with absl::Status for errors.
#ifndef WEFT_COMMON_STORE_SQLITE_DATABASE_H_
#define WEFT_COMMON_STORE_SQLITE_DATABASE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

struct sqlite3;
struct sqlite3_stmt;

namespace weft {

// One connection. Not thread-safe: whoever owns it has the lock.
class SqliteDatabase {
 public:
  // Opens or creates the file. A locked file is waited for at most `busy_timeout`.
  //   DATA_LOSS            it is no SQLite database, or a damaged one
  //   PERMISSION_DENIED    it cannot be opened or written
  //   RESOURCE_EXHAUSTED   the disk is full, or the file at its page bound
  //   UNAVAILABLE          another process kept it locked
  static absl::StatusOr<SqliteDatabase> Open(const std::string& path,
                                             absl::Duration busy_timeout);

  // Runs statements that return nothing of interest.
  absl::Status Execute(const std::string& sql);
  // The one number that a PRAGMA or COUNT gives.
  absl::StatusOr<int64_t> Number(const std::string& sql);
  // The first column of the first row as text.
  absl::StatusOr<std::string> Text(const std::string& sql);

  const std::string& path() const { return path_; }
  sqlite3* handle() const { return handle_.get(); }
  // What the last call on this connection failed with.
  absl::Status LastError(absl::string_view doing) const;

 private:
  struct Close {
    void operator()(sqlite3* handle) const;
  };

  explicit SqliteDatabase(std::string path) : path_(std::move(path)) {}

  std::string path_;
  std::unique_ptr<sqlite3, Close> handle_;
};

// A prepared statement, bound from left to right and stepped row by row. The database
// must outlive it. Bound text is copied.
class SqliteStatement {
 public:
  static absl::StatusOr<SqliteStatement> Prepare(const SqliteDatabase& database,
                                                 absl::string_view sql);

  SqliteStatement& Bind(absl::string_view text);
  SqliteStatement& BindBlob(absl::string_view bytes);
  SqliteStatement& Bind(int64_t number);
  SqliteStatement& Bind(double number);

  // True when there is a row to read, false at the end. A value that could not be bound
  // is an error here.
  absl::StatusOr<bool> Step();

  // Columns of the current row, counted from 0.
  std::string Text(int column) const;
  int64_t Integer(int column) const;
  double Real(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };

  explicit SqliteStatement(const SqliteDatabase& database) : database_(&database) {}
  void Check(int code);

  const SqliteDatabase* database_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int next_ = 1;
  absl::Status bound_;
};

}  // namespace weft

#endif  // WEFT_COMMON_STORE_SQLITE_DATABASE_H_
