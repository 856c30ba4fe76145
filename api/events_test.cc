// Events as lists, and one by one.
#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "api/export.h"
#include "api/live.h"
#include "api/testing/events_fixture.h"

namespace herald::api {
namespace {

using testing::Client;
using ::testing::ElementsAre;
using testing::Events;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Reply;

TEST_F(Events, AreListedAsTheyWereRecorded) {
  std::string expected = R"({"items":[)";
  log_->read().scan(Sequence(1), [&](Sequence, std::string_view bytes) {
    expected += (expected.back() == '[' ? "" : ",") + std::string(bytes);
    return true;
  });
  EXPECT_EQ(get("/v1/events").body, expected + "]}");
}

TEST_F(Events, AreChosenByWhatTheyAre) {
  EXPECT_THAT(sequences(""), ElementsAre(1, 2, 3, 4, 5, 6, 7, 8));
  EXPECT_THAT(sequences("type=alias.*"), ElementsAre(7, 8));
  EXPECT_THAT(sequences("type=model.registered,alias.assigned&order=desc"), ElementsAre(8, 7, 5, 2));
  EXPECT_THAT(sequences("model=churn"), ElementsAre(2, 3, 4, 7, 8));
  EXPECT_THAT(sequences("model=models/fraud&order=desc"), ElementsAre(6, 5));
  EXPECT_THAT(sequences("model=churn&type=version.*&order=desc"), ElementsAre(4, 3));
  EXPECT_THAT(sequences("after=6"), ElementsAre(7, 8));
  EXPECT_THAT(sequences("before=3"), ElementsAre(1, 2));
  EXPECT_THAT(sequences("after=2&before=5&order=desc"), ElementsAre(4, 3));
  EXPECT_THAT(sequences("before=0"), ElementsAre());
  EXPECT_THAT(sequences("after=8"), ElementsAre());
  EXPECT_THAT(sequences("actor=system"), ElementsAre(1));
  EXPECT_THAT(sequences("subject=" + get("/v1/events/8").at("subject")), ElementsAre(2, 7, 8));
  EXPECT_THAT(sequences("correlation=" + get("/v1/events/8").at("correlationid")), ElementsAre(8));
  EXPECT_THAT(sequences("reason=better"), ElementsAre(8));
  EXPECT_THAT(sequences("reason=RECALL&type=alias.*&model=churn"), ElementsAre(8));
  EXPECT_THAT(sequences("reason=worse"), ElementsAre());
  EXPECT_THAT(sequences("since=2001-01-01T00:00:00Z"), ElementsAre(1, 2, 3, 4, 5, 6, 7, 8));
  EXPECT_THAT(sequences("until=2001-01-01T00:00:00Z"), ElementsAre());
  EXPECT_EQ(sequences("since=" + get("/v1/events/8").at("time")).back(), 8);
}

TEST_F(Events, ComeInPages) {
  for (const char* query : {"limit=1", "limit=3", "limit=8", "limit=3&order=desc", "limit=1&model=churn",
                            "limit=2&type=alias.*"}) {
    std::string whole(query);
    whole.replace(whole.find("limit="), 7, "limit=1000");
    EXPECT_EQ(sequences(query), sequences(whole)) << query;
  }
  EXPECT_EQ(get("/v1/events?limit=8").at("next"), "") << "nothing comes after a page that holds the last";
  EXPECT_EQ(get("/v1/events?limit=2&type=alias.*").at("next"), "");
}

TEST_F(Events, HaveNoTraceWhereTheRequestHasTwo) {
  const std::string trace = "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n";
  EXPECT_EQ(ask("POST", "/v1/models", R"({"name":"traced"})", trace + trace).status, 201u);
  EXPECT_EQ(get("/v1/events/" + std::to_string(last())).at("traceparent"), "");
}

TEST_F(Events, RefuseACursorOfAnotherFilterOrOrder) {
  const std::string query = "limit=1&model=churn";
  const std::string cursor = get("/v1/events?" + query).at("next");
  ASSERT_NE(cursor, "");
  EXPECT_EQ(get("/v1/events?" + query + "&cursor=" + cursor).items(), 1u);
  for (const char* same : {"limit=2&model=churn", "model=churn&limit=1"})
    EXPECT_EQ(get("/v1/events?" + std::string(same) + "&cursor=" + cursor).status, 200u) << same;
  for (const std::string& other :
       {std::string("limit=1"), query + "&order=desc", query + "&type=alias.*", query + "&actor=me",
        query + "&reason=x", query + "&after=1", query + "&before=8", query + "&since=2020-01-01T00:00:00Z",
        query + "&until=2999-01-01T00:00:00Z", query + "&subject=registries/x",
        query + "&correlation=0190a8b0-0000-7000-8000-00000000000a"}) {
    const Reply reply = get("/v1/events?" + other + "&cursor=" + cursor);
    EXPECT_EQ(reply.status, 422u) << other << reply.body;
    EXPECT_EQ(reply.at("field"), "cursor") << other;
  }
}

TEST_F(Events, AreRefusedFilters) {
  const std::pair<const char*, const char*> rows[] = {{"type=nothing.ever", "type"},
                                                      {"type=alias.*,", "type"},
                                                      {"model=nope", "model"},
                                                      {"model=a:b", "model"},
                                                      {"correlation=x", "correlation"},
                                                      {"correlation=", "correlation"},
                                                      {"actor=", "actor"},
                                                      {"subject=", "subject"},
                                                      {"reason=", "reason"},
                                                      {"type=", "type"},
                                                      {"model=", "model"},
                                                      {"since=yesterday", "since"},
                                                      {"until=", "until"},
                                                      {"order=up", "order"},
                                                      {"after=-1", "after"},
                                                      {"before=x", "before"}};
  for (const auto& [query, field] : rows) {
    const Reply reply = get("/v1/events?" + std::string(query));
    EXPECT_GE(reply.status, 404u) << query;
    EXPECT_LE(reply.status, 422u) << query;
    EXPECT_EQ(reply.at("field"), field) << query << reply.body;
  }
}

TEST_F(Events, AreShownOneByOne) {
  const Reply reply = get("/v1/events/7");
  EXPECT_EQ(reply.header("content-type"), "application/cloudevents+json; charset=UTF-8");
  EXPECT_EQ(reply.body, *log_->read().event(Sequence(7)));
  EXPECT_EQ(reply.at("actorvia"), "http");
}

TEST_F(Events, SayWhoAskedAndInWhichTrace) {
  const std::string trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const Reply made = ask("POST", "/v1/models", R"({"name":"traced"})",
                         "Herald-Client: cli\r\ntraceparent: " + trace + "\r\n");
  const Reply event = get("/v1/events/" + made.header("herald-sequence"));
  EXPECT_EQ(event.at("traceparent"), trace);
  EXPECT_EQ(event.at("actorvia"), "cli");
  EXPECT_EQ(event.at("correlationid"), made.header("herald-request-id"));
  ask("POST", "/v1/models", R"({"name":"untraced"})", "traceparent: nonsense\r\n");
  EXPECT_EQ(get("/v1/events/" + std::to_string(last())).at("traceparent"), "");
}

TEST_F(Events, OfOneThingAreItsHistory) {
  const Reply model = get("/v1/models/churn/history");
  ASSERT_EQ(model.items(), 5u);
  EXPECT_EQ(model.at("items.0"), get("/v1/events/8").body);
  const Reply first = get("/v1/models/churn/history?limit=2");
  EXPECT_EQ(get("/v1/models/churn/history?limit=2&cursor=" + first.at("next")).at("items.0"),
            get("/v1/events/4").body);
  EXPECT_EQ(get("/v1/models/fraud/versions/latest/history").items(), 1u);
}

TEST_F(Events, HaveSchemas) {
  const Reply list = get("/v1/schemas");
  EXPECT_GT(list.items(), 20u);
  for (std::size_t i = 0; i < list.items(); ++i)
    EXPECT_EQ(get("/v1/schemas/" + list.at("items." + std::to_string(i) + ".type")).at("type"), "object");
  EXPECT_EQ(get("/v1/schemas/envelope").at("type"), "object");
  EXPECT_EQ(get("/v1/schemas/herald.alias.assigned.v1").body, get("/v1/schemas/alias.assigned").body);
}

// ---- while others write ----

// Several threads move one alias to and fro, so that every event from 9 on belongs to it.
class EventsWhileOthersWrite : public Events {
 protected:
  static constexpr int kWriters = 3, kMoves = 250;
  void begin_writing() {
    for (int writer = 0; writer < kWriters; ++writer) writers_.emplace_back([this] { write(); });
  }
  void TearDown() override {
    for (std::thread& writer : writers_) writer.join();
    Events::TearDown();
  }
  bool writing() const { return finished_ < kWriters; }
  // Of the events on a page, in their order.
  static std::vector<std::uint64_t> sequences_on(const Reply& page) {
    std::vector<std::uint64_t> out;
    const auto document = json::Document::parse(page.body).value();
    for (const json::Value item : document.root().find("items")->elements()) {
      const auto number = item.find("sequence");
      out.push_back(number->string() ? std::stoull(std::string(*number->string()))
                                     : std::stoull(number->dump()));
    }
    return out;
  }
  static std::uint64_t claimed(const Reply& page) { return std::stoull(page.header("herald-sequence")); }
  // What a client sees that goes on where the last page's Herald-Sequence says.
  std::vector<std::uint64_t> resumed(const std::string& filter) {
    std::vector<std::uint64_t> seen;
    std::uint64_t position = 8;
    for (bool more = true; more;) {
      more = writing();
      const std::string target = "/v1/events?limit=7&after=" + std::to_string(position) + filter;
      Reply page = get(target);
      const auto take = [&] {
        for (const std::uint64_t sequence : sequences_on(page)) seen.push_back(sequence);
      };
      for (take(); !page.at("next").empty(); take()) page = get(target + "&cursor=" + page.at("next"));
      position = claimed(page);
    }
    return seen;
  }
  std::vector<std::uint64_t> recorded_from(std::uint64_t first) const {
    std::vector<std::uint64_t> all;
    for (std::uint64_t sequence = first; sequence <= last(); ++sequence) all.push_back(sequence);
    return all;
  }

