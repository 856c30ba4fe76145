// An export whose caller goes away.
#include "api/export.h"

#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "api/testing/server_fixture.h"

namespace herald::api {
namespace {

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

}  // namespace
}  // namespace herald::api
