// Each question is asked of a map in memory, of the head and of the views: what a test here says holds for all three.
#include "projections/queries.h"

#include <gmock/gmock.h>

#include "projections/lineage.h"
#include "projections/testing/registry_story.h"
#include "projections/testing/stores.h"

namespace herald::projections {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

enum class Source { memory, head, past };

class Queries : public ::testing::TestWithParam<Source> {
 protected:
  // After the story is told; the past is that of its last event, with more told after it.
  const registry::Reader& reader() {
    if (GetParam() == Source::memory) return story.state();
    if (GetParam() == Source::head) {
      head_ = std::make_unique<HeadStore>(story.events());
      head_reader_ = std::make_unique<HeadReader>(*head_->head);
      return *head_reader_;
    }
    const Sequence then(story.last());
    go_on();
    views_ = std::make_unique<ViewsStore>(story.events());
    views_reader_ = std::make_unique<ViewsReader>(*views_->views);
    return as_of_.emplace(views_reader_->as_of(then));
  }

  RegistryStory story;

 private:
  // What must not be seen from before.
  void go_on() {
    story.model("later");
    story.version("later");
    story.move("later", "production", 1);
    const auto artifact = story.artifact("later");
    story.link("later", registry::VersionNumber(1), artifact);
    story.comment("later");
    const auto automation = story.automation("later");
    story.trigger(automation, 1);
    story.secret("later", 1);
    story.edge(RegistryStory::dataset("rows"), registry::Relation::used, RegistryStory::run("later"));
  }

