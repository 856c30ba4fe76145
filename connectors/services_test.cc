// How messages are written for Slack and Teams, and what their answers mean.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/judgement.h"
#include "connectors/slack.h"
#include "connectors/teams.h"
#include "connectors/text.h"
#include "reflect/json_value.h"

namespace herald::connectors {
namespace {

using automations::Message;
using automations::Outgoing;
using automations::Verdict;
using ::testing::EndsWith;
using ::testing::HasSubstr;

Outgoing saying(Message message) {
  Outgoing outgoing;
  outgoing.url = "https://example.org/";
  outgoing.message = std::move(message);
  return outgoing;
}

HttpAnswer answering(std::uint32_t status, std::string body = {}) {
  HttpAnswer answer;
  answer.status = status;
  answer.body = std::move(body);
  return answer;
}

Message example() {
  return {.title = "production of churn moved from v3 to v4",
          .text = "Moved by anonymous: better recall.",
          .facts = {{"auc", "0.91 (was 0.9)"}, {"Actor", "anonymous"}},
          .link = "https://herald.example/models/churn/versions/4"};
}

TEST(SlackMessages, AreBlocksWithAFallback) {
  const std::string_view expected =
      R"_({"text":"production of churn moved from v3 to v4\nMoved by anonymous: better recall.","blocks":[)_"
      R"_({"type":"header","text":{"type":"plain_text","text":"production of churn moved from v3 to v4"}},)_"
      R"_({"type":"section","text":{"type":"mrkdwn","text":"Moved by anonymous: better recall."}},)_"
      R"_({"type":"section","fields":[{"type":"mrkdwn","text":"*auc*\n0.91 (was 0.9)"},{"type":"mrkdwn","text":"*Actor*\nanonymous"}]},)_"
      R"_({"type":"section","text":{"type":"mrkdwn","text":"<https://herald.example/models/churn/versions/4|Open in Herald>"}}]})_";
  EXPECT_EQ(slack::request(saying(example())).body, expected);
}

TEST(SlackMessages, NeitherPingNorLinkWithWhatEventsSay) {
  Message message = example();
  message.title = message.text = "<!channel> <@U1> <https://evil.example|click> & co";
  message.facts = {{"<!here>", "<!everyone>"}};
  const std::string body = slack::request(saying(message)).body;
  const auto document = json::Document::parse(body).value();
  EXPECT_EQ(*document.root().find("text")->string(),
            "&lt;!channel&gt; &lt;@U1&gt; &lt;https://evil.example|click&gt; &amp; co\n"
            "&lt;!channel&gt; &lt;@U1&gt; &lt;https://evil.example|click&gt; &amp; co");
  EXPECT_EQ(body.find("<!here>"), std::string::npos);
  EXPECT_EQ(body.find("<!everyone>"), std::string::npos);
}

TEST(SlackMessages, StayBelowSlacksLimits) {
  Message message{.title = std::string(500, 't'),
                  .text = std::string(9'000, '<'),
                  .facts = {},
                  .link = "https://h.example/" + std::string(1'000, 'x')};
  for (int i = 0; i < 20; ++i) message.facts.emplace_back(std::string(300, '&'), std::string(3'000, '>'));
  const std::string body = slack::request(saying(message)).body;
  const auto document = json::Document::parse(body).value();
  std::size_t total = 0, fields = 0;
  for (const json::Value block : document.root().find("blocks")->elements()) {
    if (const auto text = block.find("text")) {
      const auto words = *text->find("text")->string();
      EXPECT_LE(count_characters(words), *block.find("type")->string() == "header" ? 150u : 3'000u);
      total += count_characters(words);
    }
    if (const auto list = block.find("fields")) {
      for (const json::Value field : list->elements()) {
        ++fields;
        EXPECT_LE(count_characters(*field.find("text")->string()), 500u);
        total += count_characters(*field.find("text")->string());
      }
    }
  }
  EXPECT_EQ(fields, 10u);
  EXPECT_LE(total, 12'000u);
}

TEST(SlackMessages, AreCutBetweenCharactersAndEscapes) {
  EXPECT_EQ(slack::escaped("abc", 3), "abc");
  EXPECT_EQ(slack::escaped("abcd", 3), "ab…");
  EXPECT_EQ(slack::escaped("a&b", 7), "a&amp;b");
  EXPECT_EQ(slack::escaped("a&bc", 7), "a&amp;…");
  EXPECT_EQ(slack::escaped("a&b", 5), "a…");
  EXPECT_EQ(slack::escaped("äöü", 2), "ä…");
}

TEST(SlackAnswers, AreJudgedByTheirWordsFirst) {
  EXPECT_EQ(slack::judge(answering(200, "ok")).verdict, Verdict::delivered);
  struct Case {
    std::uint32_t status;
    const char* body;
    Verdict verdict;
    const char* error_class;
  };
  for (const Case& c :
       {Case{400, "invalid_payload", Verdict::permanent, "rejected"},
        Case{400, "invalid_blocks", Verdict::permanent, "rejected"},
        Case{403, "invalid_token", Verdict::permanent, "rejected"},
        Case{404, "no_service", Verdict::permanent, "rejected"},
        Case{404, "channel_not_found", Verdict::permanent, "rejected"},
        Case{410, "channel_is_archived", Verdict::permanent, "rejected"},
        Case{200, "no_active_hooks", Verdict::permanent, "rejected"},
        Case{200, "ok\n", Verdict::retry, "rejected"},
        Case{200, "<html>welcome</html>", Verdict::retry, "rejected"},
        Case{404, "xsecretpathx", Verdict::permanent, "status"}, Case{302, "", Verdict::permanent, "status"},
        Case{404, "<html>", Verdict::permanent, "status"},
        Case{429, "rate_limited", Verdict::retry, "rejected"},
        Case{429, R"({"ok":false,"error":"rate_limited"})", Verdict::retry, "status"},
        Case{500, "rollup_error", Verdict::retry, "rejected"}, Case{503, "", Verdict::retry, "status"}}) {
    const Judgement judgement = slack::judge(answering(c.status, c.body));
    EXPECT_EQ(judgement.verdict, c.verdict) << c.status << " " << c.body;
    EXPECT_EQ(judgement.error_class, c.error_class) << c.status << " " << c.body;
    EXPECT_EQ(judgement.error.find("<html>"), std::string::npos);
    EXPECT_EQ(judgement.error.find("xsecretpathx"), std::string::npos) << "only Slack's own words are told";
  }
}

TEST(TeamsMessages, AreOneAdaptiveCardInItsEnvelope) {
  const std::string_view expected =
      R"_({"type":"message","attachments":[{"contentType":"application/vnd.microsoft.card.adaptive","contentUrl":null,"content":)_"
      R"_({"$schema":"http://adaptivecards.io/schemas/adaptive-card.json","type":"AdaptiveCard","version":"1.2","body":[)_"
      R"_({"type":"TextBlock","text":"production of churn moved from v3 to v4","weight":"Bolder","size":"Medium","wrap":true,"style":"heading"},)_"
      R"_({"type":"TextBlock","text":"Moved by anonymous: better recall.","wrap":true},)_"
      R"_({"type":"FactSet","facts":[{"title":"auc","value":"0.91 (was 0.9)"},{"title":"Actor","value":"anonymous"}]}],)_"
      R"_("actions":[{"type":"Action.OpenUrl","title":"Open in Herald","url":"https://herald.example/models/churn/versions/4"}],)_"
      R"_("msteams":{"width":"full"}}}]})_";
  EXPECT_EQ(teams::request(saying(example())).body, expected);
}

TEST(TeamsMessages, HideNoLinkBehindWords) {
  Message message = example();
  message.text = "[approve](https://evil.example)";
  EXPECT_THAT(teams::request(saying(message)).body, HasSubstr(R"(\\[approve\\](https://evil.example))"));
}

TEST(TeamsMessages, LeaveOutFactsFirst) {
  Message message = example();
  message.text = std::string(10'000, 'x');
  for (int i = 0; i < 100; ++i)
    message.facts.emplace_back("fact " + std::to_string(i), std::string(400, 'y'));
  const std::string body = teams::request(saying(message)).body;
  EXPECT_LE(body.size(), teams::kTeamsBytes);
  EXPECT_GT(body.size(), teams::kTeamsBytes - 600);
  EXPECT_THAT(body, HasSubstr(message.text));
  EXPECT_THAT(body, HasSubstr("fact 0"));
  EXPECT_THAT(body, HasSubstr("Truncated: open the link for the rest."));
}

TEST(TeamsMessages, ThenCutTheText) {
  for (const std::string piece : {"x", "\n", "ä", "\"", "[", "\x01"}) {
    Message message = example();
    message.text.clear();
    while (message.text.size() < 60'000) message.text += piece;
    const std::string body = teams::request(saying(message)).body;
    EXPECT_LE(body.size(), teams::kTeamsBytes);
    EXPECT_GT(body.size(), teams::kTeamsBytes / 2);
    EXPECT_THAT(body, HasSubstr("Truncated"));
    EXPECT_TRUE(json::Document::parse(body));
  }
}

TEST(TeamsAnswers, AreJudgedByTheirBodyToo) {
  EXPECT_EQ(teams::judge(answering(202)).verdict, Verdict::delivered);
  EXPECT_EQ(teams::judge(answering(200, "1")).verdict, Verdict::delivered);
  EXPECT_EQ(teams::judge(answering(200,
                                   "Webhook message delivery failed with error: Microsoft Teams endpoint "
                                   "returned HTTP error 429 with ContextId x"))
                .verdict,
            Verdict::retry);
  EXPECT_EQ(teams::judge(answering(200, "Microsoft Teams endpoint returned HTTP error 413")).verdict,
            Verdict::permanent);
  for (const std::uint32_t status : {408u, 429u, 500u, 502u, 503u})
    EXPECT_EQ(teams::judge(answering(status)).verdict, Verdict::retry) << status;
  for (const std::uint32_t status : {302u, 400u, 401u, 403u, 404u, 410u, 413u})
    EXPECT_EQ(teams::judge(answering(status)).verdict, Verdict::permanent) << status;
}

TEST(FailedAttempts, AreTriedAgainUnlessSomebodyMustChangeSomething) {
  HttpAnswer answer;
  for (const char* passing : {"dns", "connect", "tls", "timeout", "protocol", "too-large"}) {
    answer.error_class = passing;
    EXPECT_EQ(judge_failure(answer).verdict, Verdict::retry) << passing;
  }
  for (const char* staying : {"refused-address", "configuration"}) {
    answer.error_class = staying;
    EXPECT_EQ(judge_failure(answer).verdict, Verdict::permanent) << staying;
  }
}

TEST(RetryAfter, IsSecondsOrADate) {
  using std::chrono::seconds;
  const Timestamp now = Timestamp::trusted("2026-11-24T05:00:00Z");
  EXPECT_EQ(parse_retry_after("0", now), seconds(0));
  EXPECT_EQ(parse_retry_after("120", now), seconds(120));
  EXPECT_EQ(parse_retry_after("1.2", now), seconds(2));
  EXPECT_EQ(parse_retry_after("-5", now), seconds(0));
  EXPECT_EQ(parse_retry_after("Tue, 24 Nov 2026 05:02:00 GMT", now), seconds(120));
  EXPECT_EQ(parse_retry_after("Tue, 24 Nov 2026 04:00:00 GMT", now), seconds(0));
  EXPECT_EQ(parse_retry_after(std::string(400, '9'), now), std::chrono::hours(24 * 365));
  EXPECT_EQ(parse_retry_after("999999999999999999999", now), std::chrono::hours(24 * 365));
  for (const char* garbage :
       {"", " ", "soon", "12 s", "0x10", "nan", "inf", "Tue, 24 Nov 2026", "2026-11-24T05:02:00Z"}) {
    EXPECT_EQ(parse_retry_after(garbage, now), std::nullopt) << garbage;
  }
}

TEST(Texts, AreMendedAndCutBetweenCharacters) {
  EXPECT_EQ(valid_utf8("häß€😀"), "häß€😀");
  EXPECT_EQ(valid_utf8("a\xff\xc3z"), "a\uFFFD\uFFFDz");
  EXPECT_EQ(valid_utf8("\xed\xa0\x80"), "\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(valid_utf8("\xc0\xaf"), "\uFFFD\uFFFD");
  EXPECT_EQ(cut_characters("äöü", 3), "äöü");
  EXPECT_EQ(cut_characters("äöüß", 3), "äö…");
  EXPECT_EQ(cut_bytes("äö", 3), "ä");
}

}  // namespace
}  // namespace herald::connectors
