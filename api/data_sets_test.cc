// Registries of data sets: their versions are what models are trained and evaluated on, for who sees them.
#include "api/testing/locked_server.h"

namespace herald::api {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::Reply;

class VersionsOfDataSets : public testing::LockedServerTest {
 protected:
  void prepare() override {
    ASSERT_EQ(ask("POST", "/v1/models", R"({"name":"churn"})").status, 201u);
    for (int i = 0; i < 2; ++i) ASSERT_EQ(ask("POST", "/v1/models/churn/versions", "{}").status, 201u);
  }
  void SetUp() override {
    LockedServerTest::SetUp();
    ASSERT_EQ(
        as("root", "POST", "/v1/registries", R"({"name":"data","kind":"dataset","visibility":"restricted"})")
            .status,
        201u);
    const std::string data = "/v1/registries/data/models";
    ASSERT_EQ(as("root", "POST", data, R"({"name":"Customers"})").status, 201u);
    for (int i = 0; i < 2; ++i)
      ASSERT_EQ(as("root", "POST", data + "/Customers/versions", "{}").status, 201u);
  }
  Reply train(const std::string& who, const std::string& upstream, const std::string& downstream,
              const std::string& relation = "trained_on") {
    return as(who, "POST", "/v1/lineage",
              R"({"upstream":{"version":")" + upstream + R"("},"relation":")" + relation +
                  R"(","downstream":{"version":")" + downstream + "\"}}");
  }
  Reply evaluate(const std::string& who, const std::string& dataset) {
    return as(who, "POST", "/v1/models/churn/versions/1/evaluations",
              R"({"name":"nightly","metrics":{"auc":0.9},"dataset":{"version":")" + dataset + "\"}}");
  }
  Reply search(const std::string& who, const std::string& sentence, const std::string& kind) {
    return as(who, "GET",
              "/v1/search?q=" + sentence + "&kind=" + kind + "&min_sequence=" + std::to_string(last()));
  }
  void rename_the_data_set() {
    ASSERT_EQ(as("root", "POST", "/v1/registries/data/models/Customers/rename", R"({"to":"Clients"})").status,
              200u);
  }
};

TEST_F(VersionsOfDataSets, AreWhatVersionsOfModelsAreTrainedOn) {
  const Reply edge = train("root", "data/Customers:v1", "churn:v1");
  ASSERT_EQ(edge.status, 201u) << edge.body;
  EXPECT_EQ(edge.at("upstream.name"), "data/Customers:v1");
  const Reply impact = as("root", "GET", "/v1/lineage/impact?version=data/Customers:v1");
  EXPECT_EQ(impact.items(), 1u);
  EXPECT_EQ(impact.at("items.0.name"), "churn:v1");
  EXPECT_EQ(as("root", "GET", "/v1/lineage/impact?version=data/Customers:v2").items(), 0u);
  const Reply above = as("root", "GET", "/v1/lineage?version=churn:v1&direction=upstream");
  EXPECT_EQ(above.at("nodes.0.name"), "data/Customers:v1");
  EXPECT_EQ(above.at("edges.0.relation"), "trained_on");
  const Reply of_a_run = as("root", "POST", "/v1/lineage",
                            R"({"upstream":{"version":"data/Customers:v2"},"relation":"trained_on",)"
                            R"("downstream":{"run":"nightly"}})");
  ASSERT_EQ(of_a_run.status, 201u) << of_a_run.body;
  EXPECT_EQ(as("root", "GET", "/v1/runs/nightly").at("used.0.node.name"), "data/Customers:v2");
}

TEST_F(VersionsOfDataSets, AloneAreTrainedOnNotThoseOfModels) {
  const Reply of_a_model = train("root", "churn:v1", "churn:v2");
  EXPECT_EQ(of_a_model.status, 422u);
  EXPECT_EQ(of_a_model.at("field"), "relation");
  EXPECT_THAT(of_a_model.at("detail"), HasSubstr("is in a registry of models"));
  const Reply to_data = train("root", "data/Customers:v1", "data/Customers:v2");
  EXPECT_EQ(to_data.status, 422u);
  EXPECT_THAT(to_data.at("detail"), HasSubstr("say derived_from"));
  const Reply moving = train("root", "data/Customers:latest", "churn:v1");
  EXPECT_EQ(moving.status, 422u);
  EXPECT_EQ(moving.at("field"), "upstream.version");
  EXPECT_EQ(train("root", "data/Customers:v9", "churn:v1").status, 404u);
}

