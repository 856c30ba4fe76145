#include "projections/runs.h"

#include <gmock/gmock.h>

#include "projections/testing/registry_story.h"

namespace herald::projections {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::RegistryStory;

bool all_models(registry::ModelId) {
  return true;
}

class KnownRuns : public ::testing::Test {
 protected:
  static registry::Label label(const std::string& text) { return registry::Label::trusted(text); }

  void version(const std::string& model, const std::string& run, const std::string& called = {}) {
    auto command = RegistryStory::at<registry::RegisterVersion>(model);
    command.run.emplace();
    command.run->id = label(run);
    if (!called.empty()) command.run->name = label(called);
    story.record(command);
  }
  void evaluation(const std::string& model, std::uint64_t number, const std::string& run) {
    auto command = RegistryStory::at<registry::RecordEvaluation>(model);
    command.version = registry::VersionNumber(number);
    command.new_id = story.id<registry::EvaluationId>();
    command.run = label(run);
    command.metrics = {{"auc", 0.5}};
    story.record(command);
  }
  void delete_version(const std::string& model, std::uint64_t number) {
    auto command = RegistryStory::at<registry::DeleteVersion>(model);
    command.version = registry::VersionNumber(number);
    story.record(command);
  }

  Page<ListedRun> listed(
      const PageRequest& page = {}, const std::string& part = {},
      const std::function<Glance(const registry::Label&)>& look = [](const registry::Label&) {
        return Glance::shown;
      }) const {
    return list_runs(story.state(), part, page, all_models, look);
  }
  static std::vector<std::string> ids(const Page<ListedRun>& page) {
    std::vector<std::string> out;
    for (const ListedRun& run : page.items) out.push_back(run.id.str());
    return out;
  }

  Page<KnownOfRun> known(
      const std::string& run, const PageRequest& page = {},
      const std::function<Glance(const KnownOfRun&)>& look = [](const KnownOfRun&) {
        return Glance::shown;
      }) const {
    return list_known_of_run(story.state(), label(run), page, look);
  }
  // "used rows", "versions churn:v1", "produced churn:v2 (deleted)", "evaluations 2".
  static std::vector<std::string> told(const Page<KnownOfRun>& page) {
    std::vector<std::string> out;
    for (const KnownOfRun& item : page.items) {
      std::string line(reflect::enum_name(item.list));
      line += " " + (item.evaluation ? std::to_string(item.evaluation->version.value()) : item.node.name);
      out.push_back(line + (item.node.deleted ? " (deleted)" : ""));
    }
    return out;
  }
  // A run of which there is one of each.
  void given_a_run_of_all() {
    story.model("churn");
    version("churn", "train");
    story.version("churn");
    story.version("churn");
    version("churn", "train");
    story.edge(RegistryStory::dataset("rows"), registry::Relation::trained_on, RegistryStory::run("train"));
    story.edge(RegistryStory::run("train"), registry::Relation::produced,
               RegistryStory::version_node("churn", 1));
    story.edge(RegistryStory::run("train"), registry::Relation::produced,
               RegistryStory::version_node("churn", 2));
    story.edge(RegistryStory::run("train"), registry::Relation::produced,
               RegistryStory::version_node("churn", 3));
    evaluation("churn", 1, "train");
    delete_version("churn", 3);
    delete_version("churn", 4);
  }
  const std::vector<std::string> kAllOfIt{
      "used rows",         "produced churn:v3 (deleted)", "produced churn:v4 (deleted)",
      "versions churn:v1", "versions churn:v2",           "evaluations 1"};

