// What happens at the bounds that only many requests or large content reach: given smaller ones where the server takes them.
#include <gmock/gmock.h>

#include "api/denials.h"
#include "api/testing/locked_server.h"
#include "api/testing/moved_clock.h"
#include "registry/event.h"

namespace herald::api {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::Client;
using ::testing::HasSubstr;
using testing::kClaimCode;
using testing::MovedClock;
using ::testing::Not;
using testing::Reply;

// ---- callers ----

class CallersThatAreKept : public testing::LockedServerTest {
 protected:
  void start_with(std::size_t callers) {
    server_.reset();
    Options options{.port = 0};
    options.callers_kept = callers;
    server_ = HttpServer::start(parts(clock_), std::move(options)).value();
  }
  void comes(const std::string& who) {
    ASSERT_EQ(as(who, "GET", "/v1/me").status, 200u);
    ASSERT_TRUE(work_->run([](lmdb::WriteTxn&, const work::Tables&) -> Result<void> { return {}; }))
        << "what was noted before is written";
  }
  // When the token was last used, as far as that was noted.
  std::string noted_of(const std::string& who) {
    return as("root", "GET", "/v1/tokens?principal=" + who).at("items.0.last_used");
  }
  MovedClock clock_;
};

TEST_F(CallersThatAreKept, HaveTheirUseNotedOnceInAWhile) {
  given_user("ada");
  start_with(limits::kMaxCallersKept);
  comes("ada");
  const std::string first = noted_of("ada");
  EXPECT_FALSE(first.empty());
  clock_.move(limits::kTokenUseNoted - seconds(20));
  comes("ada");
  EXPECT_EQ(noted_of("ada"), first);
  clock_.move(seconds(20));
  comes("ada");
  EXPECT_NE(noted_of("ada"), first);
}

TEST_F(CallersThatAreKept, AreForgottenWhenTheyAreTooManyAndLookedUpAnew) {
  EXPECT_EQ(Options{}.callers_kept, limits::kMaxCallersKept);
  for (const char* name : {"ada", "bob", "eve"}) given_user(name);
  start_with(3);
  comes("ada");
  const std::string first = noted_of("ada");  // root asks
  clock_.move(limits::kTokenUseNoted / 2);
  comes("bob");
  comes("ada");
  EXPECT_EQ(noted_of("ada"), first) << "three are kept: ada, root, bob";
  comes("eve");
  comes("ada");
  EXPECT_NE(noted_of("ada"), first) << "with the fourth all were forgotten";
  for (const char* name : {"ada", "bob", "eve"}) comes(name);
}

// ---- refusals ----

class CountedDenials : public testing::ServerTest {};

TEST_F(CountedDenials, BeyondANumberOfKindsAreCountedAsOne) {
  const Parts given = parts();
  Denials denials(given, limits::kDenialsCounted);
  for (std::size_t i = 0; i < limits::kMaxDenialsCounted + 3; ++i)
    denials.count("actor " + std::to_string(i), {"write"});
  denials.count("actor 0", {"write"});
  denials.stop();
  std::map<std::string, std::uint64_t> counts;
  log_->read().scan(Sequence(1), [&](Sequence, std::string_view bytes) {
    const auto event = registry::decode(bytes).value();
    if (const auto* denied = std::get_if<registry::AccessDenied>(&event.payload))
      counts[denied->actor] = denied->count;
    return true;
  });
  EXPECT_EQ(counts.size(), limits::kMaxDenialsCounted + 1);
  EXPECT_EQ(counts["others"], 3u);
  EXPECT_EQ(counts["actor 0"], 2u);
}

// ---- pages that end early ----

class PagesOfFewEvents : public testing::ServerTest {
 protected:
  static constexpr std::size_t kScanned = 5;
  void SetUp() override {
    ServerTest::SetUp();
    server_.reset();
    Options options{.port = 0};
    options.events_scanned = kScanned;
    start(std::move(options));
  }
  // How many events all pages have; each but the last says that there is more. `pages`: how many those are.
  std::size_t all_of(const std::string& target, std::size_t& pages) {
    std::size_t found = 0;
    std::string next;
    for (pages = 1;; ++pages) {
      const Reply page = get(target + (next.empty() ? "" : "&cursor=" + next));
      EXPECT_EQ(page.status, 200u) << page.body;
      found += page.items();
      next = page.at("next");
      if (next.empty() || pages > 1'000) return found;
    }
  }
};

TEST_F(PagesOfFewEvents, EndAfterANumberThatIsNotShownAndTheNextGoesOn) {
  EXPECT_EQ(Options{}.events_scanned, limits::kMaxEventsScanned);
  given_model("churn");
  for (int i = 0; i < 12; ++i) {
    const std::string reason = i == 11 ? "recall" : "nightly";
    ASSERT_LT(ask("PATCH", "/v1/models/churn",
                  R"({"description":")" + std::to_string(i) + R"(","reason":")" + reason + "\"}")
                  .status,
              300u);
  }
  std::size_t pages = 0;
  EXPECT_EQ(get("/v1/events?reason=recall").items(), 0u) << "none among the first";
  EXPECT_EQ(all_of("/v1/events?reason=recall", pages), 1u);
  EXPECT_GE(pages, 12 / kScanned);
  EXPECT_EQ(all_of("/v1/events?reason=recall&order=desc", pages), 1u);
  EXPECT_EQ(get("/v1/events?reason=recall&order=desc").items(), 1u) << "the newest";
}

// ---- content ----

class LargeContent : public testing::ServerTest {
 protected:
  void SetUp() override {
    ServerTest::SetUp();
    given_model("churn", 2);
  }
  Reply evaluates(int version, const std::string& kind, const std::string& content) {
    return ask("POST", "/v1/models/churn/versions/" + std::to_string(version) + "/evaluations",
               R"({"files":[{"name":"result","kind":")" + kind +
                   R"(","media_type":"application/json","digest":"sha256:)" + put_blob(content) + R"("}]})");
  }
};

