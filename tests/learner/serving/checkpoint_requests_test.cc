#include "learner/serving/checkpoint_requests.h"

#include <gtest/gtest.h>

#include <vector>

namespace weft {
namespace {

class CheckpointRequestsTest : public testing::Test {
 protected:
  void Add() {
    requests_.Add([this](const absl::StatusOr<v1::CheckpointResponse>& response) {
      answers_.push_back(response.status().code());
    });
  }
  void Answer() {
    requests_.Answer([this]() -> absl::StatusOr<v1::CheckpointResponse> {
      ++written_;
      return v1::CheckpointResponse();
    });
  }

  CheckpointRequests requests_;
  std::vector<absl::StatusCode> answers_;
  int written_ = 0;
};

TEST_F(CheckpointRequestsTest, OneCheckpointAnswersAllThatWait) {
  Answer();
  EXPECT_EQ(written_, 0) << "for nobody";
  Add();
  Add();
  EXPECT_TRUE(answers_.empty());
  Answer();
  EXPECT_EQ(written_, 1);
  EXPECT_EQ(answers_, std::vector<absl::StatusCode>(2, absl::StatusCode::kOk));
}

TEST_F(CheckpointRequestsTest, TooManyAreRefusedAtOnce) {
  for (int i = 0; i < 17; ++i) Add();
  EXPECT_EQ(answers_,
            std::vector<absl::StatusCode>(1, absl::StatusCode::kResourceExhausted));
  Answer();
  EXPECT_EQ(answers_.size(), 17u);
}

TEST_F(CheckpointRequestsTest, WhoWaitsOrComesWhenItClosesIsToldSo) {
  Add();
  requests_.Close();
  Add();
  EXPECT_EQ(answers_, std::vector<absl::StatusCode>(2, absl::StatusCode::kUnavailable));
}

}  // namespace
}  // namespace weft