 private:
  void write() {
    for (int i = 0; i < kMoves; ++i) {
      recorder::Submission submission;
      submission.command = registry::MoveAliases{
          {registry::RegistryName::trusted("models"), registry::ModelName::trusted("churn")},
          {{registry::AliasName::trusted("production"), registry::VersionNumber(1 + (i % 2)), {}}},
          {}};
      EXPECT_TRUE(recorder_->record(std::move(submission)));
    }
    ++finished_;
  }
  std::vector<std::thread> writers_;
  std::atomic<int> finished_{0};
};

TEST_F(EventsWhileOthersWrite, AreAllSeenByWhoGoesOnWhereAPageEnded) {
  begin_writing();
  const auto seen = resumed("");
  EXPECT_EQ(seen, recorded_from(9));
}

TEST_F(EventsWhileOthersWrite, AreAllSeenByWhoFiltersThem) {
  begin_writing();
  const auto seen = resumed("&type=alias.*");
  EXPECT_EQ(seen, recorded_from(9));
}

TEST_F(EventsWhileOthersWrite, OfOneModelAreAllSeenByWhoGoesOnWhereAPageEnded) {
  begin_writing();
  std::vector<std::uint64_t> seen = resumed("&model=churn");
  const auto rest = get("/v1/events?model=churn&limit=1000&after=" + std::to_string(seen.back()) +
                        "&min_sequence=" + std::to_string(last()));
  for (const std::uint64_t sequence : sequences_on(rest))
    seen.push_back(sequence);  // the views have come after
  EXPECT_EQ(seen, recorded_from(9));
}

TEST_F(EventsWhileOthersWrite, AreOnThePageUpToWhatItClaims) {
  begin_writing();
  while (writing()) {
    for (const char* target :
         {"/v1/events?order=desc&limit=3", "/v1/events?model=churn&order=desc&limit=3",
          "/v1/models/churn/history?limit=3", "/v1/models/churn/aliases/production/history?limit=3"}) {
      const Reply page = get(target);
      const auto sequences = sequences_on(page);
      ASSERT_FALSE(sequences.empty()) << target;
      const std::uint64_t newest = claimed(page);
      if (newest < 11) continue;
      EXPECT_THAT(sequences, ElementsAre(newest, newest - 1, newest - 2)) << target;
    }
  }
}

// ---- while the views are behind ----

class FilteredWhileTheViewsAreBehind : public Events {
 protected:
  void SetUp() override {
    Events::SetUp();
    stop_following();
    ask("PUT", "/v1/models/fraud/aliases/production", R"({"version":1})");                // 9
    ask("PUT", "/v1/models/churn/aliases/production", R"({"version":1,"reason":"no"})");  // 10
  }
};

TEST_F(FilteredWhileTheViewsAreBehind, AreListedUpToTheEndOfTheLog) {
  EXPECT_THAT(sequences("type=alias.*"), ElementsAre(7, 8, 9, 10));
  EXPECT_THAT(sequences("type=alias.*&order=desc&limit=3"), ElementsAre(10, 9, 8, 7));
  EXPECT_THAT(sequences("actor=anonymous&after=6&limit=1"), ElementsAre(7, 8, 9, 10));
  EXPECT_THAT(sequences("model=churn&type=alias.*&limit=2"), ElementsAre(7, 8, 10));
  EXPECT_THAT(sequences("model=churn&order=desc"), ElementsAre(10, 8, 7, 4, 3, 2));
  EXPECT_THAT(sequences("subject=" + get("/v1/events/8").at("subject")), ElementsAre(2, 7, 8, 10));
  EXPECT_THAT(sequences("correlation=" + get("/v1/events/10").at("correlationid")), ElementsAre(10));
  EXPECT_EQ(get("/v1/events?model=churn&limit=1").header("herald-sequence"), "10");
}

TEST_F(FilteredWhileTheViewsAreBehind, AreExportedAndStreamedUpToTheEndOfTheLog) {
  const Sight sight(everybody_, *head_);
  const Timelines from(*views_, *log_);
  EXPECT_EQ(from.end, Sequence(8));
  const auto lines = read_export_slice(from, of_type("alias.*"), sight, Sequence(7), Sequence(10)).value();
  EXPECT_EQ(std::count(lines.lines.begin(), lines.lines.end(), '\n'), 3);
  EXPECT_EQ(lines.position, Sequence(10));
  const auto frames = read_live_slice(from, of_type("alias.*"), sight, Sequence(7), Sequence(9)).value();
  EXPECT_THAT(frames.frames, HasSubstr("id: 8\n"));
  EXPECT_THAT(frames.frames, HasSubstr("id: 9\n"));
  EXPECT_THAT(frames.frames, Not(HasSubstr("id: 10\n")));
  EXPECT_EQ(frames.position, Sequence(9));
}
}  // namespace
}  // namespace herald::api
