#include "projections/search/search.h"

#include <gmock/gmock.h>

#include "projections/testing/registry_story.h"
#include "projections/testing/stores.h"

namespace herald::projections::search {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::RegistryStory;
using ::testing::UnorderedElementsAre;
using testing::ViewsStore;

const Sees kAll = [](registry::RegistryId, registry::ModelId) { return true; };

// "fraud", "fraud:v2", ...
std::vector<std::string> names(const ViewsReader& reader, const Found& found, Kind kind) {
  std::vector<std::string> names;
  const AsOf state = reader.as_of(found.sequence);
  for (const std::string& key : found.documents) {
    const auto id = registry::ModelId(Uuid::from_bytes(std::string_view(key).substr(0, 16)));
    std::string name = registry::find_model(state, id)->name.str();
    if (kind == Kind::versions) name += ":v" + std::to_string(read_be64(std::string_view(key).substr(16)));
    names.push_back(std::move(name));
  }
  return names;
}

Request asked(std::string_view text, Kind kind) {
  Request request;
  request.kind = kind;
  request.query = std::get<Query>(parse(text));
  return request;
}

std::vector<std::string> run(const ViewsStore& store, const Request& request) {
  const ViewsReader reader(*store.views);
  return names(reader, search(reader, request, kAll).value(), request.kind);
}
std::vector<std::string> run(const ViewsStore& store, std::string_view text, Kind kind = Kind::models) {
  return run(store, asked(text, kind));
}

void version_with(RegistryStory& story, const std::string& model, double auc, const std::string& metadata) {
  auto command = RegistryStory::at<registry::RegisterVersion>(model);
  command.metrics = {{"auc", auc}};
  command.metadata = json::Raw(metadata);
  command.source = registry::Uri::trusted("s3://bucket/" + model);
  story.record(command);
}

RegistryStory a_story() {
  RegistryStory story;
  for (const char* model : {"churn", "fraud-cards", "fraud-loans"}) story.model(model);
  story.tag("churn", "team", "growth");
  story.tag("fraud-cards", "team", "risk");
  story.tag("fraud-loans", "team", "Risk");
  version_with(story, "churn", 0.7, R"({"data":{"rows":100},"lib":"sklearn"})");
  version_with(story, "churn", 0.95, R"({"data":{"rows":900},"lib":"torch"})");
  version_with(story, "fraud-cards", 0.92, R"({"data":{"rows":500},"lib":"torch"})");
  version_with(story, "fraud-loans", 0.6, R"({"data":{"rows":50},"lib":"torch"})");
  story.move("churn", "production", 1);
  story.move("fraud-cards", "production", 1);
  story.move("churn", "production", 2);
  return story;
}

TEST(Search, FindsModelsByWhatTheySay) {
  const ViewsStore store(a_story().events());
  EXPECT_THAT(run(store, ""), UnorderedElementsAre("churn", "fraud-cards", "fraud-loans"));
  EXPECT_THAT(run(store, "AUD"), UnorderedElementsAre("fraud-cards", "fraud-loans"));
  EXPECT_THAT(run(store, "name:fraud*"), UnorderedElementsAre("fraud-cards", "fraud-loans"));
  EXPECT_THAT(run(store, "name:churn"), ElementsAre("churn"));
  EXPECT_THAT(run(store, "tag:team=risk"), UnorderedElementsAre("fraud-cards", "fraud-loans"));
  EXPECT_THAT(run(store, "tag:team -tag:team=risk"), ElementsAre("churn"));
  EXPECT_THAT(run(store, "alias:production"), UnorderedElementsAre("churn", "fraud-cards"));
  EXPECT_THAT(run(store, "registry:models name:*loans*"), ElementsAre("fraud-loans"));
  EXPECT_THAT(run(store, "archived"), IsEmpty());
}

TEST(Search, HoldsModelsToTheirLatestVersion) {
  const ViewsStore store(a_story().events());
  EXPECT_THAT(run(store, "metric.auc>0.9"), UnorderedElementsAre("churn", "fraud-cards"));
  EXPECT_THAT(run(store, "metric.auc<0.8"), ElementsAre("fraud-loans"));
  EXPECT_THAT(run(store, "name:fraud* metric.auc>0.9"), ElementsAre("fraud-cards"));
}

TEST(Search, FindsVersionsByTheirOwnAndTheirModelsWords) {
  const ViewsStore store(a_story().events());
  EXPECT_THAT(run(store, "alias:production", Kind::versions),
              UnorderedElementsAre("churn:v2", "fraud-cards:v1"));
  EXPECT_THAT(run(store, "model:churn", Kind::versions), UnorderedElementsAre("churn:v1", "churn:v2"));
  EXPECT_THAT(run(store, "meta.data.rows>=500 meta.lib:torch", Kind::versions),
              UnorderedElementsAre("churn:v2", "fraud-cards:v1"));
  EXPECT_THAT(run(store, "name:fraud* metric.auc<0.7", Kind::versions), ElementsAre("fraud-loans:v1"));
  EXPECT_THAT(run(store, "source:s3://bucket/ch*", Kind::versions),
              UnorderedElementsAre("churn:v1", "churn:v2"));
}

TEST(Search, AnswersAsOfAMoment) {
  const RegistryStory story = a_story();
  const ViewsStore store(story.events());
  Request request = asked("alias:production", Kind::versions);
  request.as_of = Sequence(story.last() - 1);
  EXPECT_THAT(run(store, request), UnorderedElementsAre("churn:v1", "fraud-cards:v1"));
  request.as_of = Sequence(story.last() - 3);
  EXPECT_THAT(run(store, request), IsEmpty());
}

TEST(Search, SortsUpAndDown) {
  const ViewsStore store(a_story().events());
  Request request = asked("", Kind::versions);
  request.sort = parse_sort("-metric.auc").value();
  EXPECT_THAT(run(store, request), ElementsAre("churn:v2", "fraud-cards:v1", "churn:v1", "fraud-loans:v1"));
  request = asked("fraud", Kind::models);
  request.sort = parse_sort("-name").value();
  EXPECT_THAT(run(store, request), ElementsAre("fraud-loans", "fraud-cards"));
}

// What is written between two pages is in neither.
TEST(Search, PagesNeitherSkipNorRepeatWhileWritesGoOn) {
  for (const char* sort : {"", "name", "-name", "-metric.auc", "changed"}) {
    RegistryStory story = a_story();
    const ViewsStore store(story.events());
    std::size_t applied = story.events().size();
    Request request = asked("metric.auc>0.5", Kind::versions);
    if (*sort != '\0') request.sort = parse_sort(sort).value();
    request.limit = 1;
    std::vector<std::string> all;
    for (int page = 0; page < 10; ++page) {
      const ViewsReader reader(*store.views);
      const Found found = search(reader, request, kAll).value();
      for (const std::string& name : names(reader, found, request.kind)) all.push_back(name);
      if (!found.next) break;
      request.after = *found.next;
      version_with(story, "churn", 0.99, "{}");
      story.move("fraud-cards", "production", 1);
      const std::span<const registry::Event> events(story.events());
      store.views->apply(events.subspan(applied), testing::kOrigin, {}).value();
      applied = events.size();
    }
    EXPECT_THAT(all, UnorderedElementsAre("churn:v1", "churn:v2", "fraud-cards:v1", "fraud-loans:v1"))
        << sort;
  }
}

TEST(Search, LeavesOutWhatTheCallerMayNotSee) {
  const ViewsStore store(a_story().events());
  const ViewsReader reader(*store.views);
  const AsOf now = reader.as_of(reader.stand().sequence);
  const Sees not_churn = [&](registry::RegistryId, registry::ModelId id) {
    return registry::find_model(now, id)->name.str() != "churn";
  };
  for (const Kind kind : {Kind::models, Kind::versions}) {
    const Found found = search(reader, asked("metric.auc>0.9", kind), not_churn).value();
    ASSERT_EQ(found.documents.size(), 1u);
  }
}

TEST(Search, RefusesAFieldThatTheKindDoesNotHave) {
  const ViewsStore store(a_story().events());
  const ViewsReader reader(*store.views);
  EXPECT_EQ(search(reader, asked("status:ready", Kind::artifacts), kAll).error().field, "q");
  Request request = asked("", Kind::artifacts);
  request.sort = parse_sort("-metric.auc").value();
  EXPECT_EQ(search(reader, request, kAll).error().field, "sort");
  request = asked("", Kind::models);
  request.after = "x";
  EXPECT_EQ(search(reader, request, kAll).error().field, "cursor");
}

}  // namespace
}  // namespace herald::projections::search
