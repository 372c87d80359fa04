// Fills fields from a YAML tree and collects what is wrong with it.
#ifndef WEFT_COMMON_CONFIG_YAML_READER_H_
#define WEFT_COMMON_CONFIG_YAML_READER_H_

#include <string>
#include <vector>

#include "common/config/fields.h"
#include "yaml-cpp/yaml.h"

namespace weft {

// One level of the tree. Keys that are absent leave their field as it is. Call Finish
// after the last field: it reports the keys that no field asked for.
class YamlReader : public FieldVisitor {
 public:
  // `prefix` is the dotted path of this level, "" at the top. `node` must be a map or
  // null.
  YamlReader(const YAML::Node& node, std::string file, std::string prefix,
             std::vector<std::string>* errors);

  void Integer(const std::string& key, int* value, int min, int max) override;
  void Unsigned(const std::string& key, uint64_t* value, uint64_t min,
                uint64_t max) override;
  void Real(const std::string& key, double* value, double min, double max) override;
  void Text(const std::string& key, std::string* value, bool may_be_empty) override;
  void Choice(const std::string& key, std::string* value,
              const std::vector<std::string>& allowed) override;
  void Section(const std::string& key,
               const std::function<void(FieldVisitor&)>& fields) override;
  void Finish();

 private:
  template <typename T>
  void Number(const std::string& key, T* value, T min, T max, const char* kind);
  // The scalar at `key`; an undefined node when it is absent or not a scalar.
  YAML::Node Scalar(const std::string& key, const std::string& allowed);
  void Fail(const YAML::Node& at, const std::string& key, const std::string& problem);

  YAML::Node node_;
  std::string file_;
  std::string prefix_;
  std::vector<std::string> known_;
  std::vector<std::string>* errors_;
};

}  // namespace weft

#endif  // WEFT_COMMON_CONFIG_YAML_READER_H_
