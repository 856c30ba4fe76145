#include "connectors/http_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <future>

#include "base/answer.h"
#include "base/limits.h"
#include "connectors/testing/receiver.h"

namespace herald::connectors {
namespace {

using std::chrono::milliseconds;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using testing::Received;
using testing::Receiver;
using testing::Reply;
using testing::Trap;

EgressOptions quick() {
  EgressOptions options;
  options.allow = {"0.0.0.0/0", "::/0"};
  options.connect_timeout = milliseconds(5'000);
  options.total_timeout = milliseconds(10'000);
  return options;
}
EgressOptions impatient() {
  EgressOptions options = quick();
  options.total_timeout = milliseconds(300);
  return options;
}

class Client {
 public:
  explicit Client(const EgressOptions& options) : client_(Egress::make(options.allow).value(), options) {}
  HttpAnswer post(const std::string& url, std::string body = "{}") {
    std::promise<HttpAnswer> promise;
    client_.post({url, {{"content-type", "application/json"}}, std::move(body)},
                 [&](HttpAnswer answer) { promise.set_value(std::move(answer)); });
    return promise.get_future().get();
  }
  HttpClient& operator*() { return client_; }

 private:
  HttpClient client_;
};

HttpAnswer post_to(const Reply& reply, const EgressOptions& options = quick()) {
  Receiver receiver({reply});
  return Client(options).post(receiver.url());
}

TEST(HttpClient, PostsHeadersAndBodyAndReadsTheAnswer) {
  Receiver receiver({Reply::with(202, "thanks")});
  const HttpAnswer answer = Client(quick()).post(receiver.url("/hook?x=1"), R"({"a":1})");
  EXPECT_EQ(answer.status, 202u);
  EXPECT_EQ(answer.body, "thanks");
  EXPECT_EQ(answer.error_class, "");
  EXPECT_EQ(answer.target, "http://127.0.0.1:" + std::to_string(receiver.port()));
  const Received request = receiver.requests().at(0);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.target, "/hook?x=1");
  EXPECT_EQ(request.body, R"({"a":1})");
  EXPECT_EQ(request.headers.at("content-type"), "application/json");
  EXPECT_FALSE(request.headers.contains("accept-encoding"));
}

TEST(HttpClient, UsesAConnectionAgain) {
  Receiver receiver({Reply::with(200)});
  Client client(quick());
  for (int i = 0; i < 20; ++i) EXPECT_EQ(client.post(receiver.url()).status, 200u);
  EXPECT_EQ(receiver.connection_count(), 1u);
}

TEST(HttpClient, SendsAnewWhenAKeptConnectionWasClosedMeanwhile) {
  // Closed after the answer without having said so.
  Reply reply;
  reply.raw = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
  reply.then = Reply::Then::close;
  Receiver receiver({reply});
  Client client(quick());
  EXPECT_EQ(client.post(receiver.url()).status, 200u);
  EXPECT_EQ(client.post(receiver.url()).status, 200u);
}

TEST(HttpClient, HasAThousandRequestsUnderWayAtOnce) {
  constexpr std::size_t kRequests = 1'000;
  // Nobody is answered before all have asked.
  Receiver receiver([](const Received&) { return Reply::with(200, "ok"); },
                    {.hold_until = kRequests, .keep_requests = false});
  EgressOptions options = quick();
  options.total_timeout = milliseconds(60'000);
  Client client(options);
  std::vector<std::promise<HttpAnswer>> promises(kRequests);
  for (auto& promise : promises) {
    (*client).post({receiver.url(), {}, "{}"},
                   [&promise](HttpAnswer answer) { promise.set_value(std::move(answer)); });
  }
  for (auto& promise : promises) {
    const HttpAnswer answer = promise.get_future().get();
    ASSERT_EQ(answer.status, 200u) << answer.error;
    ASSERT_EQ(answer.body, "ok");
  }
  EXPECT_EQ(receiver.request_count(), kRequests);
}

TEST(HttpClient, FinishesWhatIsUnderWayBeforeItGoes) {
  Receiver receiver({Reply::with(200)});
  std::promise<HttpAnswer> promise;
  {
    Client client(quick());
    (*client).post({receiver.url(), {}, ""},
                   [&](HttpAnswer answer) { promise.set_value(std::move(answer)); });
  }
  EXPECT_EQ(promise.get_future().get().status, 200u);
}

TEST(HttpClient, CancelsWhatHasNoAnswerAndGoesOn) {
  Reply nothing;
  nothing.silent = true;
  nothing.then = Reply::Then::hang;
  Receiver silent({nothing}), other({Reply::with(200)});
  Client client(quick());
  std::future<HttpAnswer> first, second;
  (*client).post({silent.url("/first"), {}, "{}"}, answer_into(first));
  (*client).post({silent.url("/second"), {}, "{}"}, answer_into(second));
  (*client).cancel();
  EXPECT_EQ(first.get().error_class, "cancelled");
  EXPECT_EQ(second.get().error_class, "cancelled");
  EXPECT_EQ(client.post(other.url()).status, 200u);
}

TEST(HttpClient, PostsAgainFromWithinAnAnswer) {
  Receiver receiver({Reply::with(500), Reply::with(200)});
  Client client(quick());
  std::promise<std::uint32_t> second;
  (*client).post({receiver.url(), {}, ""}, [&](HttpAnswer) {
    (*client).post({receiver.url(), {}, ""}, [&](HttpAnswer answer) { second.set_value(answer.status); });
  });
  EXPECT_EQ(second.get_future().get(), 200u);
}

// ---- hostile and broken targets ----

TEST(HttpClient, DoesNotFollowRedirects) {
  Receiver elsewhere({Reply::with(200)});
  for (const int status : {301, 302, 303, 307, 308}) {
    Reply reply = Reply::with(status);
    reply.headers = {{"location", elsewhere.url()}};
    EXPECT_EQ(post_to(reply).status, static_cast<std::uint32_t>(status));
  }
  EXPECT_EQ(elsewhere.connection_count(), 0u);
}

void expect_timeout(const HttpAnswer& answer) {
  EXPECT_EQ(answer.error_class, "timeout");
  EXPECT_GE(answer.duration, milliseconds(290));
  EXPECT_LE(answer.duration, milliseconds(800));
}

TEST(HttpClient, EndsAtTheDeadlineWhenNothingIsAnswered) {
  Reply reply;
  reply.silent = true;
  reply.then = Reply::Then::hang;
  const HttpAnswer answer = post_to(reply, impatient());
  expect_timeout(answer);
  EXPECT_EQ(answer.error, "no answer within 300 ms");
}

TEST(HttpClient, EndsAtTheDeadlineWhenTheBodyStopsHalfway) {
  Reply reply;
  reply.raw = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf";
  reply.then = Reply::Then::hang;
  const HttpAnswer answer = post_to(reply, impatient());
  expect_timeout(answer);
  EXPECT_EQ(answer.error, "the answer was not whole within 300 ms");
  EXPECT_EQ(answer.body, "half");
}

TEST(HttpClient, EndsAtTheDeadlineWhenTheBodyTrickles) {
  Reply reply;
  reply.trickle = "x";
  expect_timeout(post_to(reply, impatient()));
}

TEST(HttpClient, EndsAtTheDeadlineWhenTheHeadersTrickle) {
  Reply reply;
  reply.raw = "HTTP/1.1 200 OK\r\n";
  reply.trickle = "x-filler: x\r\n";
  expect_timeout(post_to(reply, impatient()));
}

TEST(HttpClient, StopsReadingABodyWithoutEnd) {
  Reply reply;
  reply.endless = std::string(10'000, 'x');
  const HttpAnswer answer = post_to(reply);
  EXPECT_EQ(answer.error_class, "too-large");
  EXPECT_LE(answer.body.size(), limits::kMaxAnswerBytes);
}

TEST(HttpClient, ReadsABodyOfExactlyTheLimit) {
  EXPECT_EQ(post_to(Reply::with(200, std::string(limits::kMaxAnswerBytes, 'x'))).error_class, "");
  EXPECT_EQ(post_to(Reply::with(200, std::string(limits::kMaxAnswerBytes + 1, 'x'))).error_class,
            "too-large");
}

TEST(HttpClient, ReadsHeadersUpToTheLimit) {
  const std::string begin = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nx-filler: ", end = "\r\n\r\n";
  const auto of_bytes = [&](std::size_t bytes) {
    Reply reply;
    reply.raw = begin + std::string(bytes - begin.size() - end.size(), 'x') + end;
    return reply;
  };
  EXPECT_EQ(post_to(of_bytes(limits::kMaxAnswerHeaderBytes)).error_class, "");
  EXPECT_EQ(post_to(of_bytes(limits::kMaxAnswerHeaderBytes + 1)).error_class, "too-large");
}

TEST(HttpClient, StopsReadingHeadersWithoutEnd) {
  Reply many;
  many.raw = "HTTP/1.1 200 OK\r\n";
  many.endless = "x-filler: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n";
  EXPECT_EQ(post_to(many).error_class, "too-large");

  Reply one_line;
  one_line.raw = "HTTP/1.1 200 OK\r\nx-filler: ";
  one_line.endless = std::string(1'000, 'x');
  EXPECT_EQ(post_to(one_line).error_class, "too-large");

  Reply interim;
  interim.raw = "HTTP/1.1 100 Continue\r\n\r\n";
  interim.endless = "HTTP/1.1 100 Continue\r\n\r\n";
  EXPECT_EQ(post_to(interim).error_class, "too-large");
}

TEST(HttpClient, NeverDecompresses) {
  Reply reply = Reply::with(200, "\x1f\x8b not really");
  reply.headers = {{"content-encoding", "gzip"}};
  EXPECT_EQ(post_to(reply).body, "\x1f\x8b not really");
}

TEST(HttpClient, NamesWhatIsNoAnswer) {
  const auto raw = [](std::string bytes, Reply::Then then) {
    Reply reply;
    reply.raw = std::move(bytes);
    reply.then = then;
    return post_to(reply);
  };
  Reply nothing;
  nothing.silent = true;
  nothing.then = Reply::Then::close;
  EXPECT_EQ(post_to(nothing).error, "the connection was closed without an answer");
  nothing.then = Reply::Then::reset;
  EXPECT_EQ(post_to(nothing).error_class, "protocol");
  EXPECT_EQ(raw("hello, I am no web server\r\n", Reply::Then::close).error, "the answer is not HTTP/1");
  EXPECT_EQ(raw("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf", Reply::Then::close).error,
            "the answer ended before its announced length");
  EXPECT_EQ(raw("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf", Reply::Then::reset).error_class,
            "protocol");
  EXPECT_EQ(
      raw("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", Reply::Then::close).error_class,
      "protocol");
  EXPECT_EQ(raw("HTTP/1.1 banana\r\n\r\n", Reply::Then::close).error_class, "protocol");
}

TEST(HttpClient, ReadsAnAnswerOfHttp10) {
  Reply reply;
  reply.raw = "HTTP/1.0 200 OK\r\n\r\nold";
  reply.then = Reply::Then::close;
  const HttpAnswer answer = post_to(reply);
  EXPECT_EQ(answer.status, 200u);
  EXPECT_EQ(answer.body, "old");
}

TEST(HttpClient, ReportsRetryAfterOfTheFinalAnswerAlone) {
  Reply reply;
  reply.raw =
      "HTTP/1.1 103 Early Hints\r\nretry-after: 9\r\n\r\nHTTP/1.1 503 No\r\nRetry-After:  7 "
      "\r\ncontent-length: 0\r\n\r\n";
  EXPECT_EQ(post_to(reply).retry_after, "7");
  reply.raw =
      "HTTP/1.1 103 Early Hints\r\nretry-after: 9\r\n\r\nHTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n";
  EXPECT_EQ(post_to(reply).retry_after, std::nullopt);
}

TEST(HttpClient, SaysThatNobodyListens) {
  std::string url;
  { url = Receiver({Reply::with(200)}).url("/secret-path"); }
  const HttpAnswer answer = Client(quick()).post(url);
  EXPECT_EQ(answer.error_class, "connect");
  EXPECT_THAT(answer.error, HasSubstr("Connection refused"));
  EXPECT_EQ(answer.error.find("secret-path"), std::string::npos);
}

TEST(HttpClient, SaysThatANameHasNoAddress) {
  EgressOptions options = quick();
  options.connect_timeout = milliseconds(3'000);
  const HttpAnswer answer = Client(options).post("http://no-such-host.invalid/secret-path");
  // Without a name server that answers, the deadline comes first.
  EXPECT_THAT(answer.error_class, AnyOf("dns", "timeout"));
  EXPECT_EQ(answer.error.find("secret-path"), std::string::npos);
}

// ---- where it connects ----

EgressOptions resolving(std::string entry, std::vector<std::string> allow = {}) {
  EgressOptions options = quick();
  options.allow = std::move(allow);
  options.resolve = {std::move(entry)};
  return options;
}

TEST(HttpClient, RefusesANameThatLeadsInside) {
  Trap trap;
  const std::string port = std::to_string(trap.port());
  for (const char* address : {"127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "[::]",
                              "127.0.0.1,10.0.0.1,169.254.169.254", "[::ffff:127.0.0.2],127.0.0.1"}) {
    const HttpAnswer answer = Client(resolving("rebound.example:" + port + ":" + address))
                                  .post("http://rebound.example:" + port + "/");
    EXPECT_EQ(answer.error_class, "refused-address") << address << ": " << answer.error;
  }
  EXPECT_EQ(trap.caught(), 0u);
}

TEST(HttpClient, ConnectsToTheAllowedAddressAmongSeveral) {
  Receiver receiver({Reply::with(200)});
  const std::string port = std::to_string(receiver.port());
  Client client(resolving("mixed.example:" + port + ":10.0.0.1,127.0.0.1", {"127.0.0.1"}));
  EXPECT_EQ(client.post("http://mixed.example:" + port + "/").status, 200u);
}

TEST(HttpClient, ConnectsToAnAllowedHostWhereverItIs) {
  Receiver receiver({Reply::with(200)});
  const std::string port = std::to_string(receiver.port());
  Client client(resolving("inside.example:" + port + ":127.0.0.1", {"inside.example"}));
  EXPECT_EQ(client.post("http://inside.example:" + port + "/").status, 200u);
  EXPECT_EQ(client.post(receiver.url()).error_class, "refused-address");
}

TEST(HttpClient, GoesRoundTheProxyOfTheEnvironment) {
  Trap proxy;
  const std::string url = "http://127.0.0.1:" + std::to_string(proxy.port());
  for (const char* name : {"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"})
    setenv(name, url.c_str(), 1);
  EXPECT_EQ(post_to(Reply::with(200)).status, 200u);
  for (const char* name : {"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"}) unsetenv(name);
  EXPECT_EQ(proxy.caught(), 0u);
}

}  // namespace
}  // namespace herald::connectors
