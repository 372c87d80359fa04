// `weft`: what a person types. Finds the subcommand and runs it.

#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <string>

#include "cli/commands.h"
#include "common/process/child_process.h"

namespace {

struct Command {
  const char* name;
  const char* summary;
  int (*run)(int argc, char** argv);  // Null: the program weft-NAME beside this one.
};

constexpr Command kCommands[] = {
    {"train", "train a policy on a suite of programs", weft::TrainCommand},
    {"search", "search for the best schedule of one program, without a policy",
     nullptr},
    {"optimize", "schedule every task of a program and assemble it", nullptr},
    {"evaluate", "compare a policy's schedules with random, fixed and searched ones",
     nullptr},
    {"status", "show what a learner is doing now", weft::StatusCommand},
    {"checkpoint", "show what is in a checkpoint, or take its weights out", nullptr},
    {"report", "print the table of a finished run", weft::ReportCommand},
};

void PrintUsage(std::FILE* out) {
  std::fprintf(out,
               "weft learns schedules for MLIR programs.\n\n"
               "usage: weft COMMAND [ARGUMENTS]\n\n");
  for (const Command& command : kCommands) {
    std::fprintf(out, "  %-10s %s\n", command.name, command.summary);
  }
  std::fprintf(out,
               "\n`weft COMMAND --help` explains a command. Start with:\n"
               "  weft train configs/quickstart.yaml\n");
}

// A command that needs heavy libraries is a program of its own, weft-NAME, beside this
// one.
void RunSiblingProgram(const std::string& name, char** argv) {
  const std::string path = weft::ExecutableFolder() + "/weft-" + name;
  execv(path.c_str(), argv);  // Returns only when there is no such program.
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    PrintUsage(stderr);
    return weft::kExitUsage;
  }
  const std::string name = argv[1];
  if (name == "help" || name == "--help" || name == "-h") {
    PrintUsage(stdout);
    return weft::kExitOk;
  }
  bool known = false;
  for (const Command& command : kCommands) {
    if (name != command.name) continue;
    if (command.run != nullptr) return command.run(argc - 1, argv + 1);
    known = true;
  }
  if (name.find('/') == std::string::npos) RunSiblingProgram(name, argv + 1);
  if (known) {
    std::fprintf(stderr,
                 "weft %s: there is no program weft-%s in %s; ./dev build makes it\n",
                 name.c_str(), name.c_str(), weft::ExecutableFolder().c_str());
    return weft::kExitFailure;
  }
  std::fprintf(stderr, "weft: unknown command '%s'\n", name.c_str());
  PrintUsage(stderr);
  return weft::kExitUsage;
}
