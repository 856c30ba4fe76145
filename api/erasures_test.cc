// Erasing a person, or texts: what goes, what stays, and when.
#include "api/testing/locked_server.h"

namespace herald::api {
namespace {

using testing::Client;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Reply;

class AnErasure : public testing::LockedServerTest {
 protected:
  void prepare() override {
    ASSERT_EQ(ask("POST", "/v1/models", R"({"name":"churn"})").status, 201u);
    ASSERT_EQ(ask("POST", "/v1/models/churn/versions", "{}").status, 201u);
  }
  void SetUp() override {
    LockedServerTest::SetUp();
    const Reply made = as("root", "POST", "/v1/principals", R"({"name":"ada","email":"ada@example.com"})");
    ASSERT_EQ(made.status, 201u) << made.body;
    ada_ = made.at("id");
    grant("ada", "member");
    given_token("ada", "ada", R"(,"label":"laptop of Ada Lovelace")");
  }
  void given_comments(int count) {
    Client connection(server_->port());
    const std::string credentials = "Authorization: Bearer " + tokens_["ada"] + "\r\n";
    for (int i = 0; i < count; ++i)
      ASSERT_EQ(connection
                    .request("POST", "/v1/models/churn/comments",
                             R"({"text":"call me on 555-)" + std::to_string(i) + "\"}", credentials)
                    .status,
                201u);
  }
  Reply erase(const std::string& principal = "ada", const std::string& headers = {}) {
    return as("root", "POST", "/v1/erasures",
              R"({"principal":")" + principal + R"(","reason":"asked for it"})", headers);
  }
  std::string comments() { return as("root", "GET", "/v1/models/churn/comments?limit=1000").body; }