TEST_F(VersionsOfDataSets, AreWhatEvaluationsAreMadeOn) {
  const Reply made = evaluate("root", "data/Customers:v1");
  ASSERT_EQ(made.status, 201u) << made.body;
  EXPECT_EQ(made.at("dataset.kind"), "version");
  EXPECT_EQ(made.at("dataset.name"), "data/Customers:v1");
  const std::string list = "/v1/models/churn/evaluations?dataset_version=data/Customers:v";
  EXPECT_EQ(as("root", "GET", list + "1").items(), 1u);
  EXPECT_EQ(as("root", "GET", list + "2").items(), 0u);
  EXPECT_EQ(as("root", "GET", "/v1/lineage/impact?version=data/Customers:v1").at("items.0.name"), "churn:v1");
  const Reply on_a_model = evaluate("root", "churn:v2");
  EXPECT_EQ(on_a_model.status, 422u);
  EXPECT_EQ(on_a_model.at("field"), "dataset.version");
  const Reply moving = evaluate("root", "data/Customers:latest");
  EXPECT_EQ(moving.status, 422u);
  EXPECT_EQ(moving.at("field"), "dataset.version");
  const Reply missing = evaluate("root", "data/Customers:v9");
  EXPECT_EQ(missing.status, 404u);
  EXPECT_EQ(missing.at("field"), "dataset.version");
}

TEST_F(VersionsOfDataSets, AreFoundByWhateverNameTheyHave) {
  ASSERT_EQ(train("root", "data/Customers:v1", "churn:v2").status, 201u);
  const Reply made = evaluate("root", "data/Customers:v1");
  ASSERT_EQ(made.status, 201u) << made.body;
  for (const char* name : {"Customers", "Clients"}) {
    const std::string version = "data/" + std::string(name) + ":v1";
    EXPECT_EQ(search("root", "dataset_version:" + version, "versions").items(), 2u) << version;
    EXPECT_EQ(search("root", "dataset_version:" + version, "evaluations").items(), 1u) << version;
    EXPECT_EQ(search("root", "dataset_version:data/" + std::string(name), "evaluations").items(), 1u)
        << "of any version";
    EXPECT_EQ(search("root", "dataset_version:data/" + std::string(name) + ":v2", "versions").items(), 0u);
    const std::string evaluations = "/v1/models/churn/evaluations";
    EXPECT_EQ(as("root", "GET", evaluations + "?dataset_version=" + version).items(), 1u) << version;
    EXPECT_EQ(as("root", "GET", evaluations).at("items.0.dataset.name"), version);
    if (name == std::string("Customers")) rename_the_data_set();
  }
  const Reply former = search("root", "dataset_version:data/Customers:v1", "versions");
  EXPECT_EQ(former.status, 404u) << "nothing is called so now";
  EXPECT_EQ(former.at("field"), "q");
}

TEST_F(VersionsOfDataSets, AreOtherThingsThanDataSetsOfTheirName) {
  ASSERT_EQ(train("root", "data/Customers:v1", "churn:v1").status, 201u);
  ASSERT_EQ(evaluate("root", "data/Customers:v1").status, 201u);
  const char* const name = R"({"dataset":"data/Customers:v1"})";
  ASSERT_EQ(as("root", "POST", "/v1/lineage",
               R"({"upstream":)" + std::string(name) +
                   R"(,"relation":"trained_on","downstream":{"version":"churn:v2"}})")
                .status,
            201u);
  ASSERT_EQ(as("root", "POST", "/v1/models/churn/versions/2/evaluations",
               R"({"name":"by name","metrics":{"auc":0.9},"dataset":)" + std::string(name) + "}")
                .status,
            201u);
  const struct {
    const char *lineage, *search, *list, *kind, *version;
  } asked[] = {{"version", "dataset_version", "dataset_version", "version", "1"},
               {"dataset", "dataset", "dataset", "dataset", "2"}};
  for (const auto& one : asked) {
    const std::string is = "=data/Customers:v1", churn = "churn:v" + std::string(one.version);
    const Reply impact = as("root", "GET", "/v1/lineage/impact?" + std::string(one.lineage) + is);
    EXPECT_EQ(impact.items(), 1u) << impact.body;
    EXPECT_EQ(impact.at("start.kind"), one.kind);
    EXPECT_EQ(impact.at("items.0.name"), churn);
    const Reply below =
        as("root", "GET", "/v1/lineage?direction=downstream&" + std::string(one.lineage) + is);
    EXPECT_EQ(below.at("nodes.0.name"), churn);
    EXPECT_EQ(below.at("nodes.1.name"), "");
    const Reply above = as("root", "GET", "/v1/lineage?direction=upstream&version=" + churn);
    EXPECT_EQ(above.at("nodes.0.kind"), one.kind) << above.body;
    EXPECT_EQ(above.at("nodes.0.name"), "data/Customers:v1");
    for (const char* kind : {"versions", "evaluations"}) {
      const Reply found = search("root", std::string(one.search) + ":data/Customers:v1", kind);
      EXPECT_EQ(found.items(), 1u) << one.search << " " << kind << found.body;
      EXPECT_EQ(found.at("items.0.version"), one.version) << one.search << " " << kind;
    }
    const Reply listed = as("root", "GET", "/v1/models/churn/evaluations?" + std::string(one.list) + is);
    EXPECT_EQ(listed.items(), 1u) << listed.body;
    EXPECT_EQ(listed.at("items.0.dataset.kind"), one.kind);
  }
}

