// The options that every command has that searches for schedules.
#ifndef WEFT_CLI_SEARCH_SEARCH_OPTIONS_H_
#define WEFT_CLI_SEARCH_SEARCH_OPTIONS_H_

#include <string>

#include "CLI/CLI.hpp"
#include "actor/search/search.h"
#include "common/config/options.h"

namespace weft {

// Adds --strategy, --budget, --threads, --workers, --seed and --timing-budget, which
// parsing writes to `search` and `measure`; what they hold now are the defaults.
// `budget_help` says what the budget is spent on. Both must outlive the parsing.
void AddSearchOptions(const std::string& budget_help, SearchOptions* search,
                      MeasureOptions* measure, CLI::App* app);

}  // namespace weft

#endif  // WEFT_CLI_SEARCH_SEARCH_OPTIONS_H_
