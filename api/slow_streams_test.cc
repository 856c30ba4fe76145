// Live streams whose callers take their time.
#include <gmock/gmock.h>

#include "api/testing/server_fixture.h"

namespace herald::api {
namespace {

using testing::Client;
using ::testing::HasSubstr;

// By whose heartbeats others are slow: ten a second.
class AtAPace : public testing::ServerTest {
 protected:
  void SetUp() override {
    ServerTest::SetUp();
    given_model("churn");
  }
  void start_with(std::chrono::seconds stall_timeout) {
    start({.stall_timeout = stall_timeout, .heartbeat = std::chrono::milliseconds(100)});
    pace_ = std::make_unique<Client>(server_->port());
    pace_->send("GET /v1/events/stream?after=" + std::to_string(last()) +
                " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    ASSERT_THAT(pace_->read_until("\r\n\r\n"), HasSubstr("Content-Type: text/event-stream\r\n"));
  }
  void wait_a_beat() { ASSERT_THAT(pace_->read_until("\n\n"), HasSubstr(": heartbeat\n")); }
  // The pace itself is one.
  void wait_until_live_streams_are(int count) {
    const std::string told = "herald_live_streams " + std::to_string(count) + "\n";
    for (int beat = 0; beat < 300 && get("/metrics").body.find(told) == std::string::npos; ++beat)
      wait_a_beat();
    EXPECT_THAT(get("/metrics").body, HasSubstr(told));
  }

 private:
  std::unique_ptr<Client> pace_;
};

// One that takes 100 KB five times a second: the kernel says that there is room only when a third of its buffer (some MB) is
// free, which takes such a caller longer than it is given.
TEST_F(AtAPace, KeepsACallerThatTakesALittleAtATime) {
  record_large_events(500);
  start_with(std::chrono::seconds(1));
  Client slow(server_->port(), 32 << 10);
  slow.send("GET /v1/events/stream?after=0 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  std::size_t taken = 0;
  for (int beat = 0; beat < 20; ++beat) {
    wait_a_beat();
    wait_a_beat();
    for (std::size_t now = 0; now < 100'000;) {
      const std::size_t got = slow.discard(100'000 - now);
      ASSERT_GT(got, 0u) << "it was let go after " << taken << " bytes";
      now += got;
      taken += got;
    }
  }
  EXPECT_LT(taken, 4u << 20) << "the server never had to wait for it";
  wait_until_live_streams_are(2);
}

TEST_F(AtAPace, LetsGoOfACallerThatTakesNothing) {
  record_large_events(500);
  start_with(std::chrono::seconds(1));
  Client stuck(server_->port(), 32 << 10);
  stuck.send("GET /v1/events/stream?after=0 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  wait_until_live_streams_are(2);
  wait_until_live_streams_are(1);
}

}  // namespace
}  // namespace herald::api
