// A matcher for texts, in the manner of FileCheck.
#ifndef WEFT_TESTS_ACTOR_WORKER_TRANSFORMS_IN_ORDER_H_
#define WEFT_TESTS_ACTOR_WORKER_TRANSFORMS_IN_ORDER_H_

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace weft {

// Each piece occurs, after the end of the one before it.
MATCHER_P(ContainsInOrder, pieces, "") {
  size_t position = 0;
  for (const std::string& piece : std::vector<std::string>(pieces)) {
    const size_t found = arg.find(piece, position);
    if (found == std::string::npos) {
      *result_listener << "\nwithout \"" << piece << "\" after offset " << position;
      return false;
    }
    position = found + piece.size();
  }
  return true;
}

using Pieces = std::vector<std::string>;

inline int CountOf(const std::string& text, const std::string& piece) {
  int count = 0;
  for (size_t at = text.find(piece); at != std::string::npos;
       at = text.find(piece, at + piece.size())) {
    ++count;
  }
  return count;
}

}  // namespace weft

#endif  // WEFT_TESTS_ACTOR_WORKER_TRANSFORMS_IN_ORDER_H_