  std::unique_ptr<HeadStore> head_;
  std::unique_ptr<HeadReader> head_reader_;
  std::unique_ptr<ViewsStore> views_;
  std::unique_ptr<ViewsReader> views_reader_;
  std::optional<AsOf> as_of_;
};
INSTANTIATE_TEST_SUITE_P(Of, Queries, ::testing::Values(Source::memory, Source::head, Source::past),
                         [](const auto& source) {
                           return source.param == Source::memory ? "Memory"
                                  : source.param == Source::head ? "TheHead"
                                                                 : "ThePast";
                         });

template <class Record>
std::vector<std::string> names(const std::vector<Record>& records) {
  std::vector<std::string> names;
  for (const Record& record : records) names.push_back(record.name.str());
  return names;
}

// All pages of `limit` records, one after the other.
template <class Ask>
auto pages(std::size_t limit, Ask&& ask) {
  std::vector<decltype(ask(PageRequest{}).items)> pages;
  PageRequest request{{}, limit};
  while (true) {
    auto page = ask(request);
    pages.push_back(std::move(page.items));
    if (!page.next) return pages;
    request.after = *page.next;
  }
}

TEST_P(Queries, ListRegistries) {
  EXPECT_THAT(names(list_registries(reader(), {}).items), ElementsAre("models"));
}

TEST_P(Queries, ListModelsInTheOrderOfTheirRegistration) {
  for (const char* name : {"churn", "fraud", "ads"}) story.model(name);
  EXPECT_THAT(names(list_models(reader(), {}, {}, {}).items), ElementsAre("churn", "fraud", "ads"));
}

TEST_P(Queries, ListModelsPageByPageWithoutSkippingOrRepeating) {
  for (const char* name : {"a", "b", "c", "d", "e"}) story.model(name);
  const auto& state = reader();
  const auto all = pages(2, [&](const PageRequest& page) { return list_models(state, {}, {}, page); });
  ASSERT_EQ(all.size(), 3U);
  EXPECT_THAT(names(all[0]), ElementsAre("a", "b"));
  EXPECT_THAT(names(all[1]), ElementsAre("c", "d"));
  EXPECT_THAT(names(all[2]), ElementsAre("e"));
}

TEST_P(Queries, SayThatAFullLastPageIsTheLast) {
  for (const char* name : {"a", "b"}) story.model(name);
  EXPECT_EQ(list_models(reader(), {}, {}, {{}, 2}).next, std::nullopt);
}

TEST_P(Queries, ListModelsOfOneRegistryOrWithAPartOfAName) {
  const auto data = story.id<registry::RegistryId>();
  story.record(registry::CreateRegistry{data, registry::RegistryName::trusted("data"),
                                        registry::RegistryKind::dataset});
  story.model("churn-eu");
  story.model("fraud");
  registry::RegisterModel elsewhere;
  elsewhere.registry = registry::RegistryName::trusted("data");
  elsewhere.model = registry::ModelName::trusted("churn-rows");
  elsewhere.new_id = story.id<registry::ModelId>();
  story.record(elsewhere);
  const auto& state = reader();
  EXPECT_THAT(names(list_models(state, data, {}, {}).items), ElementsAre("churn-rows"));
  EXPECT_THAT(names(list_models(state, {}, "churn", {}).items), ElementsAre("churn-eu", "churn-rows"));
  EXPECT_THAT(names(list_models(state, data, "eu", {}).items), IsEmpty());
}

TEST_P(Queries, ListTheModelsOfARegistryPageByPageInTheOrderOfTheirRegistration) {
  const auto data = story.id<registry::RegistryId>();
  story.record(registry::CreateRegistry{data, registry::RegistryName::trusted("data"),
                                        registry::RegistryKind::dataset});
  for (const char* name : {"e-rows", "d", "c-rows", "b-rows", "a-rows"}) {
    story.model(name);
    registry::RegisterModel elsewhere;
    elsewhere.registry = registry::RegistryName::trusted("data");
    elsewhere.model = registry::ModelName::trusted(name);
    elsewhere.new_id = story.id<registry::ModelId>();
    story.record(elsewhere);
  }
  registry::DeleteModel gone;
  gone.registry = registry::RegistryName::trusted("data");
  gone.model = registry::ModelName::trusted("b-rows");
  story.record(gone);
  const auto& state = reader();
  const auto not_first = [](const registry::ModelRecord& model) { return model.name.str() != "e-rows"; };
  const auto all = pages(2, [&](const PageRequest& page) { return list_models_in(state, data, {}, page); });
  ASSERT_EQ(all.size(), 2U);
  EXPECT_THAT(names(all[0]), ElementsAre("e-rows", "d"));
  EXPECT_THAT(names(all[1]), ElementsAre("c-rows", "a-rows"));
  EXPECT_THAT(names(list_models_in(state, data, "rows", {}).items),
              ElementsAre("e-rows", "c-rows", "a-rows"));
  EXPECT_THAT(names(list_models_in(state, data, {}, {}, not_first).items),
              ElementsAre("d", "c-rows", "a-rows"));
}

TEST_P(Queries, ListVersionsNewestFirst) {
  const auto churn = story.model("churn");
  story.model("fraud");
  for (int i = 0; i < 3; ++i) story.version("churn");
  story.version("fraud");
  const auto& state = reader();
  std::vector<std::uint64_t> numbers;
  for (const auto& page :
       pages(2, [&](const PageRequest& page) { return list_versions(state, churn, page); })) {
    for (const auto& version : page) numbers.push_back(version.number.value());
  }
  EXPECT_THAT(numbers, ElementsAre(3, 2, 1));
}

TEST_P(Queries, ListOnlyWhatIsWanted) {
  const auto churn = story.model("churn");
  story.model("fraud");
  for (int i = 0; i < 3; ++i) story.version("churn");
  const auto& state = reader();
  const auto is_churn = [](const registry::ModelRecord& model) { return model.name.str() == "churn"; };
  EXPECT_THAT(names(list_models(state, {}, {}, {}, is_churn).items), ElementsAre("churn"));
  const auto second = [](const registry::VersionRecord& version) { return version.number.value() == 2; };
  EXPECT_EQ(list_versions(state, churn, {}, second).items.size(), 1U);
  EXPECT_THAT(list_registries(state, {}, [](const registry::RegistryRecord&) { return false; }).items,
              IsEmpty());
}

TEST_P(Queries, ListWhatIsInAStageOfAllModels) {
  const auto models = registry::RegistryName::trusted("models");
  const auto stage = [](const char* name) { return registry::StageName::trusted(name); };
  registry::UpdateRegistry laid_out{};
  laid_out.name = models;
  laid_out.stages = registry::StageSet{{stage("dev"), stage("dev2")}, {}};
  story.record(laid_out);
  for (const char* model : {"churn", "fraud"}) {
    story.model(model);
    for (std::uint64_t number = 1; number <= 2; ++number) {
      story.version(model);
      registry::TransitionStage into{};
      into.registry = models;
      into.model = registry::ModelName::trusted(model);
      into.version = registry::VersionNumber(number);
      into.to = stage(number == 1 ? "dev" : "dev2");
      story.record(into);
    }
  }
  const auto& state = reader();
  const auto id = registry::find_registry(state, models)->id;
  std::vector<std::string> seen;
  for (const auto& page :
       pages(1, [&](const PageRequest& page) { return list_stage(state, id, stage("dev"), page); })) {
    for (const StagedVersion& item : page)
      seen.push_back(item.model.name.str() + std::to_string(item.version.number.value()));
  }
  EXPECT_THAT(seen, ElementsAre("churn1", "fraud1"));
  const auto none = [](const registry::ModelRecord&) { return false; };
  EXPECT_THAT(list_stage(state, id, stage("dev2"), {}, none).items, IsEmpty());
  EXPECT_THAT(list_stage(state, id, stage("de"), {}).items, IsEmpty());
}

TEST_P(Queries, ListAliasesByNameAndThoseOfAVersion) {
  const auto churn = story.model("churn");
  story.version("churn");
  story.version("churn");
  story.move("churn", "production", 1);
  story.move("churn", "candidate", 2);
  story.move("churn", "archive", 1);
  story.move("churn", "gone", 1);
  story.move("churn", "gone", 0);
  const auto& state = reader();
  std::vector<std::string> all;
  for (const auto& alias : list_aliases(state, churn)) all.push_back(alias.alias.str());
  EXPECT_THAT(all, ElementsAre("archive", "candidate", "production"));
  EXPECT_THAT(
      aliases_by_version(state, churn).at(registry::VersionNumber(1)),
      ElementsAre(registry::AliasName::trusted("archive"), registry::AliasName::trusted("production")));
}

TEST_P(Queries, ListCommentsOldestFirst) {
  const auto churn = story.model("churn");
  const auto v1 = story.version("churn");
  const auto first = story.comment("churn");
  const auto second = story.comment("churn", v1);
  const auto& state = reader();
  const auto all = list_comments(state, churn, {}, {}).items;
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].id, first);
  EXPECT_EQ(all[1].id, second);
  const auto of_version = list_comments(state, churn, v1, {}).items;
  ASSERT_EQ(of_version.size(), 1U);
  EXPECT_EQ(of_version[0].id, second);
}