TEST_F(VersionsOfDataSets, AndArtifactsAreFoundByWhoSeesThemAlone) {
  const std::string id =
      as("root", "POST", "/v1/artifacts",
         R"({"name":"secret rows","kind":"dataset","reference":"s3://rows","digest":"sha256:)" +
             std::string(64, 'a') + "\"}")
          .at("id");
  ASSERT_EQ(as("root", "POST", "/v1/lineage",
               R"({"upstream":{"artifact":")" + id +
                   R"("},"relation":"trained_on","downstream":{"version":"churn:v1"}})")
                .status,
            201u);
  given_user("eve", "member", "/v1/registries/models");
  EXPECT_EQ(search("root", "dataset_version:" + id, "versions").items(), 1u);
  const Reply hidden = search("eve", "dataset_version:" + id, "versions");
  EXPECT_EQ(hidden.status, 404u) << hidden.body;
  for (const char* guess : {"dataset:secret*", "dataset:*rows*"}) {
    EXPECT_EQ(search("eve", guess, "versions").items(), 0u) << guess << ": its name is told by no guess";
  }
  ASSERT_LT(as("root", "PUT", "/v1/models/churn/versions/2/artifacts/" + id).status, 300u);
  EXPECT_EQ(search("eve", "dataset_version:" + id, "versions").items(), 1u) << "linked where eve sees it";
}

TEST_F(VersionsOfDataSets, AreSearchedForByTheirNamesAlone) {
  for (const char* sentence :
       {"dataset_version:*", "dataset_version:data/*", "dataset_version:*Customers*"}) {
    const Reply refused = search("root", sentence, "versions");
    EXPECT_EQ(refused.status, 422u) << sentence << refused.body;
    EXPECT_EQ(refused.at("position"), "0");
    EXPECT_THAT(refused.at("detail"), HasSubstr("is named whole"));
  }
  const Reply of_a_model = search("root", "dataset_version:churn:v1", "versions");
  EXPECT_EQ(of_a_model.status, 422u);
  EXPECT_THAT(of_a_model.at("detail"), HasSubstr("in a registry of models"));
  EXPECT_EQ(search("root", "dataset_version:data/Customers:v9", "versions").status, 404u);
  const Reply listed = as("root", "GET", "/v1/models/churn/evaluations?dataset_version=churn:v1");
  EXPECT_EQ(listed.status, 422u);
  EXPECT_EQ(listed.at("field"), "dataset_version");
}

