// What becomes of models and versions, over HTTP: other names, owners, the archive, the end; and cards.
#include <gmock/gmock.h>

#include "api/testing/server_fixture.h"

namespace herald::api {
namespace {

using ::testing::HasSubstr;
using testing::Reply;

class ModelLife : public testing::ServerTest {
 protected:
  registry::PrincipalId given_principal() {
    const registry::PrincipalId id(random_ids().next(system_clock().now()));
    recorder::Submission submission;
    registry::CreatePrincipal command{};
    command.new_id = id;
    submission.command = command;
    EXPECT_TRUE(recorder_->record(std::move(submission)));
    return id;
  }
  Reply card_of(const std::string& what, const std::string& text) {
    std::string body = R"({"text":)";
    json::write_string(body, text);
    return ask("PUT", "/v1/models/" + what + "/card", body + "}");
  }
  std::string to(std::uint64_t sequence) const { return std::to_string(sequence); }
};

TEST_F(ModelLife, ARenamedModelKeepsAllButItsName) {
  given_model("churn", 2);
  ask("PUT", "/v1/models/churn/aliases/production", R"({"version":1})");
  const Reply renamed = ask("POST", "/v1/models/churn/rename", R"({"to":"attrition eu"})");
  EXPECT_EQ(renamed.status, 200u);
  EXPECT_EQ(renamed.at("name"), "attrition eu");
  EXPECT_EQ(renamed.at("aliases.production"), "1");
  EXPECT_EQ(get("/v1/models/churn").status, 404u);
  EXPECT_EQ(get("/v1/models/attrition%20eu/versions/production").at("reference"), "attrition eu:v1");
  EXPECT_EQ(get("/v1/models/churn?as_of=" + to(last() - 1)).at("name"), "churn");
  EXPECT_EQ(ask("POST", "/v1/models", R"({"name":"churn"})").status, 201u) << "the old name is free";
}

TEST_F(ModelLife, ANameThatIsTakenOrBreaksTheRuleIsRefused) {
  given_model("churn");
  given_model("fraud");
  const auto before = last();
  const Reply taken = ask("POST", "/v1/models/churn/rename", R"({"to":"fraud"})");
  EXPECT_EQ(to(taken.status) + taken.at("field"), "409to");
  EXPECT_EQ(ask("POST", "/v1/models/churn/rename", R"({"to":"a/b"})").at("field"), "to");
  EXPECT_EQ(ask("POST", "/v1/models/churn/rename", "{}").at("code"), "missing-field");
  EXPECT_EQ(ask("POST", "/v1/models/nope/rename", R"({"to":"x"})").status, 404u);
  EXPECT_EQ(last(), before);
}

TEST_F(ModelLife, AModelHasAnOwnerWhoExists) {
  const auto ann = given_principal();
  const Reply made = ask("POST", "/v1/models", R"({"name":"churn","owner":")" + ann.str() + "\"}");
  EXPECT_EQ(made.at("owner"), ann.str());
  EXPECT_EQ(ask("PUT", "/v1/models/churn/owner", R"({"owner":null})").at("owner"), "");
  EXPECT_EQ(ask("PUT", "/v1/models/churn/owner", R"({"owner":")" + ann.str() + "\"}").at("owner"), ann.str());
  const Reply nobody =
      ask("PUT", "/v1/models/churn/owner", R"({"owner":"01890000-0000-7000-8000-000000000000"})");
  EXPECT_EQ(to(nobody.status) + nobody.at("field"), "404owner");
  EXPECT_EQ(ask("PUT", "/v1/models/churn/owner", R"({"owner":"ann"})").at("field"), "owner");
  EXPECT_EQ(ask("PUT", "/v1/models/churn/owner", "{}").at("code"), "missing-field");
}