TEST_P(Queries, FindTheVersionsThatAnArtifactIsLinkedTo) {
  const auto churn = story.model("churn");
  const auto v1 = story.version("churn"), v2 = story.version("churn");
  const auto weights = story.artifact("weights"), card = story.artifact("card");
  story.link("churn", v1, weights);
  story.link("churn", v2, weights);
  story.link("churn", v2, card);
  const auto& state = reader();
  const auto all = [](const LinkedVersion&) { return true; };
  const auto linked = list_versions_of(state, weights, {}, all).items;
  ASSERT_EQ(linked.size(), 2U);
  EXPECT_EQ(linked[0].model_id, churn);
  EXPECT_EQ(linked[0].version, v1);
  EXPECT_EQ(linked[1].version, v2);
  EXPECT_THAT(names(list_artifacts(state, {}).items), ElementsAre("weights", "card"));
}

TEST_P(Queries, ListDeliveriesNewestFirstByAutomationAndState) {
  story.model("churn");
  const auto one = story.automation("one"), two = story.automation("two");
  const auto first = story.trigger(one, 2), second = story.trigger(two, 2), third = story.trigger(one, 3);
  story.outcome(first, registry::RecordOutcome::Kind::succeeded);
  const auto& state = reader();
  const auto ids = [&](auto automation, auto of_state) {
    std::vector<registry::DeliveryId> ids;
    for (const auto& found : list_deliveries(state, automation, of_state, {}).items) ids.push_back(found.id);
    return ids;
  };
  EXPECT_THAT(ids(std::optional<registry::AutomationId>(), std::optional<registry::DeliveryState>()),
              ElementsAre(third, second, first));
  EXPECT_THAT(ids(std::optional(one), std::optional<registry::DeliveryState>()), ElementsAre(third, first));
  EXPECT_THAT(ids(std::optional(one), std::optional(registry::DeliveryState::succeeded)), ElementsAre(first));
  EXPECT_EQ(list_automations(state, {}).items.size(), 2U);
}

