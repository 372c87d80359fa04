// The subcommands of `weft`. Each takes the arguments after its name and returns the
// process' exit code: 0 success, 1 failure, 2 wrong usage or configuration, 130
// interrupted.
#ifndef WEFT_CLI_COMMANDS_H_
#define WEFT_CLI_COMMANDS_H_

namespace weft {

inline constexpr int kExitOk = 0;
inline constexpr int kExitFailure = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitInterrupted = 130;

int TrainCommand(int argc, char** argv);
int StatusCommand(int argc, char** argv);
int ReportCommand(int argc, char** argv);

}  // namespace weft

#endif  // WEFT_CLI_COMMANDS_H_
