#include "projections/search/search.h"

#include <gmock/gmock.h>

#include "base/limits.h"
#include "projections/testing/searching.h"

namespace herald::projections::search {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

std::vector<std::string> run(const ViewsStore& store, const Request& request) {
  const ViewsReader reader(*store.views);
  return names(reader, search(reader, request, kAll).value(), request.kind);
}
std::vector<std::string> run(const ViewsStore& store, std::string_view text, Kind kind = Kind::models) {
  return run(store, asked(text, kind));
}

void version_of_run(RegistryStory& story, const std::string& model, const std::string& run, double auc) {
  auto command = RegistryStory::at<registry::RegisterVersion>(model);
  command.metrics = {{"auc", auc}};
  command.run = registry::Run{registry::Label::trusted(run), registry::Label::trusted("nightly"), {}, {}};
  command.run->framework = registry::Label::trusted("sklearn");
  story.record(command);
}

// Many models, of which few are found.
RegistryStory a_long_story() {
  RegistryStory story;
  for (int i = 0; i < 200; ++i) {
    const std::string model = "model-" + std::to_string(1000 + i);
    story.model(model);
    story.tag(model, "team", i % 2 == 0 ? "risk" : "growth");
    story.tag(model, "tier", std::to_string(i % 40));
    if (i % 3 != 0) version_with(story, model, 0.001 * ((i * 37) % 1000), "{}");
    if (i % 5 == 0) version_of_run(story, model, "run-" + std::to_string(i % 4), 0.5);
  }
  return story;
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

// However little one page may look at: none is lost, and the cursor always moves.
TEST(Search, PagesThatRunOutOfWorkGetOn) {
  const ViewsStore store(a_long_story().events());
  for (const Kind kind : {Kind::models, Kind::versions, Kind::runs}) {
    for (const char* text : {"", "tag:tier=7", "tag:tier=7 metric.auc<0.4", "name:model* metric.auc>0.9",
                             "name:*99* -tag:team=risk", "-metric.auc>0.1", "name:model-110*"}) {
      for (const char* sort : {"", "name", "-name", "-created", "metric.auc"}) {
        const std::string_view words(text);
        if (kind == Kind::runs && (words.find("tag") != words.npos || words.find("name") != words.npos))
          continue;
        Request request = asked(text, kind);
        if (*sort != '\0') request.sort = parse_sort(sort).value();
        request.limit = 7;
        auto all = pages(store, request);
        request.work = 500;
        auto bit_by_bit = pages(store, request);
        if (*sort == '\0') {  // in no order in particular
          std::sort(all.begin(), all.end());
          std::sort(bit_by_bit.begin(), bit_by_bit.end());
        }
        EXPECT_EQ(bit_by_bit, all) << reflect::enum_name(kind) << ' ' << text << ' ' << sort;
      }
    }
  }
}

TEST(Search, PagesOfASortGoOnWhereThereIsTooMuchToSortAnew) {
  const ViewsStore store(a_long_story().events());
  for (const Kind kind : {Kind::models, Kind::versions}) {
    for (const char* sort : {"-metric.auc", "-name", "created"}) {
      Request request = asked("name:model-10*", kind);
      request.sort = parse_sort(sort).value();
      const auto all = pages(store, request);
      request.limit = 3;
      const ViewsReader reader(*store.views);
      const Found first = search(reader, request, kAll).value();
      auto found = names(reader, first, request.kind);
      request.after = first.next.value();
      request.work = 500;
      for (const std::string& name : pages(store, request)) found.push_back(name);
      EXPECT_EQ(found, all) << sort;
    }
  }
}

TEST(Search, FindsRunsOnceByWhatTheirVersionsSay) {
  RegistryStory story = a_story();
  version_of_run(story, "churn", "r-1", 0.5);
  version_of_run(story, "fraud-cards", "r-1", 0.8);
  version_of_run(story, "fraud-cards", "R-1", 0.3);
  version_of_run(story, "fraud-loans", "r-2", 0.9);
  const ViewsStore store(story.events());
  EXPECT_THAT(run(store, "", Kind::runs), UnorderedElementsAre("r-1", "R-1", "r-2"));
  EXPECT_THAT(run(store, "name:r-2", Kind::runs), ElementsAre("r-2"));
  EXPECT_THAT(run(store, "nightly framework:sklearn", Kind::runs), UnorderedElementsAre("r-1", "R-1", "r-2"));
  EXPECT_THAT(run(store, "model:fraud-cards", Kind::runs), UnorderedElementsAre("r-1", "R-1"));
  EXPECT_THAT(run(store, "metric.auc>0.7", Kind::runs), UnorderedElementsAre("r-1", "r-2"));
  Request request = asked("", Kind::runs);
  request.sort = parse_sort("-name").value();
  EXPECT_EQ(run(store, request).size(), 3u);
  EXPECT_EQ(pages(store, request), run(store, request));
}

TEST(Search, OwnerMeIsTheCaller) {
  RegistryStory story = a_story();
  const auto alice = story.id<registry::PrincipalId>();
  story.record(registry::CreatePrincipal{alice, {}});
  auto own = RegistryStory::at<registry::SetOwner>("churn");
  own.owner = alice;
  story.record(own);
  const ViewsStore store(story.events());
  Request request = asked("owner:me", Kind::models);
  EXPECT_THAT(run(store, request), IsEmpty());
  request.me = alice.str();
  EXPECT_THAT(run(store, request), ElementsAre("churn"));
  EXPECT_THAT(run(store, "owner:" + alice.str()), ElementsAre("churn"));
  request = asked("owner:me*", Kind::models);
  request.me = alice.str();
  EXPECT_THAT(run(store, request), IsEmpty());
}

TEST(Search, ShowsArtifactsToThoseWhoSeeAVersionOfThem) {
  RegistryStory story = a_story();
  story.link("churn", registry::VersionNumber(1), story.artifact("weights"));
  story.artifact("loose");
  const ViewsStore store(story.events());
  const ViewsReader reader(*store.views);
  const Request request = asked("", Kind::artifacts);
  EXPECT_THAT(names(reader, search(reader, request, kAll).value(), request.kind),
              UnorderedElementsAre("weights", "loose"));
  const AsOf now = reader.as_of(reader.stand().sequence);
  const Reach one{.models = {model_id(now, "churn")}};
  EXPECT_THAT(names(reader, search(reader, request, one).value(), request.kind), ElementsAre("weights"));
  EXPECT_THAT(search(reader, request, {}).value().documents, IsEmpty());
}

TEST(Search, HoldsModelsToWhicheverVersionIsTheirLatest) {
  RegistryStory story = a_story();
  const Sequence before(story.last());
  story.fail("churn", 2);
  const ViewsStore store(story.events());
  EXPECT_THAT(run(store, "metric.auc>0.9"), ElementsAre("fraud-cards"));
  EXPECT_THAT(run(store, "metric.auc:0.7"), ElementsAre("churn"));
  EXPECT_THAT(run(store, "-metric.auc>0.9"), UnorderedElementsAre("churn", "fraud-loans"));
  Request request = asked("metric.auc>0.9", Kind::models);
  request.as_of = before;
  EXPECT_THAT(run(store, request), UnorderedElementsAre("churn", "fraud-cards"));
}

TEST(Search, LeavesOutWhatTheCallerMayNotSee) {
  const ViewsStore store(a_story().events());
  const ViewsReader reader(*store.views);
  const AsOf now = reader.as_of(reader.stand().sequence);
  const Reach not_churn{.models = {model_id(now, "fraud-cards"), model_id(now, "fraud-loans")}};
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

// ---- how much of a version is indexed ----

TEST(IndexedMetadata, AreTheFirstValuesOfIt) {
  std::string metadata;
  for (std::size_t i = 0; i <= limits::kMaxIndexedValues; ++i)
    metadata += (metadata.empty() ? "{\"k" : ",\"k") + std::to_string(i) + "\":\"x\"";
  RegistryStory story;
  story.model("churn");
  version_with(story, "churn", 0.5, metadata + "}");
  const ViewsStore store(story.events());
  const auto found = [&](std::size_t number) {
    return run(store, "meta.k" + std::to_string(number) + ":x", Kind::versions).size();
  };
  EXPECT_EQ(found(limits::kMaxIndexedValues - 1), 1u);
  EXPECT_EQ(found(limits::kMaxIndexedValues), 0u);
}

TEST(IndexedMetadata, OfALongPathAreLeftOutAndLongValuesAreFoundByAllOfTheirText) {
  const std::string fits(limits::kMaxIndexedBytes, 'a'), too_long(limits::kMaxIndexedBytes + 1, 'b');
  const std::string begin(limits::kMaxIndexedBytes, 'v');
  RegistryStory story;
  story.model("churn");
  version_with(story, "churn", 0.5,
               R"({")" + fits + R"(":"x",")" + too_long + R"(":"x","note":")" + begin + R"(-one"})");
  version_with(story, "churn", 0.5, R"({"note":")" + begin + R"(-two"})");
  const ViewsStore store(story.events());
  EXPECT_THAT(run(store, "meta." + fits + ":x", Kind::versions), ElementsAre("churn:v1"));
  EXPECT_THAT(run(store, "meta." + too_long + ":x", Kind::versions), IsEmpty());
  EXPECT_THAT(run(store, "meta.note:" + begin + "-two", Kind::versions), ElementsAre("churn:v2"));
  const auto term_of = [&](const std::string& text) {
    return term(Kind::versions, {.field = Field::meta, .key = "note", .text = text, .number = {}});
  };
  EXPECT_EQ(term_of(begin + "-one"), term_of(begin)) << "cut in the index";
  EXPECT_NE(term_of(begin), term_of(begin.substr(1)));
}

TEST(IndexedDataSets, AreTheFirstThatAVersionNames) {
  RegistryStory story;
  story.model("churn");
  story.version("churn");
  const auto name = [](std::size_t number) { return "d" + std::to_string(100 + number); };
  for (std::size_t i = 0; i <= limits::kMaxIndexedDatasets; ++i) {
    story.edge(RegistryStory::dataset(name(i)), registry::Relation::trained_on,
               RegistryStory::version_node("churn", 1));
  }
  const ViewsStore store(story.events());
  EXPECT_THAT(run(store, "dataset:" + name(limits::kMaxIndexedDatasets - 1), Kind::versions),
              ElementsAre("churn:v1"));
  EXPECT_THAT(run(store, "dataset:" + name(limits::kMaxIndexedDatasets), Kind::versions), IsEmpty());
}

}  // namespace
}  // namespace herald::projections::search