TEST_F(VersionsOfDataSets, AreHiddenFromWhoDoesNotSeeTheirRegistry) {
  ASSERT_EQ(train("root", "data/Customers:v2", "churn:v1").status, 201u);
  ASSERT_EQ(evaluate("root", "data/Customers:v1").status, 201u);
  given_user("eve", "member", "/v1/registries/models");
  for (const char* path : {"/v1/models/churn/evaluations", "/v1/models/churn/versions/1/evaluations",
                           "/v1/lineage?version=churn:v1", "/v1/models/churn/compare?versions=1,2&all=true",
                           "/v1/compare/evaluations?versions=churn:v1,churn:v2", "/v1/events?limit=1000"}) {
    const Reply shown = as("eve", "GET", path);
    EXPECT_EQ(shown.status, 200u) << path << shown.body;
    EXPECT_THAT(shown.body, Not(HasSubstr("Customers"))) << path;
    EXPECT_THAT(as("root", "GET", path).body, HasSubstr("Customers")) << path;
  }
  EXPECT_EQ(as("eve", "GET", "/v1/models/churn/evaluations").items(), 1u);
  EXPECT_EQ(as("eve", "GET", "/v1/models/churn/evaluations?dataset=data/Customers:v1").items(), 0u);
  EXPECT_EQ(as("eve", "GET", "/v1/models/churn/evaluations?dataset_version=data/Customers:v1").status, 404u);
  EXPECT_EQ(as("eve", "GET", "/v1/lineage/impact?version=data/Customers:v1").status, 404u);
  const std::string id = as("root", "GET", "/v1/registries/data/models/Customers").at("id");
  for (const std::string& sentence :
       {std::string("data/Customers:v1"), std::string("data/Customers"), std::string("data*"), id + "/1",
        id + "*", "*" + id.substr(1) + "*", std::string("*")})
    for (const char* kind : {"versions", "evaluations"})
      EXPECT_EQ(search("eve", "dataset:" + sentence, kind).items(), 0u) << sentence << " " << kind;
  for (const std::string& sentence :
       {std::string("data/Customers:v1"), std::string("data/Customers"), id + "/1"}) {
    const Reply hidden = search("eve", "dataset_version:" + sentence, "versions");
    EXPECT_GE(hidden.status, 400u) << sentence << hidden.body;
    EXPECT_EQ(hidden.items(), 0u) << sentence;
  }
  std::string nowhere = search("eve", "dataset_version:none/Customers:v1", "versions").at("detail");
  for (std::size_t at = 0; (at = nowhere.find("none", at)) != std::string::npos;)
    nowhere.replace(at, 4, "data");
  EXPECT_EQ(search("eve", "dataset_version:data/Customers:v1", "versions").at("detail"), nowhere);
}

TEST_F(VersionsOfDataSets, AreNotHeldAgainstEachOtherForWhoDoesNotSeeThem) {
  const auto evaluated = [&](const std::string& version, const std::string& on, const std::string& auc) {
    return as("root", "POST", "/v1/models/churn/versions/" + version + "/evaluations",
              R"({"name":"nightly","metrics":{"auc":)" + auc + R"(},"dataset":{"version":"data/Customers:)" +
                  on + "\"}}");
  };
  const std::string first = evaluated("1", "v1", "0.5").at("id"),
                    second = evaluated("2", "v2", "0.75").at("id");
  given_user("eve", "member", "/v1/registries/models");
  for (const char* asked : {"/v1/models/churn/compare/evaluations?versions=1,2",
                            "/v1/compare/evaluations?versions=churn:v1,churn:v2",
                            "/v1/models/churn/compare?versions=1,2&aspects=evaluation"}) {
    const std::string hidden = as("eve", "GET", asked).body;
    for (const std::string& id : {first, second})
      EXPECT_THAT(hidden, HasSubstr("nightly on hidden (evaluation " + id + ")")) << asked;
    EXPECT_THAT(hidden, HasSubstr(R"("values":[0.5,null],"change":[null,null])")) << asked;
    EXPECT_THAT(hidden, HasSubstr(R"("values":[null,0.75],"change":[null,null])")) << asked;
    EXPECT_THAT(hidden, HasSubstr(R"("hidden":true)")) << asked;
    EXPECT_THAT(hidden, Not(HasSubstr(R"("node")"))) << asked;
    EXPECT_THAT(as("root", "GET", asked).body, HasSubstr("nightly on data/Customers:v2")) << asked;
  }
  ASSERT_EQ(evaluated("2", "v1", "0.875").status, 201u);
  const std::string asked = "/v1/models/churn/compare/evaluations?versions=1,2";
  EXPECT_THAT(as("root", "GET", asked).body, HasSubstr(R"("values":[0.5,0.875])"))
      << "they are of one data set";
  EXPECT_THAT(as("eve", "GET", asked).body, Not(HasSubstr("[0.5,0.875]"))) << "which is not told";
}

TEST_F(VersionsOfDataSets, AreNamedByThoseWhoSeeThem) {
  given_user("eve", "member", "/v1/registries/models");
  const Reply hidden = train("eve", "data/Customers:v1", "churn:v1");
  EXPECT_EQ(hidden.status, 404u);
  EXPECT_EQ(hidden.at("field"), "upstream.version");
  const Reply on_hidden = evaluate("eve", "data/Customers:v1"),
              on_nothing = evaluate("eve", "data/Nothing:v1");
  EXPECT_EQ(on_hidden.status, 404u);
  EXPECT_EQ(on_hidden.at("field"), "dataset.version");
  EXPECT_EQ(on_nothing.status, 404u);
  grant("eve", "viewer", "/v1/registries/data");
  EXPECT_EQ(train("eve", "data/Customers:v1", "churn:v1").status, 201u);
  EXPECT_EQ(evaluate("eve", "data/Customers:v1").status, 201u);
}

}  // namespace
}  // namespace herald::api
