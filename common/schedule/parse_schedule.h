// Schedules as people write them.
#ifndef WEFT_COMMON_SCHEDULE_PARSE_SCHEDULE_H_
#define WEFT_COMMON_SCHEDULE_PARSE_SCHEDULE_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/schedule/action.h"

namespace weft {

// The inverse of ToString(Schedule), such as `tile[0,64,0] vectorize[8,32,1;contract]`.
// INVALID_ARGUMENT naming the action that is wrong and what is allowed there. What is
// legal depends on the program and is not checked, nor is how the schedule ends.
absl::StatusOr<Schedule> ParseSchedule(absl::string_view text);

}  // namespace weft

#endif  // WEFT_COMMON_SCHEDULE_PARSE_SCHEDULE_H_
