// Events live.
#include "api/live.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "api/testing/events_fixture.h"

namespace herald::api {
namespace {

using testing::Client;
using ::testing::ElementsAre;
using testing::Events;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Reply;

class LiveStream : public Events {
 protected:
  std::unique_ptr<Client> open(const std::string& query, const std::string& headers = {}) {
    auto client = std::make_unique<Client>(server_->port());
    client->send("GET /v1/events/stream" + query + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n");
    EXPECT_THAT(client->read_until("\r\n\r\n"), HasSubstr("Content-Type: text/event-stream\r\n"));
    return client;
  }
  static std::string next(Client& client) { return client.read_until("\n\n"); }
  std::string frame(std::uint64_t sequence) {
    const auto log = log_->read();
    const auto bytes = *log.event(Sequence(sequence));
    return live_frame(Sequence(sequence), registry::decode_envelope(bytes)->type, bytes);
  }
};

TEST_F(LiveStream, BeginsWhereItIsTold) {
  const auto stream = open("?after=6");
  EXPECT_EQ(next(*stream), live_heartbeat(Sequence(6)));
  EXPECT_EQ(next(*stream), frame(7));
  EXPECT_EQ(next(*stream), frame(8));
}

TEST_F(LiveStream, BeginsNowWhenItIsNotTold) {
  const auto stream = open("");
  EXPECT_EQ(next(*stream), live_heartbeat(Sequence(8)));
  given_model("next");
  EXPECT_EQ(next(*stream), frame(9));
}

TEST_F(LiveStream, GoesOnWhereTheCallerWas) {
  const auto stream = open("?after=1", "Last-Event-ID: 7\r\n");
  EXPECT_EQ(next(*stream), live_heartbeat(Sequence(7)));
  EXPECT_EQ(next(*stream), frame(8));
}

TEST_F(LiveStream, ShowsWhatPassesTheFilter) {
  const auto stream = open("?after=0&type=alias.*&model=churn");
  next(*stream);
  EXPECT_EQ(next(*stream), frame(7));
  EXPECT_EQ(next(*stream), frame(8));
  ask("PUT", "/v1/models/fraud/aliases/production", R"({"version":1})");
  ask("PUT", "/v1/models/churn/aliases/production", R"({"version":1})");
  EXPECT_EQ(next(*stream), frame(10));
}

TEST_F(LiveStream, AdvancesTheIdPastWhatItPassedOver) {
  start({.heartbeat = std::chrono::milliseconds(50)});
  const auto stream = open("?after=0&type=comment.added");
  EXPECT_EQ(next(*stream), live_heartbeat(Sequence(0)));
  EXPECT_EQ(next(*stream), live_heartbeat(Sequence(8)));
}

TEST_F(LiveStream, TakesMoreThanASlice) {
  for (int i = 0; i < 600; ++i) {
    recorder::Submission submission;
    registry::ChangeTags tags;
    tags.registry = registry::RegistryName::trusted("models");
    tags.model = registry::ModelName::trusted("churn");
    tags.tags["n"] = std::to_string(i);
    submission.command = tags;
    ASSERT_TRUE(recorder_->record(std::move(submission)));
  }
  const auto stream = open("?after=8");
  next(*stream);
  for (std::uint64_t sequence = 9; sequence <= 608; ++sequence) ASSERT_EQ(next(*stream), frame(sequence));
}

TEST_F(LiveStream, CatchesUpWithFewOfManyInOneSlice) {
  tag_many_times(10);
  const Sight sight(everybody_, *head_);
  const auto slice =
      read_live_slice(Timelines(*views_, *log_), of_type("alias.*"), sight, Sequence(0), Sequence(last()))
          .value();
  EXPECT_EQ(slice.frames, frame(7) + frame(8));
  EXPECT_EQ(slice.position, Sequence(last())) << "what lies between was not looked at";
  const auto stream = open("?after=0&type=alias.*");
  next(*stream);
  EXPECT_EQ(next(*stream), frame(7));
  EXPECT_EQ(next(*stream), frame(8));
}

TEST_F(LiveStream, IsBrokenOffAtDamageAndTheServersLogSaysWhere) {
  tag_many_times(10);
  start_with_an_emptied_log();
  const auto stream = open("?after=0&type=alias.*");
  EXPECT_EQ(next(*stream), live_heartbeat(Sequence(0)));
  EXPECT_TRUE(stream->ended());
  EXPECT_THAT(
      server_log_.errors(),
      ::testing::Contains(HasSubstr("a live stream ends behind event 0: the views name event 7, which the "
                                    "log does not hold: run herald fsck")));
}

TEST_F(LiveStream, EndsWhereItIsTold) {
  const auto stream = open("?after=2&before=5");
  next(*stream);
  EXPECT_EQ(next(*stream), frame(3));
  EXPECT_EQ(next(*stream), frame(4));
  EXPECT_TRUE(stream->ended());
  EXPECT_EQ(open("?after=0&before=0")->read_until("nothing"), live_heartbeat(Sequence(0)));
  const auto past = open("?since=2001-01-01T00:00:00Z&until=" + get("/v1/events/1").at("time"));
  EXPECT_THAT(past->read_until("nothing that comes"), HasSubstr(frame(1)));
}

TEST_F(LiveStream, BeginsAtATimeAndShowsOnlyReasonsThatFit) {
  const auto stream = open("?since=2001-01-01T00:00:00Z&reason=recall");
  next(*stream);
  EXPECT_EQ(next(*stream), frame(8));
}

TEST_F(LiveStream, RefusesAnEndThatIsATimeToCome) {
  const Reply reply = get("/v1/events/stream?until=2999-01-01T00:00:00Z");
  EXPECT_EQ(reply.status, 422u);
  EXPECT_EQ(reply.at("field"), "until");
}

TEST_F(LiveStream, WakesEveryListener) {
  std::vector<std::unique_ptr<Client>> streams;
  for (int i = 0; i < 20; ++i) {
    streams.push_back(open(""));
    next(*streams.back());
  }
  given_model("next");
  for (const auto& stream : streams) EXPECT_EQ(next(*stream), frame(9));
}

TEST_F(LiveStream, EndsWithTheServer) {
  const auto stream = open("");
  next(*stream);
  server_->stop();
  EXPECT_TRUE(stream->ended());
}

TEST_F(LiveStream, WakesListenersOnEveryThread) {
  start({.threads = 3});
  std::vector<std::unique_ptr<Client>> streams;
  for (int i = 0; i < 9; ++i) {
    streams.push_back(open(""));
    next(*streams.back());
  }
  given_model("next");
  for (const auto& stream : streams) EXPECT_EQ(next(*stream), frame(9));
  server_->stop();
  for (const auto& stream : streams) EXPECT_TRUE(stream->ended());
}

TEST_F(LiveStream, IsLimitedInNumber) {
  errors_are_meant();
  std::vector<std::unique_ptr<Client>> streams;
  for (std::size_t i = 0; i < limits::kMaxLiveStreams; ++i) {
    streams.push_back(open("?type=comment.added"));
    next(*streams.back());
  }
  const Reply refused = get("/v1/events/stream");
  EXPECT_EQ(refused.status, 503u);
  EXPECT_EQ(refused.at("code"), "busy");
  EXPECT_EQ(refused.header("retry-after"), "1");
}

TEST_F(LiveStream, RefusesANumberBeyondTheLog) {
  const Reply reply = get("/v1/events/stream", "Last-Event-ID: 9999\r\n");
  EXPECT_EQ(reply.status, 422u);
  EXPECT_EQ(reply.at("field"), "Last-Event-ID");
  EXPECT_EQ(get("/v1/events/stream?after=x").at("field"), "after");
  EXPECT_EQ(get("/v1/events/stream?type=nothing.ever").at("field"), "type");
  EXPECT_EQ(ask("HEAD", "/v1/events/stream").status, 405u);
}

TEST(LiveFrames, AreWhatEventSourcesRead) {
  EXPECT_EQ(live_frame(Sequence(7), "alias.assigned", R"({"a":1})"),
            "id: 7\nevent: alias.assigned\ndata: {\"a\":1}\n\n");
  EXPECT_EQ(live_heartbeat(Sequence(7)), "id: 7\n: heartbeat\n\n");
}

}  // namespace
}  // namespace herald::api
