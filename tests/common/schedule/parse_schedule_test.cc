#include "common/schedule/parse_schedule.h"

#include <gtest/gtest.h>

#include <string>

namespace weft {
namespace {

TEST(ParseScheduleTest, ReadsWhatToStringWrites) {
  for (const char* text :
       {"stop", "vectorize[8,32,1;contract]", "vectorize[1,1,14,32,1,1,1;decompose]",
        "parallelize[64,0,0] fuse pack[8,32,0] tile[0,0,256,0,0] "
        "interchange[1,0,2,3,4] vectorize[1,1,4,8,32;generalize]"}) {
    const absl::StatusOr<Schedule> schedule = ParseSchedule(text);
    ASSERT_TRUE(schedule.ok()) << schedule.status();
    EXPECT_EQ(ToString(*schedule), text);
  }
}

TEST(ParseScheduleTest, AVectorizeWithoutAModeKeepsTheOpAsItIs) {
  const absl::StatusOr<Schedule> schedule = ParseSchedule(" vectorize[1,16]\n");
  ASSERT_TRUE(schedule.ok()) << schedule.status();
  EXPECT_EQ(ToString(*schedule), "vectorize[1,16;contract]");
}

TEST(ParseScheduleTest, ErrorsNameTheActionAndWhatIsAllowed) {
  const struct {
    const char* text;
    const char* expected;
  } kCases[] = {
      {"", "no action"},
      {"tile[0,64] unroll[4]", "'unroll[4]': expected parallelize"},
      {"tile", "'tile': expected tile[NUMBER,...]"},
      {"tile[0,64", "tile[NUMBER,...]"},
      {"tile[0,x]", "'tile[0,x]': expected whole numbers"},
      {"tile[0,5]", "'tile[0,5]': expected sizes of 0, 1, 2"},
      {"interchange[0,0,1]", "expected each loop from 0 up once"},
      {"interchange[-1,0,1]", "expected each loop from 0 up once"},
      {"tile[0,64;contract]", "only vectorize has one"},
      {"vectorize[8,32;fast]", "expected a mode of contract, decompose"},
      {"stop[1]", "'stop[1]': expected no brackets"},
  };
  for (const auto& bad : kCases) {
    const absl::StatusOr<Schedule> schedule = ParseSchedule(bad.text);
    ASSERT_FALSE(schedule.ok()) << bad.text;
    EXPECT_TRUE(absl::IsInvalidArgument(schedule.status()));
    EXPECT_NE(std::string(schedule.status().message()).find(bad.expected),
              std::string::npos)
        << schedule.status();
  }
}

}  // namespace
}  // namespace weft
