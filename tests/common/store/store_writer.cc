// Records one measurement after the other and prints the number of each once the store
// has acknowledged it, until it is killed. usage: store_writer FILE FIRST_NUMBER
#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/store/sqlite_store.h"
#include "tests/common/store/example_record.h"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  auto store = weft::SqliteStore::Open({argv[1]});
  if (!store.ok()) {
    std::fprintf(stderr, "%s\n", store.status().ToString().c_str());
    return 1;
  }
  for (int number = std::atoi(argv[2]);; ++number) {
    weft::MeasurementRecord record = weft::ExampleRecord(absl::StrCat(number));
    // Several pages a row, so that a kill can come in the middle of one.
    record.schedule_module.assign(10000, 'x');
    const absl::Status recorded = (*store)->Append(record);
    if (!recorded.ok()) {
      std::fprintf(stderr, "%s\n", recorded.ToString().c_str());
      return 1;
    }
    std::printf("%d\n", number);
    std::fflush(stdout);
  }
}
