#include "cli/search/search_options.h"

#include "actor/search/strategy.h"

namespace weft {

void AddSearchOptions(const std::string& budget_help, SearchOptions* search,
                      MeasureOptions* measure, CLI::App* app) {
  app->add_option("--strategy", search->strategy, "How to choose what is measured")
      ->check(CLI::IsMember(StrategyNames()))
      ->capture_default_str();
  app->add_option("--budget", search->budget, budget_help)
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  app->add_option("--threads", measure->threads, "Threads of the kernels")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  app->add_option("--workers", search->workers, "Schedules compiled side by side")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  app->add_option("--seed", search->seed, "Of every random choice")
      ->capture_default_str();
  app->add_option("--timing-budget", measure->timing_budget_seconds,
                  "Seconds for which a kernel is repeated")
      ->check(CLI::Range(0.001, 60.0))
      ->capture_default_str();
}

}  // namespace weft