  RegistryStory story;
};

TEST_F(KnownRuns, AreThoseThatVersionsEvaluationsAndLineageName) {
  story.model("churn");
  version("churn", "train", "nightly");
  evaluation("churn", 1, "evaluate");
  story.edge(RegistryStory::dataset("rows"), registry::Relation::used, RegistryStory::run("clean"));
  story.edge(RegistryStory::run("deploy"), registry::Relation::produced,
             RegistryStory::version_node("churn", 1));
  const auto page = listed();
  EXPECT_THAT(ids(page), ElementsAre("clean", "deploy", "evaluate", "train"));
  EXPECT_FALSE(page.next);
  EXPECT_EQ(page.items[3].facts->name, label("nightly"));
  EXPECT_FALSE(page.items[0].facts);
}

TEST_F(KnownRuns, AreListedOnceHoweverManyNameThemAndComeInPages) {
  story.model("churn");
  const std::string long_one(200, 'x');
  for (const std::string& run : {std::string("a"), std::string("a b"), std::string("ab"), long_one}) {
    for (int twice = 0; twice < 2; ++twice) version("churn", run);
    evaluation("churn", 1, run);
    story.edge(RegistryStory::dataset("rows"), registry::Relation::used, RegistryStory::run(run));
  }
  const std::vector<std::string> all{long_one, "a", "a b", "ab"};
  EXPECT_EQ(ids(listed()), all);
  std::vector<std::string> seen;
  PageRequest request{{}, 1};
  for (;;) {
    const auto page = listed(request);
    for (const std::string& id : ids(page)) seen.push_back(id);
    if (!page.next) break;
    request.after = *page.next;
  }
  EXPECT_EQ(seen, all);
}

TEST_F(KnownRuns, AreFoundByAPartOfTheirIdOrName) {
  story.model("churn");
  version("churn", "7c1", "nightly build");
  version("churn", "night-2");
  version("churn", "other");
  EXPECT_THAT(ids(listed({}, "night")), ElementsAre("7c1", "night-2"));
  EXPECT_THAT(ids(listed({}, "x")), IsEmpty());
  const auto unseen = list_runs(
      story.state(), "nightly", {}, [](registry::ModelId) { return false; },
      [](const registry::Label&) { return Glance::shown; });
  EXPECT_THAT(ids(unseen), IsEmpty()) << "a name that a hidden version tells finds nothing";
}

TEST_F(KnownRuns, ThatAreHiddenAreNotToldOfByTheEndOfAPage) {
  for (const char* run : {"a", "b", "c"})
    story.edge(RegistryStory::dataset("rows"), registry::Relation::used, RegistryStory::run(run));
  const auto only_a = listed({{}, 1}, {}, [](const registry::Label& id) {
    return id.str() == "a" ? Glance::shown : Glance::hidden;
  });
  EXPECT_THAT(ids(only_a), ElementsAre("a"));
  EXPECT_FALSE(only_a.next);
}

TEST_F(KnownRuns, AreLookedAtLaterWhereWhoLooksHasSeenEnough) {
  for (const char* run : {"a", "b", "c"})
    story.edge(RegistryStory::dataset("rows"), registry::Relation::used, RegistryStory::run(run));
  const auto first = listed(
      {}, {}, [](const registry::Label& id) { return id.str() == "b" ? Glance::later : Glance::shown; });
  EXPECT_THAT(ids(first), ElementsAre("a"));
  ASSERT_TRUE(first.next);
  EXPECT_THAT(ids(listed({*first.next, 10})), ElementsAre("b", "c"));
}

TEST_F(KnownRuns, AreKnownByWhateverNamesThem) {
  given_a_run_of_all();
  EXPECT_TRUE(is_known_run(story.state(), label("train")));
  EXPECT_FALSE(is_known_run(story.state(), label("trai")));
}

TEST_F(KnownRuns, TellEachThingOnce) {
  given_a_run_of_all();
  const auto page = known("train");
  EXPECT_EQ(told(page), kAllOfIt);
  EXPECT_FALSE(page.next);
  EXPECT_EQ(page.items[0].relation, Connection::trained_on);
}

TEST_F(KnownRuns, TellTheSameInPagesOfAnySize) {
  given_a_run_of_all();
  for (std::size_t limit = 1; limit <= kAllOfIt.size(); ++limit) {
    std::vector<std::string> seen;
    PageRequest request{{}, limit};
    for (;;) {
      const auto page = known("train", request);
      EXPECT_LE(page.items.size(), limit);
      for (const std::string& line : told(page)) seen.push_back(line);
      if (!page.next) break;
      request.after = *page.next;
    }
    EXPECT_EQ(seen, kAllOfIt) << limit;
  }
}

TEST_F(KnownRuns, TellNothingThatIsHidden) {
  given_a_run_of_all();
  const auto page = known("train", {{}, 1}, [](const KnownOfRun& item) {
    return item.list == OfRun::used ? Glance::shown : Glance::hidden;
  });
  EXPECT_THAT(told(page), ElementsAre("used rows"));
  EXPECT_FALSE(page.next);
}

TEST_F(KnownRuns, HaveTheFactsOfTheVersionThatWasChangedLast) {
  story.model("churn");
  version("churn", "train", "first");
  version("churn", "train", "second");
  EXPECT_EQ(facts_of_run(story.state(), label("train"), all_models).facts->name, label("second"));
  story.fail("churn", 1);
  EXPECT_EQ(facts_of_run(story.state(), label("train"), all_models).facts->name, label("first"));
  delete_version("churn", 1);
  EXPECT_EQ(facts_of_run(story.state(), label("train"), all_models).facts->name, label("second"));
  const auto hidden = facts_of_run(story.state(), label("train"), [](registry::ModelId) { return false; });
  EXPECT_FALSE(hidden.facts);
}

}  // namespace
}  // namespace herald::projections