TEST_P(Queries, ListTheSecretsInForce) {
  story.secret("slack", 1);
  story.secret("teams", 1);
  story.remove_secret("teams");
  EXPECT_THAT(names(list_secrets(reader())), ElementsAre("slack"));
}

TEST_P(Queries, HoldPagesToTheirLimits) {
  for (int i = 0; i < 3; ++i) story.model("m" + std::to_string(i));
  const auto& state = reader();
  EXPECT_EQ(list_models(state, {}, {}, {{}, 0}).items.size(), 1U);
  EXPECT_EQ(list_models(state, {}, {}, {{}, 1'000'000}).items.size(), 3U);
}

// ---- lineage ----

std::vector<std::string> reached(const LineageGraph& graph) {
  std::vector<std::string> out;
  for (std::size_t i = 1; i < graph.nodes.size(); ++i)
    out.push_back(graph.nodes[i].id + "@" + std::to_string(graph.nodes[i].distance));
  return out;
}

registry::Node run_node(const std::string& name) {
  return {registry::NodeKind::run, name, name};
}
registry::Node data_node(const std::string& name) {
  return {registry::NodeKind::dataset, name, name};
}

class Lineage : public Queries {
 protected:
  void used(const std::string& dataset, const std::string& run) {
    story.edge(RegistryStory::dataset(dataset), registry::Relation::trained_on, RegistryStory::run(run));
  }
};
INSTANTIATE_TEST_SUITE_P(Of, Lineage, ::testing::Values(Source::memory, Source::head, Source::past),
                         [](const auto& source) {
                           return source.param == Source::memory ? "Memory"
                                  : source.param == Source::head ? "TheHead"
                                                                 : "ThePast";
                         });

TEST_P(Lineage, GoesFromDataToWhatCameOfItAndBack) {
  const auto churn = story.model("churn");
  story.version("churn");
  used("rows", "train-1");
  story.edge(RegistryStory::run("train-1"), registry::Relation::produced,
             RegistryStory::version_node("churn", 1));
  const auto& state = reader();
  const std::string v1 = churn.str() + "/1";
  EXPECT_THAT(reached(lineage(state, data_node("rows"), {Direction::downstream, 64})),
              ElementsAre("train-1@1", v1 + "@2"));
  EXPECT_THAT(
      reached(lineage(state, {registry::NodeKind::version, v1, "churn:v1"}, {Direction::upstream, 64})),
      ElementsAre("train-1@1", "rows@2"));
  EXPECT_THAT(reached(lineage(state, data_node("rows"), {Direction::upstream, 64})), IsEmpty());
  const auto around = lineage(state, run_node("train-1"), {Direction::both, 64});
  EXPECT_THAT(reached(around), ElementsAre("rows@1", v1 + "@1"));
  EXPECT_EQ(around.edges.size(), 2U);
  EXPECT_FALSE(around.truncated);
}

TEST_P(Lineage, LeavesOutWhatElseCameOfWhatItComesFrom) {
  used("rows", "train-1");
  used("rows", "train-2");
  EXPECT_THAT(reached(lineage(reader(), run_node("train-1"), {Direction::both, 64})), ElementsAre("rows@1"));
}

