// Events as lines.
#include "api/export.h"

#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "api/testing/events_fixture.h"
#include "base/testing/sanitized.h"

namespace herald::api {
namespace {

using testing::Client;
using testing::Events;
using ::testing::HasSubstr;
using testing::Reply;

// Takes the header, and is gone.
class WireOfWhoWentAway final : public Wire {
 public:
  Task<Result<std::string>> read_body(std::size_t) override { co_return std::string(); }
  void allow_slow_body() override {}
  void add_header_lines(std::string) override {}
  Task<> send(const Answer&) override { co_return; }
  Task<bool> begin(const Answer&, std::optional<std::uint64_t>) override { co_return true; }
  Task<bool> write(std::string_view) override { co_return true; }
  Task<bool> begin_chunks(const Answer&) override {
    begun = true;
    co_return true;
  }
  Task<bool> write_chunk(std::string_view) override {
    ++chunks;
    co_return true;
  }
  bool is_gone() override { return true; }
  void break_off() override {}

  bool begun = false;
  int chunks = 0;
};

class AnExport : public testing::ServerTest {};

TEST_F(AnExport, LooksForEventsNoLongerThanSomebodyWaits) {
  Services services(parts(), {});
  std::string allowed;
  const Found found = services.router.find(Method::get, "/v1/events/export", allowed).value();
  const Query query = Query::parse("").value();
  const Request request;
  const Caller everybody{registry::Actor::anonymous("http"), registry::Access::unlimited()};
  const Call call{everybody,           services, request, *found.route, found.path, query,
                  "/v1/events/export", Uuid(),   {}};
  EventFilter of_none;
  of_none.reason = "said nowhere";
  WireOfWhoWentAway wire;
  asio::io_context loop(1);
  Workers workers(1, 1);
  const WorkersOf pool(workers, "");
  asio::co_spawn(loop.get_executor(),
                 send_export(call, Export{of_none, Sequence(0), Sequence(last())}, pool, wire),
                 asio::detached);
  loop.run();
  workers.join();
  EXPECT_TRUE(wire.begun);
  EXPECT_EQ(wire.chunks, 0) << "the end would be another's";
}

class ExportedEvents : public Events {
 protected:
  std::string lines_of(std::initializer_list<std::uint64_t> sequences) {
    std::string lines;
    for (const std::uint64_t sequence : sequences)
      lines += std::string(*log_->read().event(Sequence(sequence))) + "\n";
    return lines;
  }
};

TEST_F(ExportedEvents, AreTheBytesOfTheLogOneALine) {
  const Reply all = get("/v1/events/export");
  EXPECT_EQ(all.status, 200u);
  EXPECT_EQ(all.header("content-type"), "application/x-ndjson");
  EXPECT_EQ(all.header("herald-sequence"), "8");
  EXPECT_TRUE(all.complete);
  EXPECT_EQ(all.body, lines_of({1, 2, 3, 4, 5, 6, 7, 8}));
}

TEST_F(ExportedEvents, AreChosenAsInLists) {
  EXPECT_EQ(get("/v1/events/export?after=6").body, lines_of({7, 8}));
  EXPECT_EQ(get("/v1/events/export?after=8").body, "");
  EXPECT_EQ(get("/v1/events/export?before=0").body, "");
  EXPECT_EQ(get("/v1/events/export?before=3").body, lines_of({1, 2}));
  EXPECT_EQ(get("/v1/events/export?type=alias.*&reason=better").body, lines_of({8}));
  EXPECT_EQ(get("/v1/events/export?model=fraud").body, lines_of({5, 6}));
  EXPECT_EQ(get("/v1/events/export?until=2001-01-01T00:00:00Z").body, "");
  EXPECT_EQ(get("/v1/events/export?after=9999").at("field"), "after");
  EXPECT_EQ(get("/v1/events/export?reason=").at("field"), "reason");
}

TEST_F(ExportedEvents, LeaveTheConnectionOpenForTheNextRequest) {
  Client client(server_->port());
  EXPECT_EQ(client.request("GET", "/v1/events/export?after=7").body, lines_of({8}));
  EXPECT_EQ(client.request("HEAD", "/v1/events/export").header("herald-sequence"), "8");
  EXPECT_EQ(client.request("GET", "/v1/events/export?after=7").body, lines_of({8}));
}

TEST_F(ExportedEvents, GoToOldHttpUpToTheEndOfTheConnection) {
  Client client(server_->port());
  client.send("GET /v1/events/export?after=7 HTTP/1.0\r\nHost: localhost\r\n\r\n");
  client.read_until("\r\n\r\n");
  EXPECT_EQ(client.read_until("nothing that comes"), lines_of({8}));
}

TEST_F(ExportedEvents, ArePulledInSlicesHoweverManyThereAre) {
  record_large_events(400);
  const Sight sight(everybody_, *head_);
  const auto slice =
      read_export_slice(Timelines(*views_, *log_), {}, sight, Sequence(0), Sequence(last())).value();
  EXPECT_LT(slice.lines.size(), 300u << 10);
  std::string expected;
  log_->read().scan(Sequence(1), [&](Sequence, std::string_view bytes) {
    expected += std::string(bytes) + "\n";
    return true;
  });
  EXPECT_GT(expected.size(), 6u << 20);
  const Reply all = get("/v1/events/export");
  EXPECT_TRUE(all.complete);
  EXPECT_TRUE(all.body == expected) << all.body.size() << " of " << expected.size() << " bytes";
}

TEST_F(ExportedEvents, ThatAreFewOfManyAreOneSlice) {
  tag_many_times(herald::testing::kSanitized ? 20 : 70);
  const Sight sight(everybody_, *head_);
  const auto slice =
      read_export_slice(Timelines(*views_, *log_), of_type("alias.*"), sight, Sequence(0), Sequence(last()))
          .value();
  EXPECT_EQ(slice.lines, lines_of({7, 8}));
  EXPECT_EQ(slice.position, Sequence(last())) << "what lies between was not looked at";
}

TEST_F(ExportedEvents, AreBrokenOffAtDamageAndTheServersLogSaysWhere) {
  start_with_an_emptied_log();
  EXPECT_FALSE(get("/v1/events/export?type=alias.*").complete);
  EXPECT_FALSE(get("/v1/events/export").complete);
  EXPECT_THAT(server_log_.errors(),
              ElementsAre(HasSubstr("an export ends behind event 0: the views name event 7, which the log "
                                    "does not hold: run herald fsck"),
                          HasSubstr("an export ends behind event 0: the log holds less than its end says")));
}

}  // namespace
}  // namespace herald::api
