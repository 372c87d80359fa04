// docs/observation.md shows exactly the features of the code, in their order.
#include "common/schedule/feature_list.h"

#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace weft {
namespace {

std::vector<TokenKind> EveryKind() {
  std::vector<TokenKind> kinds;
  for (int kind = 0; kind < kNumTokenKinds; ++kind) {
    kinds.push_back(static_cast<TokenKind>(kind));
  }
  return kinds;
}

// The row of a feature in the document's table.
std::string Row(size_t index, const Feature& feature) {
  return absl::StrCat("| ", index, " | `", feature.name, "` | ", feature.unit, " | ",
                      feature.min, " to ", feature.max, " | ", feature.meaning, " |");
}

// By the name of the token: the rows below its heading, "## The NAME token".
std::map<std::string, std::vector<std::string>> DocumentedRows() {
  std::ifstream file(std::string(std::getenv("WEFT_SOURCE_DIR")) +
                     "/docs/observation.md");
  const std::string heading = "## The ";
  std::map<std::string, std::vector<std::string>> rows;
  std::string token;
  for (std::string line; std::getline(file, line);) {
    if (line.rfind(heading, 0) == 0) {
      token = line.substr(heading.size(), line.find(" token") - heading.size());
    }
    const bool is_row = line.size() > 2 && line[0] == '|' && std::isdigit(line[2]);
    if (is_row) rows[token].push_back(line);
  }
  return rows;
}

TEST(FeatureListTest, TheDocumentShowsEveryFeatureInItsPlace) {
  const auto documented = DocumentedRows();
  for (TokenKind kind : EveryKind()) {
    std::vector<std::string> expected;
    for (const Feature& feature : FeaturesOf(kind)) {
      expected.push_back(Row(expected.size(), feature));
    }
    const auto found = documented.find(TokenKindName(kind));
    ASSERT_NE(found, documented.end()) << TokenKindName(kind);
    EXPECT_THAT(found->second, testing::ElementsAreArray(expected))
        << "of the " << TokenKindName(kind) << " token";
  }
  EXPECT_EQ(documented.size(), EveryKind().size());
}

TEST(FeatureListTest, EveryTokenFitsAndEveryFeatureSaysWhatItIs) {
  for (TokenKind kind : EveryKind()) {
    EXPECT_LE(FeaturesOf(kind).size(), static_cast<size_t>(kTokenWidth));
    std::set<std::string> names;
    for (const Feature& feature : FeaturesOf(kind)) {
      EXPECT_TRUE(names.insert(feature.name).second) << feature.name << " twice";
      EXPECT_LT(feature.min, feature.max) << feature.name;
      EXPECT_FALSE(feature.unit.empty()) << feature.name;
      EXPECT_FALSE(feature.meaning.empty()) << feature.name;
    }
  }
}

TEST(FeatureListTest, TheVersionIsEightHexadecimalDigits) {
  EXPECT_THAT(FeatureListVersion(), testing::MatchesRegex("[0-9a-f]{8}"));
}

}  // namespace
}  // namespace weft