TEST_P(Lineage, ShowsAnEdgeOnceWhenTwoWaysMeet) {
  for (const char* dataset : {"a", "b"}) {
    used(dataset, "left");
    used(dataset, "right");
  }
  const auto graph = lineage(reader(), data_node("a"), {Direction::both, 64});
  EXPECT_THAT(reached(graph), ElementsAre("left@1", "right@1"));
  EXPECT_EQ(graph.edges.size(), 2U);
}

TEST_P(Lineage, StopsAtTheDepthAndSaysThatThereIsMore) {
  story.model("churn");
  story.version("churn");
  used("rows", "train-1");
  story.edge(RegistryStory::run("train-1"), registry::Relation::produced,
             RegistryStory::version_node("churn", 1));
  const auto& state = reader();
  const auto near = lineage(state, data_node("rows"), {Direction::downstream, 1});
  EXPECT_THAT(reached(near), ElementsAre("train-1@1"));
  EXPECT_EQ(near.edges.size(), 1U);
  EXPECT_TRUE(near.truncated);
  EXPECT_FALSE(lineage(state, data_node("rows"), {Direction::downstream, 2}).truncated);
}

TEST_P(Lineage, StopsAtAThousandNodesAndSaysSo) {
  for (std::size_t i = 0; i <= limits::kMaxLineageNodes; ++i) used("rows", "train-" + std::to_string(i));
  const auto graph = lineage(reader(), data_node("rows"), {Direction::downstream, 64});
  EXPECT_EQ(graph.nodes.size(), 1 + limits::kMaxLineageNodes);
  EXPECT_EQ(graph.edges.size(), limits::kMaxLineageNodes);
  EXPECT_TRUE(graph.more);
  EXPECT_FALSE(graph.truncated);
}

TEST_P(Lineage, GoesOnWhereOnePageHasLookedAtAllTheRowsItMay) {
  for (int i = 0; i < 5; ++i) used("rows", "train-" + std::to_string(i));
  const auto& state = reader();
  const auto whole = lineage(state, data_node("rows"), {Direction::downstream});
  LineageWalk walk{Direction::downstream};
  walk.rows = 2;
  const auto part = lineage(state, data_node("rows"), walk);
  EXPECT_TRUE(part.more);
  EXPECT_FALSE(part.truncated);
  EXPECT_EQ(part.rows, 2U);
  ASSERT_EQ(part.edges.size(), 2U);
  walk.rows = part.rows + 100;
  const auto rest = lineage(state, data_node("rows"), walk);
  EXPECT_FALSE(rest.more);
  EXPECT_EQ(reached(rest), reached(whole));
  for (std::size_t i = 0; i < rest.edges.size(); ++i)
    EXPECT_EQ(rest.edges[i].row <= part.rows, i < part.edges.size()) << "what was told keeps its row";
}

TEST_P(Lineage, FollowsWhatVersionsSayOfTheirRunsAndArtifacts) {
  const auto churn = story.model("churn");
  const auto weights = story.artifact("weights");
  auto command = RegistryStory::at<registry::RegisterVersion>("churn");
  command.run.emplace();
  command.run->id = registry::Label::trusted("train-1");
  story.record(command);
  story.link("churn", registry::VersionNumber(1), weights);
  used("rows", "train-1");
  const auto& state = reader();
  const std::string v1 = churn.str() + "/1";
  const auto down = lineage(state, data_node("rows"), {Direction::downstream});
  EXPECT_THAT(reached(down), ElementsAre("train-1@1", v1 + "@2"));
  EXPECT_EQ(down.nodes[2].name, "churn:v1");
  ASSERT_EQ(down.edges.size(), 2U);
  EXPECT_TRUE(down.edges[0].recorded);
  EXPECT_FALSE(down.edges[1].recorded);
  EXPECT_THAT(reached(lineage(state, {registry::NodeKind::version, v1, v1}, {Direction::upstream})),
              ElementsAre("train-1@1", weights.str() + "@1", "rows@2"));
  EXPECT_THAT(
      reached(lineage(state, {registry::NodeKind::artifact, weights.str(), ""}, {Direction::downstream})),
      ElementsAre(v1 + "@1"));
}

