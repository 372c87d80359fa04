#include "common/wire/schedule_proto.h"

#include <limits>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/common/wire/example_trajectory.h"

namespace weft {
namespace {

using ::testing::HasSubstr;

template <typename T>
std::string ErrorOf(const absl::StatusOr<T>& result) {
  EXPECT_EQ(result.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(result.status().message());
}

v1::Action VectorizeProto() {
  Action action;
  action.kind = ActionKind::kVectorize;
  action.sizes = {4, 8};
  action.mode = VectorizeMode::kReduction;
  return ToProto(action);
}

TEST(ActionProtoTest, EveryKindComesBackAsItWas) {
  Action interchange;
  interchange.kind = ActionKind::kInterchange;
  interchange.order = {2, 0, 1};
  Action tile;
  tile.kind = ActionKind::kTile;
  tile.sizes = {0, 512, 7};
  for (const Action& action :
       {interchange, tile, Action(), *FromProto(VectorizeProto())}) {
    const absl::StatusOr<Action> back = FromProto(ToProto(action));
    ASSERT_TRUE(back.ok()) << back.status();
    EXPECT_EQ(*back, action);
  }
}

TEST(ActionProtoTest, RefusesASizeThatIsNotInTheTable) {
  v1::Action proto = VectorizeProto();
  proto.set_sizes(0, 3);
  EXPECT_THAT(ErrorOf(FromProto(proto)), HasSubstr("size 3 is not in the size table"));
}

TEST(ActionProtoTest, RefusesAnUnknownKindAndMode) {
  v1::Action kind = VectorizeProto();
  kind.set_kind(static_cast<v1::ActionKind>(99));
  EXPECT_THAT(ErrorOf(FromProto(kind)), HasSubstr("unknown kind 99"));
  v1::Action mode = VectorizeProto();
  mode.set_mode(static_cast<v1::VectorizeMode>(-5));
  EXPECT_THAT(ErrorOf(FromProto(mode)), HasSubstr("unknown vectorize mode"));
  EXPECT_FALSE(FromProto(v1::Action()).ok());
}

TEST(ActionProtoTest, RefusesAnOrderThatIsNoPermutation) {
  for (const std::vector<int>& order :
       {std::vector<int>{0, 0}, std::vector<int>{1, 2}, std::vector<int>{-1, 0}}) {
    v1::Action proto;
    proto.set_kind(v1::ACTION_KIND_INTERCHANGE);
    for (int loop : order) proto.add_order(loop);
    EXPECT_THAT(ErrorOf(FromProto(proto)), HasSubstr("not a permutation"));
  }
}

TEST(ActionProtoTest, RefusesMoreLoopsThanThereCanBe) {
  v1::Action proto;
  proto.set_kind(v1::ACTION_KIND_TILE);
  for (int i = 0; i <= kMaxLoops; ++i) proto.add_sizes(1);
  EXPECT_THAT(ErrorOf(FromProto(proto)), HasSubstr("at most 12"));
}

TEST(ActionProtoTest, RefusesPartsThatTheKindDoesNotUse) {
  v1::Action proto = VectorizeProto();
  proto.set_kind(v1::ACTION_KIND_STOP);
  EXPECT_THAT(ErrorOf(FromProto(proto)), HasSubstr("stop takes no sizes"));
  v1::Action modeless = VectorizeProto();
  modeless.clear_mode();
  EXPECT_THAT(ErrorOf(FromProto(modeless)), HasSubstr("vectorize needs a mode"));
}

TEST(ActionMaskProtoTest, ComesBackAsItWas) {
  const ActionMask mask = ExampleMask();
  const absl::StatusOr<ActionMask> back = FromProto(ToProto(mask));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(ToProto(*back).SerializeAsString(), ToProto(mask).SerializeAsString());
}

TEST(ActionMaskProtoTest, RefusesALoopWithoutALegalSize) {
  ActionMask mask = ExampleMask();
  mask.sizes[SizeSlot(ActionKind::kTile, VectorizeMode::kContract)].allowed[1] = 0;
  EXPECT_THAT(ErrorOf(FromProto(ToProto(mask))), HasSubstr("without a legal size"));
}

TEST(ActionMaskProtoTest, RefusesABoundThatNoSizesSatisfyEvenWhereProductsOverflow) {
  ActionMask mask = ExampleMask();
  mask.num_loops = kMaxLoops;
  SizeMask& sizes = mask.sizes[SizeSlot(ActionKind::kTile, VectorizeMode::kContract)];
  sizes.allowed.assign(kMaxLoops, SizeSet{1} << (kNumSizes - 1));  // Each is 512.
  sizes.bounds = {{(1u << kMaxLoops) - 1, std::numeric_limits<int64_t>::max()}};
  EXPECT_THAT(ErrorOf(FromProto(ToProto(mask))), HasSubstr("no sizes satisfy"));
}

TEST(ActionMaskProtoTest, RefusesATileThatCanOnlyBeANoOp) {
  ActionMask mask = ExampleMask();
  mask.sizes[SizeSlot(ActionKind::kTile, VectorizeMode::kContract)].allowed = {1, 1};
  EXPECT_THAT(ErrorOf(FromProto(ToProto(mask))), HasSubstr("no-op"));
}

TEST(ActionMaskProtoTest, RefusesInterchangeOfOneLoopAndVectorizeWithoutAMode) {
  ActionMask one_loop;
  one_loop.kinds = 1u << static_cast<int>(ActionKind::kInterchange);
  one_loop.num_loops = 1;
  EXPECT_THAT(ErrorOf(FromProto(ToProto(one_loop))), HasSubstr("interchange of 1"));
  ActionMask no_mode = ExampleMask();
  no_mode.modes = 0;
  EXPECT_THAT(ErrorOf(FromProto(ToProto(no_mode))), HasSubstr("without a mode"));
}

TEST(ObservationProtoTest, ComesBackAsItWas) {
  const Observation observation = ExampleObservation();
  const absl::StatusOr<Observation> back = FromProto(ToProto(observation));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->kinds, observation.kinds);
  EXPECT_EQ(back->features, observation.features);
}

TEST(ObservationProtoTest, AcceptsNoTokensOnlyWithAnEmptyMask) {
  EXPECT_TRUE(FromProto(ToProto(Observation())).ok());
  Observation observation;
  observation.mask = ExampleMask();
  EXPECT_THAT(ErrorOf(FromProto(ToProto(observation))), HasSubstr("no tokens"));
}

TEST(ObservationProtoTest, RefusesFeaturesThatAreNotFinite) {
  Observation observation = ExampleObservation();
  observation.features[kTokenWidth + 3] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT(ErrorOf(FromProto(ToProto(observation))),
              HasSubstr("feature 3 of token 1 is not finite"));
}

TEST(ObservationProtoTest, RefusesTooManyTokensAndRowsThatDoNotFit) {
  Observation many = ExampleObservation();
  many.kinds.resize(kMaxTokens + 1, TokenKind::kOperand);
  many.features.resize((kMaxTokens + 1) * kTokenWidth);
  EXPECT_THAT(ErrorOf(FromProto(ToProto(many))), HasSubstr("49 tokens; at most 48"));
  Observation ragged = ExampleObservation();
  ragged.features.pop_back();
  EXPECT_THAT(ErrorOf(FromProto(ToProto(ragged))), HasSubstr("255 features for 4"));
}

TEST(ObservationProtoTest, RefusesAMaskWithMoreLoopsThanLoopTokens) {
  Observation observation = ExampleObservation();
  observation.kinds[2] = TokenKind::kOperand;
  EXPECT_THAT(ErrorOf(FromProto(ToProto(observation))),
              HasSubstr("token 2 is not that of loop 1"));
}

TEST(MeasurementProtoTest, InterferenceAndConfirmationTravel) {
  Measurement sent = ExampleTrajectory(1).measurement;
  sent.rejected_samples = 9;
  sent.rejections = {1, 2, 3, 4};
  sent.disturbed = true;
  sent.cpu_pressure = 0.5;
  sent.page_faults = 3;
  sent.earlier_samples = {3e-6, 2e-6};
  sent.confirmation = Confirmation{1e-3, 2e-3, 2, 16, 15, true};
  const Measurement back = FromProto(ToProto(sent)).value();
  EXPECT_EQ(back.rejected_samples, 9);
  EXPECT_EQ(back.rejections, sent.rejections);
  EXPECT_TRUE(back.disturbed);
  EXPECT_EQ(back.cpu_pressure, 0.5);
  EXPECT_EQ(back.page_faults, 3);
  EXPECT_EQ(back.earlier_samples, sent.earlier_samples);
  ASSERT_TRUE(back.confirmation.has_value());
  EXPECT_EQ(back.confirmation->seconds, 1e-3);
  EXPECT_EQ(back.confirmation->previous_seconds, 2e-3);
  EXPECT_EQ(back.confirmation->ratio, 2);
  EXPECT_EQ(back.confirmation->pairs, 16);
  EXPECT_EQ(back.confirmation->pairs_won, 15);
  EXPECT_TRUE(back.confirmation->faster);
}

TEST(MeasurementProtoTest, RefusesInterferenceAndConfirmationsThatCannotBe) {
  Measurement measurement = ExampleTrajectory(1).measurement;
  measurement.confirmation = Confirmation{1e-3, 2e-3, 2, 16, 17, true};
  EXPECT_FALSE(FromProto(ToProto(measurement)).ok());
  measurement.confirmation = Confirmation{1e-3, 0, 2, 16, 15, true};
  EXPECT_FALSE(FromProto(ToProto(measurement)).ok());
  measurement.confirmation.reset();
  measurement.cpu_pressure = 1.5;
  EXPECT_FALSE(FromProto(ToProto(measurement)).ok());
  measurement.cpu_pressure = 0;
  measurement.rejected_samples = 1;
  measurement.rejections = {2, 0, 0, 0};
  EXPECT_FALSE(FromProto(ToProto(measurement)).ok());
}

TEST(MeasurementProtoTest, RefusesTimesThatCannotBe) {
  Measurement measurement = ExampleTrajectory(1).measurement;
  measurement.compile_seconds = -1;
  EXPECT_THAT(ErrorOf(FromProto(ToProto(measurement))), HasSubstr("compile_seconds"));
  measurement = ExampleTrajectory(1).measurement;
  measurement.seconds = std::numeric_limits<double>::infinity();
  EXPECT_THAT(ErrorOf(FromProto(ToProto(measurement))), HasSubstr("seconds is inf"));
}

TEST(MeasurementProtoTest, RefusesAFailureWithATimeAndASuccessWithout) {
  Measurement measurement = ExampleTrajectory(1).measurement;
  measurement.outcome = Outcome::kWrongResult;
  EXPECT_THAT(ErrorOf(FromProto(ToProto(measurement))),
              HasSubstr("outcome wrong_result with"));
  measurement.outcome = Outcome::kOk;
  measurement.seconds = 0;
  EXPECT_THAT(ErrorOf(FromProto(ToProto(measurement))), HasSubstr("outcome ok with 0"));
}

TEST(MeasurementProtoTest, ALongMessageOfAnyBytesTravelsCutOffAndPrintable) {
  Measurement measurement = ExampleTrajectory(1).measurement;
  measurement.message = "\xff\xfe" + std::string(2 * kMaxMessageBytes, 'x');
  measurement.samples.assign(2 * kMaxSamples, 1e-6);
  v1::Measurement parsed;
  ASSERT_TRUE(parsed.ParseFromString(ToProto(measurement).SerializeAsString()));
  const absl::StatusOr<Measurement> back = FromProto(parsed);
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->message.size(), static_cast<size_t>(kMaxMessageBytes));
  EXPECT_EQ(back->message.substr(0, 3), "??x");
  EXPECT_EQ(back->samples.size(), static_cast<size_t>(kMaxSamples));
}

}  // namespace
}  // namespace weft
