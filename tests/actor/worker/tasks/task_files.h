// The programs beside these tests, cut by a compiler of their own.
#ifndef WEFT_TESTS_ACTOR_WORKER_TASKS_TASK_FILES_H_
#define WEFT_TESTS_ACTOR_WORKER_TASKS_TASK_FILES_H_

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "actor/worker/tasks/task_program.h"
#include "gtest/gtest.h"

namespace weft {

inline std::string SourceFile(const std::string& path) {
  const char* root = std::getenv("WEFT_SOURCE_DIR");
  std::ifstream file(std::string(root != nullptr ? root : ".") + "/" + path);
  EXPECT_TRUE(file) << path;
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

inline std::string TaskTestProgram(const std::string& name) {
  return SourceFile("tests/actor/worker/tasks/programs/" + name + ".mlir");
}

// "NAME x CALLS" for every task.
inline std::vector<std::string> TaskCalls(const TaskProgram& program) {
  std::vector<std::string> calls;
  for (const TaskDescription& task : program.tasks()) {
    calls.push_back(task.name + " x " + std::to_string(task.calls));
  }
  return calls;
}

}  // namespace weft

#endif  // WEFT_TESTS_ACTOR_WORKER_TASKS_TASK_FILES_H_
