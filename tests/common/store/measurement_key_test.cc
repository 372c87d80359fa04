#include "common/store/measurement_key.h"

#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/store/example_record.h"

namespace weft {
namespace {

using ::testing::HasSubstr;

TEST(Sha256Test, MatchesTheStandardsExamples) {
  EXPECT_EQ(Sha256Hex(""),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Sha256Hex("abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(MeasurementKeyTest, EveryPartChangesTheHash) {
  std::set<std::string> hashes = {ExampleKey().Hash()};
  const auto changed = [&hashes](auto change) {
    MeasurementKey key = ExampleKey();
    change(key);
    return hashes.insert(key.Hash()).second;
  };
  EXPECT_TRUE(changed([](auto& key) { key.ir = Sha256Hex("other"); }));
  EXPECT_TRUE(changed([](auto& key) { key.task = Sha256Hex("other"); }));
  EXPECT_TRUE(changed([](auto& key) { key.pipeline = "other"; }));
  EXPECT_TRUE(changed([](auto& key) { key.compiler = "other"; }));
  EXPECT_TRUE(changed([](auto& key) { key.cpu = "other"; }));
  EXPECT_TRUE(changed([](auto& key) { key.threads = 7; }));
  EXPECT_TRUE(changed([](auto& key) { key.protocol = "other"; }));
  EXPECT_FALSE(changed([](auto&) {}));
}

TEST(MeasurementKeyTest, PartsThatAreCutElsewhereGiveAnotherHash) {
  MeasurementKey left = ExampleKey();
  left.pipeline = "ab";
  left.compiler = "c";
  MeasurementKey right = ExampleKey();
  right.pipeline = "a";
  right.compiler = "bc";
  EXPECT_NE(left.Hash(), right.Hash());
}

TEST(MeasurementKeyTest, RefusesPartsOutOfBounds) {
  EXPECT_TRUE(ExampleKey().Validate().ok());
  const auto problem = [](auto change) {
    MeasurementKey key = ExampleKey();
    change(key);
    return std::string(key.Validate().message());
  };
  EXPECT_THAT(problem([](auto& key) { key.ir = "abc"; }), HasSubstr("ir is 'abc'"));
  EXPECT_THAT(problem([](auto& key) { key.task[0] = 'G'; }), HasSubstr("task is"));
  EXPECT_THAT(problem([](auto& key) { key.cpu = ""; }), HasSubstr("cpu has 0 bytes"));
  EXPECT_THAT(problem([](auto& key) { key.cpu = "a\nb"; }), HasSubstr("printable"));
  EXPECT_THAT(problem([](auto& key) { key.protocol.assign(513, 'x'); }),
              HasSubstr("protocol has 513 bytes"));
  EXPECT_THAT(problem([](auto& key) { key.threads = 0; }), HasSubstr("0 threads"));
}

}  // namespace
}  // namespace weft