TEST_F(ModelLife, WhatIsArchivedIsLeftOutOfListsAndTakesNoChange) {
  given_model("churn", 1);
  given_model("fraud");
  const Reply archived = ask("POST", "/v1/models/churn/archive", R"({"reason":"no longer sold"})");
  EXPECT_EQ(archived.at("archived.sequence"), to(last()));
  EXPECT_EQ(get("/v1/models").items(), 1u);
  EXPECT_EQ(get("/v1/models?state=archived").at("items.0.name"), "churn");
  EXPECT_EQ(get("/v1/models?state=all").items(), 2u);
  EXPECT_EQ(get("/v1/models/churn/versions/1").status, 200u);
  EXPECT_EQ(ask("POST", "/v1/models/churn/versions", "{}").at("code"), "not-allowed-now");
  EXPECT_EQ(ask("POST", "/v1/models/churn/restore").at("archived"), "");
  EXPECT_EQ(ask("POST", "/v1/models/churn/versions", "{}").status, 201u);
  EXPECT_EQ(get("/v1/models?state=gone").at("field"), "state");
}

TEST_F(ModelLife, ADeletedModelLeavesATombstoneAndItsHistory) {
  given_model("churn", 1);
  const std::string id = get("/v1/models/churn").at("id");
  const auto before = last();
  const Reply deleted = ask("DELETE", "/v1/models/churn?reason=a+mistake");
  EXPECT_EQ(deleted.status, 200u);
  EXPECT_EQ(deleted.at("removed"), "churn");
  EXPECT_EQ(get("/v1/models/churn").status, 404u);
  EXPECT_EQ(get("/v1/models").items(), 0u);
  const Reply tombs = get("/v1/models?state=deleted");
  EXPECT_EQ(tombs.at("items.0.id"), id);
  EXPECT_EQ(tombs.at("items.0.deleted.sequence"), to(last()));
  EXPECT_EQ(get("/v1/models/churn/versions/1?as_of=" + to(before)).status, 200u);
  EXPECT_EQ(get("/v1/models?as_of=" + to(before)).items(), 1u);
  EXPECT_EQ(get("/v1/events/" + to(last())).at("data.reason"), "a mistake");
  EXPECT_EQ(ask("DELETE", "/v1/models/churn").status, 404u);
  EXPECT_EQ(ask("POST", "/v1/models", R"({"name":"churn"})").at("versions"), "0");
}

TEST_F(ModelLife, ADeletedVersionKeepsItsNumberAndComesBack) {
  given_model("churn", 2);
  const auto before = last();
  EXPECT_EQ(ask("DELETE", "/v1/models/churn/versions/2?reason=leaks").at("removed"), "churn:v2");
  const Reply gone = get("/v1/models/churn/versions/2");
  EXPECT_EQ(gone.status, 404u);
  EXPECT_THAT(gone.at("detail"), HasSubstr("restore it, or ask as of before"));
  EXPECT_EQ(get("/v1/models/churn/versions/2?as_of=" + to(before)).status, 200u);
  EXPECT_EQ(get("/v1/models/churn/versions/latest").at("version"), "1");
  EXPECT_EQ(get("/v1/models/churn/versions").items(), 1u);
  EXPECT_EQ(get("/v1/models/churn/versions?state=deleted").at("items.0.deleted.sequence"), to(last()));
  EXPECT_EQ(ask("POST", "/v1/models/churn/versions", "{}").at("version"), "3");
  EXPECT_EQ(ask("POST", "/v1/models/churn/versions/2/restore", R"({"reason":"it does not"})").at("version"),
            "2");
  EXPECT_EQ(get("/v1/models/churn/versions?state=all").items(), 3u);
  EXPECT_EQ(ask("POST", "/v1/models/churn/versions/9/restore").status, 404u);
}

TEST_F(ModelLife, AVersionWithAliasesIsDeletedWithThemOrNotAtAll) {
  given_model("churn", 1);
  ask("PUT", "/v1/models/churn/aliases/production", R"({"version":1})");
  const Reply refused = ask("DELETE", "/v1/models/churn/versions/1");
  EXPECT_EQ(to(refused.status) + refused.at("field"), "409remove_aliases");
  EXPECT_EQ(ask("DELETE", "/v1/models/churn/versions/1?remove_aliases=perhaps").at("field"),
            "remove_aliases");
  EXPECT_EQ(ask("DELETE", "/v1/models/churn/versions/1?remove_aliases=true").status, 200u);
  EXPECT_EQ(get("/v1/models/churn/aliases/production").status, 404u);
}

