// The small programs of tests/programs, and the machine that the tests schedule for.
#ifndef WEFT_TESTS_ACTOR_WORKER_PROGRAM_FILES_H_
#define WEFT_TESTS_ACTOR_WORKER_PROGRAM_FILES_H_

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "common/schedule/features.h"

namespace weft {

inline std::string SourceFolder() {
  const char* root = std::getenv("WEFT_SOURCE_DIR");
  return root != nullptr ? root : ".";
}

inline std::string ProgramFile(const std::string& name) {
  return SourceFolder() + "/tests/programs/" + name + ".mlir";
}

inline std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

inline std::string ReadProgram(const std::string& name) {
  return ReadFile(ProgramFile(name));
}

// Names of all programs, sorted.
inline std::vector<std::string> ProgramNames() {
  std::vector<std::string> names;
  const std::filesystem::path folder =
      std::filesystem::path(ProgramFile("any")).parent_path();
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".mlir") names.push_back(entry.path().stem());
  }
  std::sort(names.begin(), names.end());
  return names;
}

// AVX2: 16 registers of 8 floats.
inline MachineModel Avx2() {
  MachineModel machine;
  machine.peak_flops = 1e11;
  machine.memory_bandwidth = 2e10;
  machine.vector_bytes = 32;
  machine.vector_registers = 16;
  return machine;
}

// AVX-512: 32 registers of 16 floats.
inline MachineModel Avx512() {
  MachineModel machine = Avx2();
  machine.vector_bytes = 64;
  machine.vector_registers = 32;
  return machine;
}

}  // namespace weft

#endif  // WEFT_TESTS_ACTOR_WORKER_PROGRAM_FILES_H_
