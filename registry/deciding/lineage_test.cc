#include <gmock/gmock.h>

#include "base/limits.h"
#include "registry/testing/story.h"

namespace herald::registry::story {
namespace {

// Models base and churn with two versions each, and an artifact.
Story two_models() {
  Story story;
  story.given({a_model("base"), a_version("base"), a_version("base"), a_model("churn"), a_version("churn"),
               a_version("churn"), an_artifact(1, "files")});
  return story;
}

RecordLineage derived(std::string_view from, std::uint64_t from_version, std::string_view to,
                      std::uint64_t to_version) {
  return edge(version_node(from, from_version), Relation::derived_from, version_node(to, to_version));
}

TEST(RecordLineage, JoinsDataSetsRunsArtifactsAndVersions) {
  Story story = two_models();
  const auto first = story.when(edge(dataset_node("customers"), Relation::trained_on, run_node("run-1")));
  first.then({"customers trained_on run-1"});
  EXPECT_TRUE(first.decision().created);
  story.when(edge(artifact_node(1), Relation::used, run_node("run-1"))).then({"files used run-1"});
  story.when(edge(run_node("run-1"), Relation::produced, version_node("churn", 1)))
      .then({"run-1 produced churn:v1"});
  story.when(derived("churn", 1, "churn", 2)).then({"churn:v1 derived_from churn:v2"});
  story.when(edge(artifact_node(1), Relation::evaluated_on, version_node("churn", 2)))
      .then({"files evaluated_on churn:v2"});
  story.when(edge(version_node("churn", 2), Relation::used, run_node("run-2"))).then({"churn:v2 used run-2"});
}

TEST(RecordLineage, NamesNodesByImmutableIdsAndAsPeopleCalledThem) {
  Story story = two_models();
  story.given({CreateRegistry{id<RegistryId>(2), RegistryName::trusted("team"), RegistryKind::model}});
  auto elsewhere = a_version("own");
  elsewhere.registry = RegistryName::trusted("team");
  elsewhere.new_model_id = id<ModelId>(7);
  story.given({elsewhere});
  auto upstream = version_node("own", 1);
  upstream.version->registry = elsewhere.registry;
  const auto outcome = story.when(edge(upstream, Relation::derived_from, version_node("churn", 1)));
  outcome.then({"team/own:v1 derived_from churn:v1"});
  EXPECT_EQ(std::get<LineageRecorded>(outcome.events()[0].payload).upstream.id, id<ModelId>(7).str() + "/1");
}

TEST(RecordLineage, IsFoundFromBothEnds) {
  Story story = two_models();
  story.given({edge(dataset_node("customers"), Relation::trained_on, run_node("run-1"))});
  const Node data{NodeKind::dataset, "customers", "customers"}, run{NodeKind::run, "run-1", "run-1"};
  const auto up =
      find<EdgeRecord>(story.state(), Table::upstream, keys::edge(run, data, Relation::trained_on));
  const auto down =
      find<EdgeRecord>(story.state(), Table::downstream, keys::edge(data, run, Relation::trained_on));
  ASSERT_TRUE(up && down);
  EXPECT_EQ(up->upstream, data);
  EXPECT_EQ(down->downstream, run);
  EXPECT_EQ(up->recorded.sequence, story.sequence());
}

TEST(RecordLineage, OfWhatIsKnownChangesNothing) {
  Story story = two_models();
  const auto known = edge(dataset_node("customers"), Relation::trained_on, run_node("run-1"));
  story.given({known});
  const auto again = story.when(known);
  again.then_nothing();
  EXPECT_FALSE(again.decision().created);
  story.when(edge(dataset_node("customers"), Relation::evaluated_on, run_node("run-1")))
      .then({"customers evaluated_on run-1"});
}

TEST(RecordLineage, RefusesRelationsThatDoNotFitTheirEnds) {
  const auto refused = [](const RecordLineage& command, const std::string& sentence) {
    two_models().when(command).refused(Cause::invalid_value, "relation", sentence);
  };
  refused(edge(run_node("a"), Relation::used, run_node("b")), R"("used" cannot lead from a run to a run)");
  refused(edge(dataset_node("a"), Relation::used, version_node("churn", 1)),
          R"("used" cannot lead from a data set to a version)");
  refused(edge(run_node("a"), Relation::produced, dataset_node("b")),
          R"("produced" cannot lead from a run to a data set)");
  refused(edge(artifact_node(1), Relation::produced, version_node("churn", 1)),
          R"("produced" cannot lead from an artifact to a version)");
  refused(edge(run_node("a"), Relation::derived_from, version_node("churn", 1)),
          R"("derived_from" cannot lead from a run to a version)");
  refused(
      edge(version_node("churn", 1), Relation::trained_on, run_node("a")),
      R"("trained_on" cannot lead from a version to a run: "churn:v1" is in a registry of models (name a data set, or say derived_from))");
  refused(edge(dataset_node("a"), Relation::evaluated_on, dataset_node("b")),
          R"("evaluated_on" cannot lead from a data set to a data set)");
}

// ---- versions of registries of data sets ----

NodeAddress data_node(std::string_view model, std::uint64_t version) {
  NodeAddress node = version_node(model, version);
  node.version->registry = RegistryName::trusted("data");
  return node;
}

Story with_customers() {
  Story story;
  auto customers = a_version("customers");
  auto registered = a_model("customers");
  customers.registry = registered.registry = RegistryName::trusted("data");
  registered.new_id = id<ModelId>(77);
  story.given({CreateRegistry{id<RegistryId>(2), RegistryName::trusted("data"), RegistryKind::dataset},
               registered, customers, customers, a_model("churn"), a_version("churn"), a_version("churn")});
  return story;
}

TEST(LineageOfDataSets, AreWhatModelsAndRunsAreTrainedAndEvaluatedOn) {
  Story story = with_customers();
  story.when(edge(data_node("customers", 1), Relation::trained_on, version_node("churn", 1)))
      .then({"data/customers:v1 trained_on churn:v1"});
  story.when(edge(data_node("customers", 2), Relation::evaluated_on, version_node("churn", 1)))
      .then({"data/customers:v2 evaluated_on churn:v1"});
  story.when(edge(data_node("customers", 1), Relation::trained_on, run_node("nightly")))
      .then({"data/customers:v1 trained_on nightly"});
  story.when(edge(data_node("customers", 1), Relation::derived_from, data_node("customers", 2)))
      .then({"data/customers:v1 derived_from data/customers:v2"});
}

TEST(LineageOfDataSets, AreNotTrainedThemselvesAndModelsAreNoData) {
  Story story = with_customers();
  story.when(edge(version_node("churn", 1), Relation::trained_on, version_node("churn", 2)))
      .refused(
          Cause::invalid_value, "relation",
          R"("trained_on" cannot lead from a version to a version: "churn:v1" is in a registry of models (name a data set, or say derived_from))");
  story.when(edge(data_node("customers", 1), Relation::evaluated_on, data_node("customers", 2)))
      .refused(
          Cause::invalid_value, "relation",
          R"("evaluated_on" cannot lead from a version to a version: "data/customers:v2" is a data set itself (of data sets say derived_from))");
}

TEST(LineageOfDataSets, CloseNoCircles) {
  Story story = with_customers();
  story.given({edge(data_node("customers", 1), Relation::trained_on, version_node("churn", 1))});
  story.when(edge(version_node("churn", 1), Relation::derived_from, data_node("customers", 1)))
      .refused(
          Cause::not_allowed_now, "downstream",
          R"(version "churn:v1" already follows from version "data/customers:v1" ("data/customers:v1" -> "churn:v1"): this edge would close a circle)");
}

TEST(RecordLineage, RefusesEndsThatNameNothingOrSeveralThings) {
  auto both = run_node("a");
  both.dataset = Label::trusted("b");
  two_models()
      .when(edge(both, Relation::used, run_node("a")))
      .refused(
          Cause::invalid_value, "upstream",
          R"("upstream" must name exactly one of version, artifact, run, dataset and deployment, not 2)");
  two_models()
      .when(edge(run_node("a"), Relation::produced, {}))
      .refused(
          Cause::invalid_value, "downstream",
          R"("downstream" must name exactly one of version, artifact, run, dataset and deployment, not 0)");
}

TEST(RecordLineage, RefusesEndsThatDoNotExist) {
  two_models()
      .when(derived("churn", 9, "churn", 1))
      .refused(Cause::not_found, "upstream.version", R"(model "churn" has no version v9: its highest is v2)");
  two_models()
      .when(edge(run_node("a"), Relation::produced, artifact_node(9)))
      .refused(Cause::not_found, "downstream.artifact",
               "artifact 00000000-0000-0000-0000-000000000009 does not exist: commit it first");
}

TEST(RecordLineage, RefusesAVersionAsItsOwnAncestor) {
  two_models()
      .when(derived("churn", 1, "churn", 1))
      .refused(Cause::invalid_value, "downstream", R"("churn:v1" cannot be its own ancestor)");
}

TEST(RecordLineage, RefusesToCloseACircleOfDerivedVersions) {
  Story story = two_models();
  story.given({derived("base", 1, "churn", 1), derived("churn", 1, "churn", 2)});
  story.when(derived("churn", 2, "base", 1))
      .refused(
          Cause::not_allowed_now, "downstream",
          R"(version "churn:v2" already follows from version "base:v1" ("base:v1" -> "churn:v1" -> "churn:v2"): )"
          "this edge would close a circle");
  story.when(derived("base", 1, "churn", 2)).then({"base:v1 derived_from churn:v2"});
}

TEST(RecordLineage, RefusesToCloseACircleThroughARun) {
  Story story = two_models();
  story.given({edge(version_node("churn", 1), Relation::used, run_node("tune"))});
  story.when(edge(run_node("tune"), Relation::produced, version_node("churn", 1)))
      .refused(Cause::not_allowed_now, "downstream",
               R"(run "tune" already follows from version "churn:v1" ("churn:v1" -> "tune"): )"
               "this edge would close a circle");
  story.when(edge(run_node("tune"), Relation::produced, version_node("churn", 2)))
      .then({"tune produced churn:v2"});
}

TEST(RecordLineage, NamesTheEndsOfALongWayAround) {
  Story story = two_models();
  for (std::uint64_t i = 3; i <= 12; ++i) story.given({a_version("churn")});
  for (std::uint64_t i = 1; i < 12; ++i) story.given({derived("churn", i, "churn", i + 1)});
  story.when(derived("churn", 12, "churn", 1))
      .refused(
          Cause::not_allowed_now, "downstream",
          R"(version "churn:v12" already follows from version "churn:v1" ("churn:v1" -> "churn:v2" -> )"
          R"("churn:v3" -> "churn:v4" -> 4 more -> "churn:v9" -> "churn:v10" -> "churn:v11" -> "churn:v12"): )"
          "this edge would close a circle");
}

TEST(RecordLineage, DoesNotNameVersionsOnTheWayThatTheCallerDoesNotSee) {
  Story story = two_models();
  CreateRegistry secret{id<RegistryId>(2), RegistryName::trusted("secret"), RegistryKind::model};
  secret.visibility = Visibility::restricted;
  auto hidden = a_version("merger");
  hidden.registry = secret.name;
  hidden.new_model_id = id<ModelId>(7);
  story.given({secret, hidden});
  auto between = version_node("merger", 1);
  between.version->registry = secret.name;
  story.given({edge(version_node("base", 1), Relation::derived_from, between),
               edge(between, Relation::derived_from, version_node("churn", 1))});
  auto closing = derived("churn", 1, "base", 1);
  closing.access = Access::of(story.state(), PrincipalRecord{}, TokenRecord{});
  story.when(closing).refused(
      Cause::not_allowed_now, "downstream",
      R"(version "churn:v1" already follows from version "base:v1" ("base:v1" -> a hidden version -> "churn:v1"): )"
      "this edge would close a circle");
}

TEST(RecordLineage, TellsRunsWithLongNamesApart) {
  const std::string prefix(200, 'r');
  Story story = two_models();
  story.given({edge(run_node(prefix + "1"), Relation::produced, version_node("churn", 1))});
  story.when(edge(run_node(prefix + "2"), Relation::produced, version_node("churn", 1)))
      .then({prefix + "2 produced churn:v1"});
  const Node run{NodeKind::run, std::string(256, 'r'), "r"};
  constexpr std::size_t kLongestLmdbKey = 511, kSequence = 8;
  EXPECT_LT(keys::edge(run, run, Relation::used).size() + kSequence, kLongestLmdbKey);
}

TEST(RecordLineage, RefusesWhereItCannotShowThatThereIsNoCircle) {
  Story story = two_models();
  const auto around = limits::kMaxLineageWalk / 2 + 10;
  for (std::size_t i = 0; i < around; ++i) {
    const std::string number = std::to_string(i);
    story.given({edge(dataset_node("d" + number), Relation::trained_on, run_node("up")),
                 edge(artifact_node(1), Relation::used, run_node("r" + number))});
  }
  story.given({edge(run_node("up"), Relation::produced, version_node("churn", 1))});
  story.when(edge(version_node("churn", 1), Relation::used, run_node("down"))).then({"churn:v1 used down"});
  story.given({edge(run_node("up"), Relation::produced, version_node("base", 1))});
  story.when(edge(run_node("up"), Relation::produced, artifact_node(1)))
      .refused(
          Cause::too_many, "downstream",
          R"(more than 10000 nodes stand around "up" and "files": that the edge closes no circle cannot be shown)");
}

RegisterVersion made_by(std::string_view model, std::string_view run) {
  auto command = a_version(model);
  command.run = registry::Run{};
  command.run->id = Label::trusted(run);
  return command;
}

TEST(WhatAVersionSaysOfItsRun, IsPartOfTheWayAround) {
  Story story = two_models();
  story.given({made_by("churn", "train-1")});
  story.when(edge(version_node("churn", 3), Relation::used, run_node("train-1")))
      .refused(Cause::not_allowed_now, "downstream",
               R"(version "churn:v3" already follows from run "train-1" ("train-1" -> "churn:v3"): )"
               "this edge would close a circle");
  story.given({derived("churn", 3, "base", 1)});
  story.when(edge(version_node("base", 1), Relation::used, run_node("train-1")))
      .refused(
          Cause::not_allowed_now, "downstream",
          R"(version "base:v1" already follows from run "train-1" ("train-1" -> "churn:v3" -> "base:v1"): )"
          "this edge would close a circle");
}

TEST(WhatAVersionSaysOfItsRun, ClosesNoCircleWhenItIsChanged) {
  Story story = two_models();
  story.given({edge(version_node("churn", 1), Relation::used, run_node("train-1"))});
  auto command = of<UpdateVersion>("churn", 1);
  command.run = registry::Run{};
  command.run->id = Label::trusted("train-1");
  story.when(command).refused(
      Cause::not_allowed_now, "run.id",
      R"(run "train-1" already follows from version "churn:v1": this edge would close a circle)");
  command.version = VersionNumber(2);
  story.when(command).then({"churn:v2 updated: run"});
}

TEST(AnArtifact, ClosesNoCircleWhenItIsLinked) {
  Story story = two_models();
  story.given({edge(version_node("churn", 1), Relation::used, run_node("report")),
               edge(run_node("report"), Relation::produced, artifact_node(1))});
  story.when(link("churn", 1, 1))
      .refused(Cause::not_allowed_now, "artifact_id",
               R"(artifact "files" already follows from version "churn:v1": this edge would close a circle)");
  story.when(link("churn", 2, 1)).then({"files linked to churn:v2"});
  story.when(edge(version_node("churn", 2), Relation::used, run_node("report")))
      .refused(Cause::not_allowed_now, "downstream",
               R"(version "churn:v2" already follows from run "report" ("report" -> "files" -> "churn:v2"): )"
               "this edge would close a circle");
}

}  // namespace
}  // namespace herald::registry::story
