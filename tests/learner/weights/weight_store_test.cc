#include "learner/weights/weight_store.h"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "common/wire/crc32c.h"
#include "gtest/gtest.h"

namespace weft {
namespace {

TEST(WeightStoreTest, IsEmptyUntilTheFirstPublication) {
  WeightStore store;
  EXPECT_EQ(store.version(), 0u);
  EXPECT_EQ(store.Latest().bytes, nullptr);
  EXPECT_TRUE(WeightsChunkAt(store.Latest(), 0).empty());
}

TEST(WeightStoreTest, IgnoresVersionsThatAreNotNewer) {
  WeightStore store;
  EXPECT_TRUE(store.Publish(2, "two"));
  EXPECT_FALSE(store.Publish(2, "other"));
  EXPECT_FALSE(store.Publish(1, "one"));
  EXPECT_EQ(*store.Latest().bytes, "two");
}

TEST(WeightStoreTest, AKeptVersionIsThereUntilTheNextIsKept) {
  WeightStore store;
  store.Publish(1, "one");
  store.Keep();
  store.Publish(2, "two");
  store.Publish(3, "three");
  EXPECT_EQ(*store.Exactly(1).bytes, "one");
  EXPECT_EQ(store.Exactly(2).bytes, nullptr);
  EXPECT_EQ(*store.Exactly(3).bytes, "three");
  store.Keep();
  EXPECT_EQ(store.Exactly(1).bytes, nullptr);
}

TEST(WeightStoreTest, ChunksAddUpToTheBlob) {
  WeightStore store;
  std::string blob(2 * kWeightsChunkBytes + 17, 'w');
  blob[kWeightsChunkBytes] = 'x';
  store.Publish(1, blob);
  const Weights weights = store.Latest();
  std::string joined;
  int chunks = 0;
  for (absl::string_view chunk = WeightsChunkAt(weights, 0); !chunk.empty();
       chunk = WeightsChunkAt(weights, joined.size())) {
    joined.append(chunk.data(), chunk.size());
    ++chunks;
  }
  EXPECT_EQ(chunks, 3);
  EXPECT_EQ(joined, blob);
}

TEST(WeightStoreTest, ReadersAlwaysSeeOneWholeVersionWhileOthersArePublished) {
  WeightStore store;
  store.Publish(1, std::string(1000, 'a'));
  std::atomic<bool> stop{false};
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      uint64_t last = 0;
      while (!stop) {
        const Weights weights = store.Latest();
        ASSERT_GE(weights.version, last);
        ASSERT_EQ(weights.bytes->size(), 999 + weights.version);
        ASSERT_EQ(Crc32c(*weights.bytes), weights.crc32c);
        last = weights.version;
      }
    });
  }
  for (uint64_t version = 2; version <= 500; ++version) {
    store.Publish(version, std::string(999 + version, 'a'));
  }
  stop = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(store.version(), 500u);
}

}  // namespace
}  // namespace weft