TEST_F(ModelLife, ARunIsKeptWithAllThatIsKnownOfIt) {
  given_model("churn");
  const std::string lock = put_blob("scikit-learn==1.7.2\n");
  const Reply made =
      ask("POST", "/v1/models/churn/versions",
          R"({"run":{"id":"8f3a","name":"nightly","url":"https://ci.example.com/8f3a","commit":"e83c516",
                             "repository":"https://git.example.com/churn","framework":"scikit-learn 1.7.2",
                             "environment":"sha256:)" +
              lock + R"(","parameters":{"depth":6,"eta":[0.1,0.3]}}})");
  EXPECT_EQ(made.status, 201u);
  EXPECT_EQ(made.at("run.framework"), "scikit-learn 1.7.2");
  EXPECT_EQ(made.at("run.environment"), "sha256:" + lock);
  EXPECT_EQ(made.at("run.parameters"), R"({"depth":6,"eta":[0.1,0.3]})");
  EXPECT_EQ(ask("POST", "/v1/models/churn/versions", R"({"run":{"id":"8f3a","parameters":[1]}})").at("field"),
            "run.parameters");
  EXPECT_EQ(
      ask("POST", "/v1/models/churn/versions", R"({"run":{"id":"8f3a","environment":"x"}})").at("field"),
      "run.environment");
}

TEST_F(ModelLife, MetadataHasAHistoryOfBeforeAndAfter) {
  given_model("churn", 1);
  ask("PATCH", "/v1/models/churn/versions/1", R"({"metadata":{"a":1}})");
  ask("PATCH", "/v1/models/churn/versions/1", R"({"metadata":{"a":2,"b":{}}})");
  const Reply history = get("/v1/models/churn/versions/1/history?limit=2&min_sequence=" + to(last()));
  EXPECT_EQ(history.at("items.0.data.from.metadata"), R"({"a":1})");
  EXPECT_EQ(history.at("items.0.data.to.metadata"), R"({"a":2,"b":{}})");
  EXPECT_EQ(history.at("items.1.data.from.metadata"), "{}");
  EXPECT_EQ(get("/v1/models/churn/versions/1?as_of=" + to(last() - 1)).at("metadata"), R"({"a":1})");
}

// ---- cards ----

TEST_F(ModelLife, ACardIsWrittenReadAndTakenAway) {
  given_model("churn", 1);
  EXPECT_EQ(get("/v1/models/churn/card").status, 404u);
  const Reply written = card_of("churn", "# Churn\n\n## Intended use\n\nto call people\n");
  EXPECT_EQ(written.status, 200u);
  EXPECT_EQ(written.at("sections"), R"(["Churn","Intended use"])");
  EXPECT_EQ(get("/v1/models/churn/card").at("text"), "# Churn\n\n## Intended use\n\nto call people\n");
  EXPECT_EQ(get("/v1/models/churn").at("card.sections"), R"(["Churn","Intended use"])");
  EXPECT_EQ(get("/v1/models/churn/versions/1/card").at("of_model"), "true");
  const auto before = last();
  card_of("churn", "# Churn\n\n## Intended use\n\nto call people\n");
  EXPECT_EQ(last(), before) << "the same text again changes nothing";

  EXPECT_EQ(card_of("churn/versions/1", "Of v1\n=====\n").at("sections"), R"(["Of v1"])");
  EXPECT_EQ(get("/v1/models/churn/versions/1/card").at("of_model"), "");
  EXPECT_EQ(ask("DELETE", "/v1/models/churn/versions/1/card").status, 200u);
  EXPECT_EQ(get("/v1/models/churn/versions/latest/card").at("of_model"), "true");
  EXPECT_EQ(ask("DELETE", "/v1/models/churn/card").status, 200u);
  EXPECT_EQ(ask("DELETE", "/v1/models/churn/card").status, 404u);
  EXPECT_EQ(get("/v1/models/churn/card?as_of=" + to(before)).at("sections"), R"(["Churn","Intended use"])");
}

