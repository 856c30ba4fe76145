// People over HTTP: called by name wherever one is asked for, and named beside the id that was recorded.
#include <gmock/gmock.h>

#include "api/names.h"
#include "api/testing/locked_server.h"

namespace herald::api {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::Reply;

class People : public testing::LockedServerTest {
 protected:
  void SetUp() override {
    LockedServerTest::SetUp();
    given_user("vi", "admin");
    given_user("ada", "member");
    ASSERT_EQ(as("vi", "POST", "/v1/models", R"({"name":"churn"})").status, 201u);
    vi_ = as("vi", "GET", "/v1/principals/me").at("id");
  }
  Reply owned(const std::string& by, const std::string& as_whom = "root") {
    return as(as_whom, "PUT", "/v1/models/churn/owner", R"({"owner":")" + by + "\"}");
  }
  // After all that was recorded before.
  Reply search(const std::string& query) {
    return as("root", "GET", "/v1/search?min_sequence=" + std::to_string(last()) + "&q=" + query);
  }
  static std::string refusal(const Reply& reply) {
    return std::to_string(reply.status) + " " + reply.at("field");
  }
  std::string vi_;
};

TEST_F(People, OwnByNameByIdAndAsMe) {
  for (const std::string& by : {std::string("vi"), std::string("VI"), vi_}) {
    EXPECT_EQ(owned(by).at("owner"), vi_) << by;
    EXPECT_EQ(as("root", "PUT", "/v1/models/churn/owner", R"({"owner":null})").at("owner_name"), "");
  }
  EXPECT_EQ(owned("me", "vi").at("owner"), vi_);
  EXPECT_EQ(owned("me", "vi").at("owner_name"), "vi");
  const Reply made = as("root", "POST", "/v1/models", R"({"name":"fraud","owner":"vi"})");
  EXPECT_EQ(made.at("owner") + " " + made.at("owner_name"), vi_ + " vi");
}

TEST_F(People, WhoDoNotExistOwnNothing) {
  const auto before = last();
  EXPECT_EQ(refusal(owned("nobody")), "404 owner");
  EXPECT_EQ(refusal(owned("")), "404 owner");
  EXPECT_EQ(refusal(owned("01890000-0000-7000-8000-000000000000")), "404 owner");
  EXPECT_EQ(refusal(as("root", "POST", "/v1/models", R"({"name":"x","owner":"nobody"})")), "404 owner");
  EXPECT_EQ(last(), before);
}

TEST_F(People, AreNamedBesideTheirIdsInAnswers) {
  const Reply model = as("ada", "GET", "/v1/models/churn");
  EXPECT_EQ(model.at("created.actor") + " " + model.at("created.name"), vi_ + " vi");
  ASSERT_EQ(as("ada", "POST", "/v1/models/churn/versions", "{}").at("created.name"), "ada");
  ASSERT_EQ(as("vi", "PUT", "/v1/models/churn/aliases/live", R"({"version":1})").status, 201u);
  ASSERT_EQ(as("ada", "POST", "/v1/models/churn/versions", "{}").status, 201u);
  ASSERT_EQ(as("ada", "PUT", "/v1/models/churn/aliases/live", R"({"version":2})").status, 200u);
  const std::string fresh = "?min_sequence=" + std::to_string(last());
  const Reply steps = as("root", "GET", "/v1/models/churn/aliases/live/history" + fresh);
  EXPECT_EQ(steps.at("items.0.name") + " " + steps.at("items.1.name"), "ada vi");
  const Reply holders = as("root", "GET", "/v1/models/churn/aliases/live/holders" + fresh);
  EXPECT_EQ(holders.at("items.1.since.name") + " " + holders.at("items.1.until.name"), "vi ada");
  EXPECT_EQ(as("root", "GET", "/v1/principals/ada").at("created.name"), "root");
  EXPECT_EQ(as("root", "GET", "/v1/principals/ada/roles").at("items.0.granted.name"), "root");
  EXPECT_EQ(as("ada", "GET", "/v1/tokens").at("items.0.issued.name"), "root");
}

