#include "connectors/senders.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "base/limits.h"
#include "connectors/standard_webhooks.h"
#include "connectors/testing/addresses.h"
#include "connectors/testing/receiver.h"

namespace herald::connectors {
namespace {

using automations::Outcome;
using automations::Outgoing;
using automations::Sender;
using automations::Verdict;
using registry::ActionKind;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using testing::Received;
using testing::Receiver;
using testing::Reply;
using testing::Trap;

constexpr const char* kSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

std::unique_ptr<Sender> sender_allowing(std::vector<std::string> allow) {
  EgressOptions options;
  options.allow = std::move(allow);
  options.total_timeout = std::chrono::milliseconds(5'000);
  return make_sender(options).value();
}

Outcome send(Sender& sender, Outgoing outgoing) {
  std::promise<Outcome> promise;
  sender.send(std::move(outgoing), [&](Outcome outcome) { promise.set_value(std::move(outcome)); });
  return promise.get_future().get();
}

Outgoing webhook_to(const std::string& url) {
  Outgoing outgoing;
  outgoing.delivery_id = registry::DeliveryId::trusted("01900000-0000-7000-8000-000000000001");
  outgoing.kind = ActionKind::webhook;
  outgoing.url = url;
  outgoing.body = R"({"type":"herald.alias.assigned.v1"})";
  outgoing.now = Timestamp(1'614'265'330'000);
  return outgoing;
}

Outgoing message_to(ActionKind kind, const std::string& url) {
  Outgoing outgoing = webhook_to(url);
  outgoing.kind = kind;
  outgoing.body.clear();
  outgoing.message = {.title = "production of churn moved from v3 to v4",
                      .text = "Moved by anonymous.",
                      .facts = {{"Actor", "anonymous"}},
                      .link = "https://herald.example/models/churn/versions/4"};
  return outgoing;
}

struct Sent {
  Outcome outcome;
  std::vector<Received> requests;
};

Sent send_to(const Reply& reply, Outgoing outgoing) {
  Receiver receiver({reply});
  outgoing.url = receiver.url("/services/T0/B0/topsecretpath");
  const auto sender = sender_allowing({"127.0.0.1"});
  Sent sent{send(*sender, outgoing), {}};
  sent.requests = receiver.requests();
  return sent;
}

TEST(SendWebhooks, CarryTheBodyAndStandardWebhooksHeaders) {
  Outgoing outgoing = webhook_to("");
  outgoing.signing_secret = kSecret;
  outgoing.headers = {{"authorization", "Bearer abc"}, {"x-empty", ""}};
  const Sent sent = send_to(Reply::with(204), outgoing);
  EXPECT_EQ(sent.outcome.verdict, Verdict::delivered);
  EXPECT_EQ(sent.outcome.status, 204u);
  EXPECT_EQ(sent.outcome.request_body, outgoing.body);

  const Received& request = sent.requests.at(0);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.body, outgoing.body);
  EXPECT_EQ(request.headers.at("content-type"), "application/json");
  EXPECT_EQ(request.headers.at("user-agent"), "Herald/" HERALD_VERSION);
  EXPECT_EQ(request.headers.at("authorization"), "Bearer abc");
  EXPECT_EQ(request.headers.at("x-empty"), "");
  EXPECT_EQ(request.headers.at("webhook-id"), outgoing.delivery_id.str());
  EXPECT_EQ(request.headers.at("webhook-timestamp"), "1614265330");
  EXPECT_EQ(request.headers.at("webhook-signature"),
            sign_webhook(kSecret, outgoing.delivery_id.str(), outgoing.now, outgoing.body).value());
}

TEST(SendWebhooks, WithoutASecretCarryNoSignature) {
  EXPECT_FALSE(
      send_to(Reply::with(200), webhook_to("")).requests.at(0).headers.contains("webhook-signature"));
}

TEST(SendWebhooks, TakeTheContentTypeThatTheAutomationBrings) {
  Outgoing outgoing = webhook_to("");
  outgoing.headers = {{"Content-Type", "application/cloudevents+json"}};
  EXPECT_EQ(send_to(Reply::with(200), outgoing).requests.at(0).headers.at("content-type"),
            "application/cloudevents+json");
}

TEST(SendWebhooks, AreNotSentWithASecretThatCannotSign) {
  Outgoing outgoing = webhook_to("");
  outgoing.signing_secret = "whsec_hunter2";
  const Sent sent = send_to(Reply::with(200), outgoing);
  EXPECT_EQ(sent.outcome.verdict, Verdict::permanent);
  EXPECT_EQ(sent.outcome.error_class, "configuration");
  EXPECT_EQ(sent.outcome.error.find("hunter2"), std::string::npos);
  EXPECT_TRUE(sent.requests.empty());
}

TEST(SendWebhooks, AreJudgedByTheStatus) {
  for (const int status : {200, 201, 202, 204, 299}) {
    EXPECT_EQ(send_to(Reply::with(status), webhook_to("")).outcome.verdict, Verdict::delivered) << status;
  }
  for (const int status :
       {301, 302, 304, 307, 308, 400, 401, 403, 404, 408, 422, 425, 429, 500, 502, 503, 504}) {
    const Outcome outcome = send_to(Reply::with(status), webhook_to("")).outcome;
    EXPECT_EQ(outcome.verdict, Verdict::retry) << status;
    EXPECT_EQ(outcome.error_class, "status");
    EXPECT_EQ(outcome.status, static_cast<std::uint32_t>(status));
  }
  EXPECT_EQ(send_to(Reply::with(410), webhook_to("")).outcome.verdict, Verdict::permanent);
}

TEST(SendWebhooks, PassOnWhenTheTargetWantsTheNextAttempt) {
  Reply reply = Reply::with(503);
  reply.headers = {{"Retry-After", "120"}};
  EXPECT_EQ(send_to(reply, webhook_to("")).outcome.retry_after, std::chrono::seconds(120));
  reply.headers = {{"Retry-After", "Thu, 25 Feb 2021 15:03:10 GMT"}};
  EXPECT_EQ(send_to(reply, webhook_to("")).outcome.retry_after, std::chrono::seconds(60));
  reply.headers = {{"Retry-After", "soon"}};
  EXPECT_EQ(send_to(reply, webhook_to("")).outcome.retry_after, std::nullopt);
}

TEST(SendWebhooks, KeepNoSecretThatTheTargetEchoes) {
  Outgoing outgoing = webhook_to("");
  outgoing.headers = {{"authorization", "Bearer hunter2hunter2"}};
  outgoing.signing_secret = kSecret;
  const Outcome outcome =
      send_to(Reply::with(500, "you sent Bearer hunter2hunter2 to /services/T0/B0/topsecretpath \xff"),
              outgoing)
          .outcome;
  EXPECT_EQ(outcome.response_body, "you sent [redacted] to [redacted] \uFFFD");
  const Outcome partly =
      send_to(Reply::with(401, R"(invalid token HUNTER2hunter2 for "\/services\/T0\/B0\/topsecretpath")"),
              outgoing)
          .outcome;
  EXPECT_EQ(partly.response_body, R"(invalid token [redacted] for "\/services\/T0\/B0\/[redacted]")");
  for (const std::string& text : {outcome.error, outcome.request_body, outcome.target}) {
    EXPECT_EQ(text.find("hunter2"), std::string::npos) << text;
    EXPECT_EQ(text.find("topsecretpath"), std::string::npos) << text;
  }
}

TEST(SendWebhooks, KeepTheBeginningOfLongBodies) {
  Outgoing outgoing = webhook_to("");
  outgoing.body = "\"" + std::string(100'000, 'x') + "\"";
  const Sent sent = send_to(Reply::with(200, std::string(50'000, 'y')), outgoing);
  EXPECT_EQ(sent.requests.at(0).body, outgoing.body);
  EXPECT_EQ(sent.outcome.request_body.size(), limits::kMaxKeptBodyBytes);
  EXPECT_EQ(sent.outcome.response_body.size(), limits::kMaxKeptBodyBytes);
}

TEST(SendToSlack, IsDeliveredWhenItSaysOk) {
  const Sent sent = send_to(Reply::with(200, "ok"), message_to(ActionKind::slack, ""));
  EXPECT_EQ(sent.outcome.verdict, Verdict::delivered);
  EXPECT_EQ(sent.requests.at(0).body, sent.outcome.request_body);
  EXPECT_FALSE(sent.requests.at(0).headers.contains("webhook-id"));
}

TEST(SendToSlack, IsKeptWithPeopleByTheirIds) {
  Outgoing outgoing = message_to(ActionKind::slack, "");
  outgoing.kept_message = outgoing.message;
  outgoing.message.text = "Moved by Ada Lovelace.";
  outgoing.message.facts = {{"Actor", "Ada Lovelace"}};
  const Sent sent = send_to(Reply::with(200, "ok"), outgoing);
  EXPECT_THAT(sent.requests.at(0).body, HasSubstr("Ada Lovelace"));
  EXPECT_EQ(sent.outcome.request_body.find("Ada"), std::string::npos);
  EXPECT_THAT(sent.outcome.request_body, HasSubstr("Moved by anonymous."));
}

TEST(SendToTeams, IsDeliveredWhenItIsAccepted) {
  EXPECT_EQ(send_to(Reply::with(202), message_to(ActionKind::teams, "")).outcome.verdict, Verdict::delivered);
}

// ---- where to ----

TEST(CheckUrls, AcceptsPublicTargets) {
  const auto sender = sender_allowing({});
  for (const char* url :
       {"https://example.org/hook", "http://example.org:8080/", "https://hooks.slack.com/services/T/B/X",
        "https://1.1.1.1/", "http://[2606:4700::1111]/",
        "https://prod-1.westeurope.logic.azure.com:443/workflows/1/triggers/manual/paths/invoke?sig=x"}) {
    EXPECT_TRUE(sender->check_url(ActionKind::webhook, url)) << url;
  }
}

TEST(CheckUrls, RefusesTeamsConnectorsThatAreRetired) {
  const auto sender = sender_allowing({});
  for (const char* url : {"https://contoso.webhook.office.com/webhookb2/x",
                          "https://CONTOSO.WEBHOOK.OFFICE.COM./x", "https://outlook.office.com/webhook/x"}) {
    const auto checked = sender->check_url(ActionKind::teams, url);
    ASSERT_FALSE(checked) << url;
    EXPECT_THAT(checked.error().message, HasSubstr("workflow"));
  }
  EXPECT_TRUE(
      sender->check_url(ActionKind::teams, "https://default1.environment.api.powerplatform.com/x?sig=1"));
}

struct TriedUrl {
  std::string url;
  bool caught_when_saved;
};

std::vector<TriedUrl> inward_urls(std::uint16_t port) {
  std::vector<TriedUrl> urls;
  for (const std::string_view spelling : testing::kSpellings) {
    urls.push_back({"http://" + std::string(spelling) + ":" + std::to_string(port) + "/", true});
  }
  for (const std::string_view address : testing::kSpecial) {
    const bool v6 = address.find(':') != std::string_view::npos;
    urls.push_back({"http://" + (v6 ? "[" + std::string(address) + "]" : std::string(address)) + ":" +
                        std::to_string(port) + "/",
                    true});
  }
  return urls;
}

TEST(WhereToSend, NoSpellingOfAnInwardAddressIsConnectedTo) {
  Trap trap;
  const auto sender = sender_allowing({});
  const std::vector<TriedUrl> urls = inward_urls(trap.port());
  ASSERT_GE(urls.size(), 120u);
  for (const TriedUrl& tried : urls) {
    EXPECT_FALSE(sender->check_url(ActionKind::webhook, tried.url)) << tried.url;
    for (const ActionKind kind : {ActionKind::webhook, ActionKind::slack, ActionKind::teams}) {
      const Outcome outcome = send(*sender, message_to(kind, tried.url));
      EXPECT_EQ(outcome.verdict, Verdict::permanent) << tried.url;
      EXPECT_THAT(outcome.error_class, AnyOf("refused-address", "configuration"))
          << tried.url << ": " << outcome.error;
    }
  }
  EXPECT_EQ(trap.caught(), 0u);
}

TEST(WhereToSend, TheTrapWouldHaveCaughtSomebody) {
  Trap trap;
  EgressOptions options;
  options.allow = {"127.0.0.1"};
  options.total_timeout = std::chrono::milliseconds(100);
  const auto sender = make_sender(options).value();
  EXPECT_EQ(send(*sender, webhook_to("http://127.0.0.1:" + std::to_string(trap.port()) + "/")).error_class,
            "timeout");
  EXPECT_EQ(trap.caught(), 1u);
}

TEST(WhereToSend, ARedirectInwardsIsNotFollowed) {
  Trap trap;
  Reply reply = Reply::with(307);
  reply.headers = {{"location", "http://127.0.0.1:" + std::to_string(trap.port()) + "/"}};
  const Outcome outcome = send_to(reply, webhook_to("")).outcome;
  EXPECT_EQ(outcome.verdict, Verdict::retry);
  EXPECT_THAT(outcome.error, HasSubstr("redirects are not followed"));
  EXPECT_EQ(trap.caught(), 0u);
}

TEST(WhereToSend, RefusesOptionsThatItCannotRead) {
  EgressOptions options;
  options.allow = {"10.0.0.0/8", "not a host"};
  const auto made = make_sender(options);
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().message, HasSubstr("not a host"));
}

}  // namespace
}  // namespace herald::connectors
