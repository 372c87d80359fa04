#include "cli/search/search_options.h"

#include <gtest/gtest.h>

#include <string>

namespace weft {
namespace {

class SearchOptionsTest : public testing::Test {
 protected:
  SearchOptionsTest() {
    AddSearchOptions("What it is spent on", &search_, &measure_, &app_);
  }
  // Whether the command line is accepted.
  bool Parse(const std::string& arguments) {
    try {
      app_.parse(arguments, /*program_name_included=*/false);
    } catch (const CLI::ParseError&) {
      return false;
    }
    return true;
  }

  SearchOptions search_;
  MeasureOptions measure_;
  CLI::App app_;
};

TEST_F(SearchOptionsTest, WhatIsGivenIsWritten) {
  ASSERT_TRUE(
      Parse("--strategy greedy --budget 7 --threads 3 --workers 4 --seed 9 "
            "--timing-budget 0.5"));
  EXPECT_EQ(search_.strategy, "greedy");
  EXPECT_EQ(search_.budget, 7);
  EXPECT_EQ(measure_.threads, 3);
  EXPECT_EQ(search_.workers, 4);
  EXPECT_EQ(search_.seed, 9u);
  EXPECT_EQ(measure_.timing_budget_seconds, 0.5);
}

TEST_F(SearchOptionsTest, WhatIsNotGivenStaysAsItIs) {
  search_.workers = 2;
  ASSERT_TRUE(Parse("--seed 9"));
  EXPECT_EQ(search_.workers, 2);
  EXPECT_EQ(search_.strategy, SearchOptions().strategy);
  EXPECT_EQ(measure_.threads, MeasureOptions().threads);
}

TEST_F(SearchOptionsTest, ValuesThatNoSearchTakesAreRefused) {
  for (const char* arguments :
       {"--budget 0", "--budget 100001", "--threads 0", "--workers 65",
        "--timing-budget 0", "--strategy luck"}) {
    EXPECT_FALSE(Parse(arguments)) << arguments;
  }
}

TEST_F(SearchOptionsTest, TheHelpSaysWhatTheBudgetIsFor) {
  EXPECT_NE(app_.help().find("What it is spent on"), std::string::npos);
}

}  // namespace
}  // namespace weft
