// A request that is made again under its key is answered as it was, and done once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.h"
#include "recorder/testing/recorder_fixture.h"

namespace herald::recorder {
namespace {

using ::testing::HasSubstr;
using testing::Held;

class Retries : public testing::RecorderTest {
 protected:
  static void expect_same(const Recorded& retry, const Recorded& first) {
    EXPECT_TRUE(retry.replayed);
    EXPECT_EQ(retry.first, first.first);
    EXPECT_EQ(retry.last, first.last);
    EXPECT_EQ(retry.created, first.created);
    EXPECT_EQ(retry.answer, first.answer);
  }
};

TEST_F(Retries, GetTheFirstAnswerAndRecordNothing) {
  const auto command = w.register_model("churn");
  const auto first = w.record(command, "k").value();
  EXPECT_FALSE(first.replayed);
  expect_same(w.record(command, "k").value(), first);
  EXPECT_EQ(w.log->last(), Sequence(2));
}

TEST_F(Retries, GetTheFirstAnswerEvenWhenTheStateHasMovedOn) {
  ASSERT_TRUE(w.record(w.register_model("churn")));
  const auto first = w.record(w.tag("churn", "team", "growth"), "k").value();
  ASSERT_TRUE(w.record(w.tag("churn", "team", "risk")));
  expect_same(w.record(w.tag("churn", "team", "growth"), "k").value(), first);
  EXPECT_EQ(w.model("churn")->tags.at("team"), "risk");
}

TEST_F(Retries, GetTheFirstAnswerAfterARestart) {
  const auto first = w.record(w.register_model("churn"), "k").value();
  w.close();
  w.open();
  expect_same(w.record(w.register_model("churn"), "k").value(), first);
}

TEST_F(Retries, InTheSameBatchAreDoneOnce) {
  Held held(*w.recorder, w.asks(w.register_model("zero")));
  const auto batches = w.recorder->stats().batches;
  auto first = w.submit(w.asks(w.register_model("churn"), "k"));
  auto retry = w.submit(w.asks(w.register_model("churn"), "k"));
  held.let_go();
  expect_same(retry.get().value(), first.get().value());
  EXPECT_EQ(w.log->last(), Sequence(3));
  EXPECT_EQ(w.recorder->stats().batches, batches + 1);
}

TEST_F(Retries, OfSuccessfulNoOpsAreRemembered) {
  ASSERT_TRUE(w.record(w.register_model("churn")));
  ASSERT_TRUE(w.record(w.tag("churn", "team", "growth")));
  const auto nothing = w.record(w.tag("churn", "team", "growth"), "k").value();
  ASSERT_TRUE(w.record(w.tag("churn", "team", "risk")));
  const auto retry = w.record(w.tag("churn", "team", "growth"), "k").value();
  expect_same(retry, nothing);
  EXPECT_EQ(w.model("churn")->tags.at("team"), "risk") << "what changed nothing then changes nothing now";
}

TEST_F(Retries, OfRefusedRequestsAreDecidedAnew) {
  ASSERT_FALSE(w.record(w.register_version("churn"), "k"));
  ASSERT_TRUE(w.record(w.register_model("churn")));
  const auto retry = w.record(w.register_version("churn"), "k").value();
  EXPECT_FALSE(retry.replayed);
  EXPECT_TRUE(retry.created);
}

TEST_F(Retries, WithAnotherRequestUnderTheSameKeyAreRefused) {
  ASSERT_TRUE(w.record(w.register_model("churn"), "k"));
  Submission other = w.asks(w.register_model("fraud"), "k");
  other.idempotency->request = sha256("another request");
  const auto refused = w.recorder->record(other);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().cause, Cause::idempotency_mismatch);
  EXPECT_THAT(refused.error().message, HasSubstr("\"k\" was used before with another request"));
  EXPECT_FALSE(w.model("fraud"));
}

TEST_F(Retries, OfAnotherActorAreAnotherRequest) {
  ASSERT_TRUE(w.record(w.register_model("churn"), "k"));
  Submission other = w.asks(w.register_model("fraud"), "k");
  other.actor.id = "bob";
  EXPECT_FALSE(w.recorder->record(other).value().replayed);
  EXPECT_TRUE(w.model("fraud"));
}

TEST_F(Retries, AfterTheWindowAreAnsweredWhileNoOtherKeyHadTheFirstForgotten) {
  ASSERT_TRUE(w.record(w.register_model("churn"), "k"));
  w.clock.advance(2 * limits::kIdempotencyWindow);
  EXPECT_TRUE(w.record(w.register_model("churn"), "k").value().replayed);
}

TEST_F(Retries, AfterTheWindowAreNewRequests) {
  ASSERT_TRUE(w.record(w.register_model("churn"), "k"));
  w.clock.advance(limits::kIdempotencyWindow + std::chrono::milliseconds(1));
  ASSERT_TRUE(w.record(w.register_model("other"), "makes room by forgetting"));
  const auto retry = w.record(w.register_model("churn"), "k");
  ASSERT_FALSE(retry);
  EXPECT_EQ(retry.error().cause, Cause::already_exists);
}

}  // namespace
}  // namespace herald::recorder
