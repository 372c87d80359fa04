// The list of features: what each number of each kind of token means.
//
// The list is what Featurize carries out, what docs/observation.md shows and
// what the tests check, so that none of them can be out of step.
#ifndef WEFT_COMMON_SCHEDULE_FEATURE_LIST_H_
#define WEFT_COMMON_SCHEDULE_FEATURE_LIST_H_

#include <string>
#include <vector>

#include "common/schedule/observation.h"

namespace weft {

struct Feature {
  std::string name;  // Unique within its kind of token.
  std::string unit;  // The scale, such as log2(bytes) / 32; "flag" is 0 or 1.
  float min = 0;     // A value beyond the range is cut off at it.
  float max = 1;
  std::string meaning;
};

// The features of a token in their order; at most kTokenWidth. The places after
// them are 0. Lists are constant for the life of the program.
const std::vector<Feature>& FeaturesOf(TokenKind kind);

// Place of the named feature in a token of `kind`; -1 where there is none.
int FeatureIndex(TokenKind kind, const std::string& name);

// "global", "loop", ...: as messages and documents name them.
const char* TokenKindName(TokenKind kind);

// Eight hexadecimal digits that change with any entry of any list: weights that
// were trained on other features are useless with these, however many there
// are.
std::string FeatureListVersion();

}  // namespace weft

#endif  // WEFT_COMMON_SCHEDULE_FEATURE_LIST_H_
