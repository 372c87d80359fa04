#include "actor/worker/measure/oom_kills.h"

#include <fstream>
#include <string>

namespace weft {

int64_t OomKills() {
  std::ifstream file("/proc/vmstat");
  std::string name;
  int64_t value = 0;
  while (file >> name >> value) {
    if (name == "oom_kill") return value;
  }
  return 0;
}

}  // namespace weft