TEST_P(Lineage, CallsVersionsByTheNamesTheyHaveNow) {
  story.model("churn");
  story.version("churn");
  used("rows", "train-1");
  story.edge(RegistryStory::run("train-1"), registry::Relation::produced,
             RegistryStory::version_node("churn", 1));
  auto rename = RegistryStory::at<registry::RenameModel>("churn");
  rename.to = registry::ModelName::trusted("churn-eu");
  story.record(rename);
  EXPECT_EQ(lineage(reader(), run_node("train-1"), {Direction::downstream}).nodes[1].name, "churn-eu:v1");
}

TEST_P(Lineage, ShowsNothingBehindWhatIsHidden) {
  used("rows", "hidden");
  used("rows", "train-2");
  story.model("churn");
  story.version("churn");
  story.edge(RegistryStory::run("hidden"), registry::Relation::produced,
             RegistryStory::version_node("churn", 1));
  LineageWalk walk{Direction::downstream};
  walk.sees = [](const registry::Node& node) { return node.name != "hidden"; };
  const auto& state = reader();
  const auto graph = lineage(state, data_node("rows"), walk);
  EXPECT_THAT(reached(graph), ElementsAre("train-2@1"));
  EXPECT_EQ(graph.edges.size(), 1U);
  walk.depth = 1;
  walk.nodes = 1;
  EXPECT_FALSE(lineage(state, data_node("rows"), walk).more) << "what is hidden is not told of by more";
}

TEST_P(Lineage, SaysWhatWasDeleted) {
  story.model("churn");
  const auto v1 = story.version("churn");
  const auto v2 = story.version("churn");
  const auto node = [](registry::VersionNumber number) {
    return RegistryStory::version_node("churn", number.value());
  };
  story.edge(RegistryStory::run("train-1"), registry::Relation::produced, node(v1));
  story.edge(RegistryStory::run("train-1"), registry::Relation::produced, node(v2));
  auto gone = RegistryStory::at<registry::DeleteVersion>("churn");
  gone.version = v1;
  story.record(gone);
  const auto one = lineage(reader(), run_node("train-1"), {Direction::downstream});
  ASSERT_EQ(one.nodes.size(), 3U);
  EXPECT_EQ(one.nodes[1].name, "churn:v1");
  EXPECT_TRUE(one.nodes[1].deleted);
  EXPECT_FALSE(one.nodes[2].deleted);
}

TEST_P(Lineage, SaysOfTheVersionsOfADeletedModelThatTheyWereDeleted) {
  story.model("churn");
  story.version("churn");
  story.edge(RegistryStory::run("train-1"), registry::Relation::produced,
             RegistryStory::version_node("churn", 1));
  story.record(RegistryStory::at<registry::DeleteModel>("churn"));
  const auto graph = lineage(reader(), run_node("train-1"), {Direction::downstream});
  ASSERT_EQ(graph.nodes.size(), 2U);
  EXPECT_TRUE(graph.nodes[1].deleted);
}

TEST_P(Lineage, LeavesNothingOutSilentlyHoweverManyVersionsHaveAnArtifact) {
  const auto weights = story.artifact("weights");
  story.model("churn");
  constexpr std::size_t kMany = limits::kMaxLineageNodes + 5;
  for (std::size_t i = 0; i < kMany; ++i) story.link("churn", story.version("churn"), weights);
  const auto& state = reader();
  const registry::Node start{registry::NodeKind::artifact, weights.str(), "weights"};
  LineageWalk walk{Direction::downstream};
  const auto first = lineage(state, start, walk);
  EXPECT_EQ(first.nodes.size(), 1 + limits::kMaxLineageNodes);
  EXPECT_TRUE(first.more);
  walk.nodes = 2 * limits::kMaxLineageNodes;
  const auto whole = lineage(state, start, walk);
  EXPECT_EQ(whole.nodes.size(), 1 + kMany);
  EXPECT_FALSE(whole.more || whole.truncated);
}

