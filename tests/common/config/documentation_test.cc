// docs/configuration.md lists exactly the keys of the code, with their defaults.

#include <cstdlib>
#include <fstream>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/config/fields.h"
#include "gtest/gtest.h"

namespace weft {
namespace {

// Collects dotted keys with their default as text; numbers in their shortest form.
class KeyCollector : public FieldVisitor {
 public:
  KeyCollector(std::string prefix, std::map<std::string, std::string>* keys)
      : prefix_(std::move(prefix)), keys_(*keys) {}
  void Integer(const std::string& key, int* value, int, int) override {
    keys_[prefix_ + key] = absl::StrCat(*value);
  }
  void Unsigned(const std::string& key, uint64_t* value, uint64_t, uint64_t) override {
    keys_[prefix_ + key] = absl::StrCat(*value);
  }
  void Real(const std::string& key, double* value, double, double) override {
    keys_[prefix_ + key] = absl::StrCat(*value);
  }
  void Text(const std::string& key, std::string* value, bool) override {
    keys_[prefix_ + key] = *value;
  }
  void Choice(const std::string& key, std::string* value,
              const std::vector<std::string>&) override {
    keys_[prefix_ + key] = *value;
  }
  void Section(const std::string& key,
               const std::function<void(FieldVisitor&)>& fields) override {
    KeyCollector inner(absl::StrCat(prefix_, key, "."), &keys_);
    fields(inner);
  }

 private:
  const std::string prefix_;
  std::map<std::string, std::string>& keys_;
};

std::string Trimmed(std::string text) {
  text.erase(0, text.find_first_not_of(' '));
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

// Rows of the table that look like | `key` | default | ...
std::map<std::string, std::string> DocumentedKeys() {
  std::ifstream file(std::string(std::getenv("WEFT_SOURCE_DIR")) +
                     "/docs/configuration.md");
  std::map<std::string, std::string> keys;
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("| `", 0) != 0) continue;
    const size_t key_end = line.find('`', 3);
    const size_t default_begin = line.find('|', key_end) + 1;
    const size_t default_end = line.find('|', default_begin);
    keys[line.substr(3, key_end - 3)] =
        Trimmed(line.substr(default_begin, default_end - default_begin));
  }
  return keys;
}

TEST(ConfigurationDocumentationTest, ListsEveryKeyWithItsDefaultAndNoOther) {
  TrainConfig defaults;
  std::map<std::string, std::string> keys;
  KeyCollector collector("", &keys);
  VisitFields(&defaults, collector);
  EXPECT_EQ(DocumentedKeys(), keys);
}

}  // namespace
}  // namespace weft