  std::string ada_;
};

TEST_F(AnErasure, TakesThePersonsTextsAndEntryBeforeItAnswers) {
  given_comments(3);
  ASSERT_EQ(as("root", "POST", "/v1/models/churn/comments", R"({"text":"of another"})").status, 201u);
  const Reply erased = erase();
  ASSERT_EQ(erased.status, 201u) << erased.body;
  EXPECT_EQ(erased.at("texts"), "3");
  EXPECT_EQ(erased.at("complete"), "true");
  EXPECT_EQ(erased.at("principal_id"), ada_);
  EXPECT_THAT(comments(), Not(HasSubstr("call me on")));
  EXPECT_THAT(comments(), HasSubstr("of another"));
  const Reply person = as("root", "GET", "/v1/principals/" + ada_);
  EXPECT_THAT(person.body, Not(HasSubstr("ada@example.com")));
  EXPECT_EQ(person.at("name"), "");
}

TEST_F(AnErasure, TakesTextsThatTheViewsDoNotHaveYet) {
  given_comments(2);
  as("root", "GET", "/v1/models/churn?min_sequence=" + std::to_string(last()));
  stop_following();
  ASSERT_EQ(as("root", "POST", "/v1/models/churn/comments", R"({"text":"of another"})").status, 201u);
  given_comments(3);
  const Reply erased = erase();
  ASSERT_EQ(erased.status, 201u) << erased.body;
  EXPECT_EQ(erased.at("texts"), "5");
  EXPECT_EQ(erased.at("complete"), "true");
  EXPECT_THAT(comments(), Not(HasSubstr("call me on")));
  EXPECT_THAT(comments(), HasSubstr("of another"));
}

TEST_F(AnErasure, IsForAdministratorsAndOfSomething) {
  given_user("bob", "member");
  EXPECT_EQ(as("bob", "POST", "/v1/erasures", R"({"principal":"root"})").status, 403u);
  const Reply of_nothing = as("root", "POST", "/v1/erasures", "{}");
  EXPECT_EQ(of_nothing.status, 422u);
  EXPECT_EQ(of_nothing.at("field"), "principal");
  EXPECT_EQ(erase("nobody").status, 404u);
}

TEST_F(AnErasure, ShutsThePersonOutAndForgetsTheLabelsOfTheTokens) {
  ASSERT_EQ(as("ada", "GET", "/v1/me").status, 200u);
  ASSERT_EQ(erase().status, 201u);
  EXPECT_EQ(as("ada", "GET", "/v1/me").status, 401u);
  EXPECT_EQ(as("root", "GET", "/v1/principals/" + ada_).at("enabled"), "false");
  const Reply tokens = as("root", "GET", "/v1/tokens?principal=" + ada_);
  ASSERT_EQ(tokens.items(), 1u) << tokens.body;
  EXPECT_THAT(tokens.body, Not(HasSubstr("Lovelace")));
}

TEST_F(AnErasure, OfTheLastAdministratorIsRefused) {
  const Reply refused = erase("root");
  EXPECT_EQ(refused.status, 409u);
  EXPECT_THAT(refused.at("detail"), HasSubstr("give the role to another first"));
  EXPECT_EQ(as("root", "GET", "/v1/me").at("principal.name"), "root");
}

TEST_F(AnErasure, ShowsNoHeadingsOfACardAnyMore) {
  const std::string card = R"({"text":"# Ask Ada Lovelace\n"})";
  ASSERT_LT(as("ada", "PUT", "/v1/models/churn/card", card).status, 300u);
  ASSERT_LT(as("ada", "PUT", "/v1/models/churn/versions/1/card", card).status, 300u);
  const char* shown_on[] = {"/v1/models/churn", "/v1/models", "/v1/models/churn/card",
                            "/v1/models/churn/versions/1", "/v1/models/churn/versions/1/card"};
  for (const char* path : shown_on) EXPECT_THAT(as("root", "GET", path).body, HasSubstr("Lovelace")) << path;
  ASSERT_EQ(erase().status, 201u);
  for (const char* path : shown_on) {
    const Reply page = as("root", "GET", path);
    EXPECT_EQ(page.status, 200u) << path;
    EXPECT_THAT(page.body, Not(HasSubstr("Lovelace"))) << path;
  }
}

TEST_F(AnErasure, LeavesACardWithoutTheSectionsThatAPolicyAsksFor) {
  ASSERT_EQ(as("root", "PATCH", "/v1/registries/models",
               R"({"card_policy":{"sections":["Use"],"aliases":["production"]}})")
                .status,
            200u);
  const std::string card = R"({"text":"# Use\nfor churn\n"})", one = "/v1/models/churn/versions/1/card",
                    production = "/v1/models/churn/aliases/production";
  ASSERT_LT(as("ada", "PUT", one, card).status, 300u);
  EXPECT_EQ(as("root", "GET", one).at("missing"), "[]");
  ASSERT_EQ(erase().status, 201u);
  EXPECT_EQ(as("root", "GET", one).at("missing"), R"(["Use"])");
  const Reply refused = as("root", "PUT", production, R"({"version":1})");
  EXPECT_EQ(refused.status, 409u) << refused.body;
  EXPECT_THAT(refused.at("detail"), HasSubstr("has one whose text was erased"));
  ASSERT_LT(as("root", "PUT", one, card).status, 300u) << "written anew";
  EXPECT_EQ(as("root", "PUT", production, R"({"version":1})").status, 201u);
}

TEST_F(AnErasure, OfMoreTextsThanFitIntoOneEventGoesInRounds) {
  given_comments(static_cast<int>(limits::kMaxTextsErasedAtOnce) + 30);
  const Reply first = erase();
  ASSERT_EQ(first.status, 201u) << first.body;
  EXPECT_EQ(first.at("texts"), std::to_string(limits::kMaxTextsErasedAtOnce));
  EXPECT_EQ(first.at("complete"), "false");
  EXPECT_EQ(first.at("principal_id"), "");
  EXPECT_EQ(as("ada", "GET", "/v1/me").status, 401u) << "nothing is added between the rounds";
  const Reply last = erase();
  ASSERT_EQ(last.status, 201u) << last.body;
  EXPECT_EQ(last.at("texts"), "30");
  EXPECT_EQ(last.at("complete"), "true");
  EXPECT_THAT(comments(), Not(HasSubstr("call me on")));
}

TEST_F(AnErasure, OfATextThatIsNotThereIsRefusedAndNamesIt) {
  given_comments(1);
  const Reply event = as("root", "GET", "/v1/events?type=comment.added");
  const std::string there = event.at("items.0.data.text.digest"), missing = "sha256:" + std::string(64, '0');
  const auto erase_texts = [&](const std::string& texts) {
    return as("root", "POST", "/v1/erasures", R"({"texts":[)" + texts + "]}");
  };
  const Reply refused = erase_texts("\"" + there + "\",\"" + missing + "\"");
  EXPECT_EQ(refused.status, 404u) << refused.body;
  EXPECT_EQ(refused.at("field"), "texts[1]");
  EXPECT_THAT(refused.at("detail"), HasSubstr(missing));
  EXPECT_THAT(comments(), HasSubstr("call me on")) << "all or none";
  const Reply erased = erase_texts("\"" + there + "\",\"" + there + "\"");
  EXPECT_EQ(erased.status, 201u) << erased.body;
  EXPECT_EQ(erased.at("texts"), "1") << "each once";
  EXPECT_EQ(erase_texts("\"" + there + "\"").status, 404u) << "it is erased already";
  std::string many;
  for (std::size_t i = 0; i <= limits::kMaxTextsErasedAtOnce; ++i)
    many += (i ? ",\"" : "\"") + missing + "\"";
  EXPECT_EQ(erase_texts(many).at("code"), "too-many");
}

TEST_F(AnErasure, IsAnsweredTheSameWayUnderTheSameKey) {
  given_comments(2);
  const std::string key = "Idempotency-Key: once\r\n";
  const Reply first = erase("ada", key), again = erase("ada", key);
  ASSERT_EQ(first.status, 201u) << first.body;
  EXPECT_EQ(again.status, 201u);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(again.header("herald-idempotent-replay"), "true");
}

TEST_F(AnErasure, IsNotAnsweredByARetryThatCannotSeeWhetherItIsDone) {
  errors_are_meant();
  start({.views_timeout = std::chrono::milliseconds(20)});
  given_comments(1);
  as("root", "GET", "/v1/models/churn?min_sequence=" + std::to_string(last()));
  stop_following();
  const std::string key = "Idempotency-Key: once\r\n";
  const Reply first = erase("ada", key);
  ASSERT_EQ(first.status, 201u) << first.body;
  const Reply too_early = erase("ada", key);
  EXPECT_EQ(too_early.status, 503u);
  EXPECT_EQ(too_early.at("code"), "busy");
  EXPECT_THAT(too_early.at("detail"), HasSubstr("and not yet at " + std::to_string(last())));
  follow();
  Reply again = erase("ada", key);
  for (int i = 0; i < 1'000 && again.status == 503; ++i) again = erase("ada", key);
  EXPECT_EQ(again.status, 201u);
  EXPECT_EQ(again.body, first.body);
}

}  // namespace
}  // namespace herald::api