TEST_F(LargeContent, OfAManifestIsRefusedBeforeItIsRead) {
  const auto announced = [&](std::size_t bytes) {
    Client client(server_->port());
    client.send(
        "POST /v1/artifacts HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        "Content-Length: " +
        std::to_string(bytes) + "\r\n\r\n{}");
    client.finish_sending();
    return client.read_reply();
  };
  EXPECT_EQ(announced(limits::kMaxManifestBytes + 1).at("code"), "too-large");
  EXPECT_EQ(announced(limits::kMaxManifestBytes).at("code"), "malformed") << "it is read, and ends too early";
}

TEST_F(LargeContent, OfListsOfFilesIsNotComparedAndSaysSo) {
  const std::string list(limits::kMaxManifestBytes + 1, ' ');
  const std::string hex = put_blob(list);
  recorder::Submission submission;
  const registry::ArtifactId id(random_ids().next(system_clock().now()));
  submission.command = registry::CommitArtifact{
      id, registry::Label::trusted("weights"), registry::Label::trusted("model"), sha256(list), 1, 10};
  ASSERT_TRUE(recorder_->record(std::move(submission)));
  EXPECT_EQ(get("/v1/models/churn/compare?versions=1,2").at("truncated"), "false");
  ASSERT_LT(ask("PUT", "/v1/models/churn/versions/1/artifacts/" + id.str()).status, 300u);
  const Reply compared = get("/v1/models/churn/compare?versions=1,2");
  EXPECT_EQ(compared.at("truncated"), "true") << compared.body;
  EXPECT_THAT(compared.body, HasSubstr(hex)) << "the list is told by its digest";
}

TEST_F(LargeContent, OfATableIsRefused) {
  EXPECT_EQ(evaluates(1, "table", std::string(limits::kMaxResultBytes, ' ')).at("code"), "invalid-value")
      << "it is looked at, and is none";
  const Reply refused = evaluates(1, "table", std::string(limits::kMaxResultBytes + 1, ' '));
  EXPECT_EQ(refused.status, 413u);
  EXPECT_EQ(refused.at("field"), "files[0].digest");
}

TEST_F(LargeContent, OfAMatrixIsComparedByItsDigestAlone) {
  const auto matrix = [](std::size_t bytes, int count) {
    std::string text = R"({"labels":["no","yes"],"counts":[[)" + std::to_string(count) + ",3],[5,40]]}";
    text.resize(bytes, ' ');
    return text;
  };
  const auto compared = [&] { return get("/v1/models/churn/compare/evaluations?versions=1,2").body; };
  ASSERT_EQ(evaluates(1, "confusion_matrix", matrix(limits::kMaxComparedMatrixBytes, 1)).status, 201u);
  ASSERT_EQ(evaluates(2, "confusion_matrix", matrix(limits::kMaxComparedMatrixBytes, 2)).status, 201u);
  EXPECT_THAT(compared(), HasSubstr(R"("cell":["no","no"])"));
  ASSERT_EQ(evaluates(1, "confusion_matrix", matrix(limits::kMaxComparedMatrixBytes + 1, 1)).status, 201u);
  ASSERT_EQ(evaluates(2, "confusion_matrix", matrix(limits::kMaxComparedMatrixBytes + 1, 2)).status, 201u);
  EXPECT_THAT(compared(), Not(HasSubstr(R"("cell":["no","no"])")));
  EXPECT_THAT(compared(), HasSubstr("file result")) << "that they differ";
}

}  // namespace
}  // namespace herald::api