TEST_F(ModelLife, ACardsTextIsInNoEvent) {
  given_model("churn");
  card_of("churn", "# Use\n\nsecret words\n");
  const Reply event = get("/v1/events/" + to(last()));
  EXPECT_EQ(event.at("data.to.sections"), R"(["Use"])");
  EXPECT_THAT(event.body, ::testing::Not(HasSubstr("secret words")));
}

TEST_F(ModelLife, ACardThatCannotBeIsRefused) {
  given_model("churn", 1);
  const auto before = last();
  EXPECT_EQ(ask("PUT", "/v1/models/churn/card", "{}").at("field"), "text");
  EXPECT_EQ(card_of("churn", "").at("field"), "text");
  const Reply large = card_of("churn", std::string(limits::kMaxTextBytes + 1, 'x'));
  EXPECT_EQ(to(large.status) + large.at("field"), "413text");
  std::string many;
  for (std::size_t i = 0; i <= limits::kMaxCardSections; ++i) many += "# h" + to(i) + "\n";
  EXPECT_EQ(card_of("churn", many).at("code"), "too-many");
  EXPECT_EQ(card_of("churn", many).at("field"), "text");
  EXPECT_EQ(card_of("nope", "# x").status, 404u);
  EXPECT_EQ(card_of("churn/versions/latest", "# x").at("field"), "version");
  EXPECT_EQ(card_of("churn/versions/9", "# x").status, 404u);
  EXPECT_EQ(last(), before);
}

TEST_F(ModelLife, AVersionWithoutASectionThatIsAskedForDoesNotReachProduction) {
  ask("PATCH", "/v1/registries/models",
      R"({"stages":{"stages":["dev","live"]},
          "card_policy":{"sections":["Intended use"],"aliases":["production"],"stages":["live"]}})");
  given_model("churn", 1);
  const Reply none = ask("PUT", "/v1/models/churn/aliases/production", R"({"version":1})");
  EXPECT_EQ(none.status, 409u);
  EXPECT_EQ(none.at("detail"),
            R"(registry "models" asks that a version has a card with "Intended use" before it gets alias )"
            R"("production": v1 of "churn" has none)");
  EXPECT_EQ(none.at("field"), "alias");
  EXPECT_EQ(card_of("churn/versions/1", "# Churn\n").at("missing"), R"(["Intended use"])");
  EXPECT_THAT(ask("POST", "/v1/models/churn/versions/1/transition", R"({"stage":"live"})").at("detail"),
              HasSubstr("has a card without"));
  EXPECT_EQ(ask("POST", "/v1/models/churn/versions", R"({"aliases":["production"],"card":"# Use"})").status,
            409u);
  EXPECT_EQ(card_of("churn/versions/1", "INTENDED USE\n---\nto call people\n").at("missing"), "[]");
  EXPECT_EQ(ask("PUT", "/v1/models/churn/aliases/production", R"({"version":1})").status, 201u);
  EXPECT_EQ(ask("POST", "/v1/models/churn/versions/1/transition", R"({"stage":"live"})").status, 200u);
  const std::string card = "/v1/models/churn/versions/1/card";
  EXPECT_EQ(ask("DELETE", card).at("field"), "card") << "production stands on it";
  const Reply bare = card_of("churn/versions/1", "# Intended use\n");
  EXPECT_EQ(bare.status, 409u);
  EXPECT_EQ(bare.at("field"), "text");
  EXPECT_THAT(bare.at("detail"),
              HasSubstr(R"(a version in alias "production" has a card with "Intended use")"));
  EXPECT_EQ(ask("POST", "/v1/models/churn/versions", R"({"aliases":["production"],"card":"# Intended use"})")
                .status,
            409u)
      << "a heading with nothing behind it";
  EXPECT_EQ(ask("POST", "/v1/models/churn/versions",
                R"({"aliases":["production"],"card":"# Intended use\n\nto call people"})")
                .status,
            201u);
  EXPECT_EQ(ask("DELETE", card).at("field"), "card") << "it is live still";
}

}  // namespace
}  // namespace herald::api