TEST_P(Queries, TellNothingByTheEndOfAPageOfWhatTheyDoNotShow) {
  story.model("a");
  story.model("b");
  const auto page = list_models(reader(), std::nullopt, {}, {{}, 1},
                                [](const registry::ModelRecord& model) { return model.name.str() == "a"; });
  EXPECT_THAT(names(page.items), ElementsAre("a"));
  EXPECT_FALSE(page.next);
}

TEST_P(Lineage, IsTheSameFartherOnWhereMoreIsAskedFor) {
  for (int i = 0; i < 5; ++i) used("rows", "train-" + std::to_string(i));
  const auto& state = reader();
  LineageWalk walk{Direction::downstream};
  const auto whole = reached(lineage(state, data_node("rows"), walk));
  walk.nodes = 2;
  const auto part = lineage(state, data_node("rows"), walk);
  EXPECT_TRUE(part.more);
  EXPECT_THAT(reached(part), ElementsAre(whole[0], whole[1]));
}

TEST_P(Lineage, KnowsTheVersionsOfARun) {
  story.model("churn");
  auto command = RegistryStory::at<registry::RegisterVersion>("churn");
  command.run.emplace();
  command.run->id = registry::Label::trusted("train/1 ü");
  story.record(command);
  story.record(command);
  auto gone = RegistryStory::at<registry::DeleteVersion>("churn");
  gone.version = registry::VersionNumber(2);
  story.record(gone);
  const auto& state = reader();
  const auto made = lineage(state, run_node("train/1 ü"), {Direction::downstream});
  ASSERT_EQ(made.nodes.size(), 2U);
  EXPECT_EQ(made.nodes[1].name, "churn:v1");
}

TEST_P(Queries, FindWhoUsesAVersionAndWhichOfAModel) {
  const auto churn = story.model("churn");
  story.version("churn");
  story.version("churn");
  const auto use = [&](const std::string& consumer, std::uint64_t version, std::int64_t at) {
    auto command = RegistryStory::at<registry::RecordUsage>("churn");
    command.version = registry::VersionNumber(version);
    command.consumer = registry::Label::trusted(consumer);
    command.at = Timestamp(at);
    story.record(command);
  };
  use("campaigns", 1, 1'000);
  use("web", 1, 9'000'000);
  use("web", 2, 9'000'000);
  const auto& state = reader();
  const auto all = [](registry::UsageRecord&) { return true; };
  EXPECT_EQ(list_usage(state, churn, {}, all, {}).items.size(), 3U);
  const auto of_v1 = list_usage(state, churn, registry::VersionNumber(1), all, {{}, 1});
  ASSERT_EQ(of_v1.items.size(), 1U);
  EXPECT_EQ(of_v1.items[0].consumer.str(), "campaigns");
  const auto next = list_usage(state, churn, registry::VersionNumber(1), all, {*of_v1.next, 1});
  ASSERT_EQ(next.items.size(), 1U);
  EXPECT_FALSE(next.next);
  const auto later = [](registry::UsageRecord& usage) { return usage.last > Timestamp(2'000); };
  EXPECT_EQ(list_usage(state, churn, registry::VersionNumber(1), later, {}).items.size(), 1U);
}

// Decisions refuse circles; a log that holds one must not hang a reader all the same.
TEST(LineageOfADamagedState, EndsWhereEdgesGoInACircle) {
  registry::MemoryState state;
  const auto put = [&](const char* from, const char* to) {
    const registry::EdgeRecord edge{run_node(from), registry::Relation::used, run_node(to), {}};
    state.put(registry::Table::downstream,
              registry::keys::edge(edge.upstream, edge.downstream, edge.relation), record::encode(edge));
    state.put(registry::Table::upstream, registry::keys::edge(edge.downstream, edge.upstream, edge.relation),
              record::encode(edge));
  };
  put("a", "b");
  put("b", "c");
  put("c", "a");
  put("a", "a");
  const auto graph = lineage(state, run_node("a"), {Direction::both, 64});
  EXPECT_THAT(reached(graph), ElementsAre("c@1", "b@1"));
  EXPECT_EQ(graph.edges.size(), 4U);
  EXPECT_FALSE(graph.truncated);
}

}  // namespace
}  // namespace herald::projections