TEST_F(People, AreAskedForByNameInEvents) {
  const Reply by_name = as("root", "GET", "/v1/events?actor=Vi");
  EXPECT_EQ(by_name.at("items.0.type"), "herald.model.registered.v1");
  EXPECT_EQ(by_name.body, as("root", "GET", "/v1/events?actor=" + vi_).body);
  EXPECT_EQ(by_name.body, as("vi", "GET", "/v1/events?actor=me").body);
  EXPECT_THAT(by_name.body, Not(HasSubstr("\"vi\""))) << "events stay as they were recorded";
  EXPECT_EQ(as("root", "GET", "/v1/events?actor=anonymous").status, 200u);
  EXPECT_EQ(as("root", "GET", "/v1/events?actor=system").status, 200u);
  for (const char* list : {"/v1/events", "/v1/events/export", "/v1/events/stream"})
    EXPECT_EQ(refusal(as("root", "GET", list + std::string("?actor=nobody"))), "404 actor") << list;
}

TEST_F(People, AreSearchedForByName) {
  owned("vi");
  for (const std::string& by : {std::string("vi"), std::string("Vi"), std::string("%22vi%22"), vi_})
    EXPECT_EQ(search("owner:" + by).at("items.0.owner_name"), "vi") << by;
  EXPECT_EQ(search("owner:ada").items(), 0u);
  EXPECT_EQ(search("-owner:ada").items(), 1u);
  EXPECT_EQ(search("owner:*").items(), 1u);
  EXPECT_EQ(search("-archived%20owner:vi&kind=versions").status, 200u);
}

TEST_F(People, WhoDoNotExistAreNotSearchedForInVain) {
  const Reply nobody = search("churn%20owner:nobody");
  EXPECT_EQ(refusal(nobody), "422 q");
  EXPECT_EQ(nobody.at("position") + " " + nobody.at("length"), "6 12");
  EXPECT_THAT(nobody.at("detail"), HasSubstr("nobody"));
  EXPECT_EQ(refusal(search("owner:v*")), "422 q");
  EXPECT_EQ(refusal(search("-owner:nobody")), "422 q");
}

TEST_F(People, AreGivenAnotherNameUnderWhichTheyAreFoundAtOnceAndUnderTheOldOneNoMore) {
  const Reply renamed = as("root", "PATCH", "/v1/principals/vi", R"({"name":"Violet","reason":"married"})");
  EXPECT_EQ(renamed.status, 200u) << renamed.body;
  EXPECT_EQ(renamed.at("id") + " " + renamed.at("name"), vi_ + " Violet");
  EXPECT_EQ(as("root", "GET", "/v1/principals/violet").at("id"), vi_);
  EXPECT_EQ(refusal(as("root", "GET", "/v1/principals/vi")), "404 principal");
  EXPECT_EQ(as("ada", "GET", "/v1/models/churn").at("created.name"), "Violet");
  EXPECT_EQ(as("vi", "GET", "/v1/principals/me").at("name"), "Violet") << "the token is hers still";
  const Reply told = as("root", "GET", "/v1/events?type=principal.described");
  EXPECT_EQ(told.at("items.0.data.reason"), "married");
  EXPECT_THAT(told.body, Not(HasSubstr("Violet")));
  EXPECT_THAT(told.body, Not(HasSubstr("\"vi\"")));
}

TEST_F(People, HaveANameThatNobodyElseHas) {
  const auto before = last();
  for (const char* taken : {"ada", "ADA", "root"})
    EXPECT_EQ(refusal(as("root", "PATCH", "/v1/principals/vi", R"({"name":")" + std::string(taken) + "\"}")),
              "409 name");
  for (const char* wrong : {"", "me", "v i", "-vi", "01890000-0000-7000-8000-000000000000"})
    EXPECT_EQ(refusal(as("root", "PATCH", "/v1/principals/vi", R"({"name":")" + std::string(wrong) + "\"}")),
              "422 name");
  EXPECT_EQ(refusal(as("root", "PATCH", "/v1/principals/vi", "{}")), "422 full_name");
  EXPECT_EQ(as("root", "PATCH", "/v1/principals/vi", R"({"name":"vi"})").status, 200u);
  EXPECT_EQ(last(), before);
}

TEST_F(People, LeaveANameThatTheyGaveUpToOthers) {
  ASSERT_EQ(as("root", "PATCH", "/v1/principals/vi", R"({"name":"violet"})").status, 200u);
  ASSERT_EQ(as("root", "PATCH", "/v1/principals/ada", R"({"name":"Vi"})").status, 200u);
  const std::string ada = as("ada", "GET", "/v1/principals/me").at("id");
  EXPECT_EQ(as("root", "GET", "/v1/principals/vi").at("id"), ada);
  EXPECT_EQ(as("root", "GET", "/v1/principals/violet").at("id"), vi_);
  ASSERT_EQ(as("root", "POST", "/v1/principals", R"({"name":"ada"})").status, 201u);
  EXPECT_EQ(as("root", "GET", "/v1/models/churn").at("created.name"), "violet");
  EXPECT_EQ(as("root", "PATCH", "/v1/principals/vi", R"({"name":"ada"})").status, 409u);
}

TEST_F(People, AreCalledWhatAdministratorsOfTheServerSay) {
  EXPECT_EQ(refusal(as("ada", "PATCH", "/v1/principals/me", R"({"name":"root2"})")), "403 name");
  EXPECT_EQ(refusal(as("ada", "PATCH", "/v1/principals/vi", R"({"email":"x@example.com"})")),
            "403 principal");
  EXPECT_EQ(as("ada", "PATCH", "/v1/principals/me", R"({"email":"a@example.com"})").status, 200u);
}

TEST_F(People, AreShownWhereTheyHoldARoleOnAModelThatWasDeleted) {
  given_user("bob");
  grant("bob", "admin", "/v1/models/churn");
  given_token("narrow", "bob", R"(,"model":"churn")");
  ASSERT_EQ(as("root", "DELETE", "/v1/models/churn").status, 200u);
  ASSERT_EQ(as("root", "POST", "/v1/models", R"({"name":"churn"})").status, 201u);
  grant("bob", "viewer", "/v1/models/churn");
  const Reply roles = as("root", "GET", "/v1/principals/bob/roles");
  ASSERT_EQ(roles.items(), 2u) << roles.body;
  for (const char* item : {"items.0.", "items.1."}) {
    const std::string at = item;
    EXPECT_EQ(roles.at(at + "on.model"), "churn");
    EXPECT_EQ(roles.at(at + "on.deleted"), roles.at(at + "role") == "admin" ? "true" : "") << roles.body;
  }
  const Reply tokens = as("root", "GET", "/v1/tokens?principal=bob");
  EXPECT_EQ(tokens.items(), 2u);
  const bool first_is_narrow = tokens.at("items.0.on.model") == "churn";
  EXPECT_EQ(tokens.at(first_is_narrow ? "items.0.on.deleted" : "items.1.on.deleted"), "true") << tokens.body;
}

TEST_F(People, HaveRoomForTheirNameWhereverTheirIdIsShown) {
  const Reply described = as("root", "GET", "/openapi.json");
  const auto document = json::Document::parse(described.body);
  ASSERT_TRUE(document);
  std::size_t stamps = 0;
  const std::function<void(const json::Value&, const std::string&)> walk = [&](const json::Value& value,
                                                                               const std::string& where) {
    if (value.kind() == json::Kind::array) {
      for (const json::Value element : value.elements()) walk(element, where);
    } else if (value.kind() == json::Kind::object) {
      const auto members = value.find("properties");
      if (members && members->kind() == json::Kind::object && members->find("sequence") &&
          members->find("time") && members->find("actor")) {
        ++stamps;
        EXPECT_TRUE(members->find("name")) << where;
      }
      for (const auto& [name, member] : value.members()) walk(member, where + "." + std::string(name));
    }
  };
  walk(document->root(), "");
  EXPECT_GT(stamps, 0u);
}

}  // namespace
}  // namespace herald::api
