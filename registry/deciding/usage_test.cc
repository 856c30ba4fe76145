#include <gmock/gmock.h>

#include "base/limits.h"
#include "registry/testing/story.h"

namespace herald::registry::story {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// ---- usage ----

Story churn_with_two_versions() {
  Story story;
  story.given({a_model("churn"), a_version("churn"), a_version("churn"), an_artifact(1, "rows")});
  return story;
}

RecordUsage used(std::string_view consumer, std::string_view at, std::uint64_t count, std::uint64_t total) {
  auto command = of<RecordUsage>("churn", 1);
  command.consumer = Label::trusted(consumer);
  command.at = Timestamp::trusted("2026-11-24T" + std::string(at) + "Z");
  command.count = count;
  command.total = total;
  return command;
}

UsageRecord usage_of(const Story& story, std::string_view consumer) {
  return find<UsageRecord>(story.state(), Table::usage,
                           keys::of_version(story.model("churn").model.id, VersionNumber(1), consumer))
      .value();
}

TEST(RecordUsage, IsRecordedOnceForAVersionAConsumerAndAnHour) {
  Story story = churn_with_two_versions();
  const auto first = story.when(used("campaigns", "09:05:00", 10, 10));
  first.then({"churn:v1 used by campaigns 10 times"});
  EXPECT_TRUE(first.decision().created);
  story.when(used("campaigns", "09:20:00", 5, 15)).then_nothing();
  story.when(used("campaigns", "09:59:59", 5, 20)).then_nothing();
  story.when(used("web", "09:59:59", 1, 1)).then({"churn:v1 used by web 1 times"});
}

TEST(RecordUsage, BringsWithTheNextHourWhatWasReportedSince) {
  Story story = churn_with_two_versions();
  story.given({used("campaigns", "09:05:00", 10, 10), used("campaigns", "09:20:00", 5, 15)});
  const auto next = story.when(used("campaigns", "11:00:00", 1, 16));
  next.then({"churn:v1 used by campaigns 6 times"});
  const auto& fact = std::get<UsageRecorded>(next.events()[0].payload);
  EXPECT_EQ(fact.since, Timestamp::trusted("2026-11-24T09:05:00Z"));
  EXPECT_EQ(fact.until, Timestamp::trusted("2026-11-24T11:00:00Z"));
  EXPECT_EQ(usage_of(story, "campaigns").count, 16u);
}

TEST(RecordUsage, TakesAlongWhatWasCountedAndNeverRecorded) {
  Story story = churn_with_two_versions();
  story.when(used("campaigns", "09:05:00", 3, 8)).then({"churn:v1 used by campaigns 8 times"});
}

TEST(RecordUsage, RecordsNothingThatTheLogHas) {
  Story story = churn_with_two_versions();
  story.given({used("campaigns", "09:05:00", 10, 10)});
  story.when(used("campaigns", "10:05:00", 3, 10)).then_nothing();
}

TEST(RecordUsage, KeepsByWhatItWasAskedForAndSinceWhen) {
  Story story = churn_with_two_versions();
  auto by_alias = used("campaigns", "10:00:00", 1, 2);
  by_alias.alias = AliasName::trusted("production");
  story.given({used("campaigns", "09:05:00", 1, 1), by_alias});
  const UsageRecord usage = usage_of(story, "campaigns");
  EXPECT_EQ(usage.alias, by_alias.alias);
  EXPECT_EQ(usage.first, Timestamp::trusted("2026-11-24T09:05:00Z"));
  EXPECT_EQ(usage.last, Timestamp::trusted("2026-11-24T10:00:00Z"));
}

TEST(RecordUsage, IsNotRecordedWhereTheClockWentBack) {
  Story story = churn_with_two_versions();
  story.given({used("campaigns", "09:05:00", 1, 1)});
  story.when(used("campaigns", "08:59:00", 1, 2)).then_nothing();
}

// What was counted and is not in the log, as Herald itself has it recorded.
RecordUsage remainder(std::string_view consumer, std::string_view last, std::uint64_t total) {
  return used(consumer, last, 0, total);
}

TEST(WhatASilentConsumerReported, IsRecordedWithoutItComingBack) {
  Story story = churn_with_two_versions();
  story.given({used("campaigns", "09:05:00", 10, 10), used("campaigns", "09:20:00", 5, 15)});
  const auto outcome = story.when(remainder("campaigns", "09:20:00", 15));
  outcome.then({"churn:v1 used by campaigns 5 times"});
  const auto& fact = std::get<UsageRecorded>(outcome.events()[0].payload);
  EXPECT_EQ(fact.since, Timestamp::trusted("2026-11-24T09:05:00Z"));
  EXPECT_EQ(fact.until, Timestamp::trusted("2026-11-24T09:20:00Z"));
  EXPECT_EQ(usage_of(story, "campaigns").count, 15u);
  story.when(remainder("campaigns", "09:20:00", 15)).then_nothing();
  story.when(used("campaigns", "10:00:00", 1, 16)).then({"churn:v1 used by campaigns 1 times"});
}

TEST(WhatASilentConsumerReported, IsRecordedEvenWhereNothingOfItWasBefore) {
  Story story = churn_with_two_versions();
  story.when(remainder("campaigns", "09:20:00", 5)).then({"churn:v1 used by campaigns 5 times"});
}

TEST(WhatASilentConsumerReported, IsRecordedOfAVersionThatWasDeletedMeanwhile) {
  Story story = churn_with_two_versions();
  story.given({of<DeleteVersion>("churn", 1)});
  story.when(remainder("campaigns", "09:20:00", 5)).then({"churn:v1 used by campaigns 5 times"});
}

TEST(WhatASilentConsumerReported, IsRecordedOfAModelThatWasDeletedMeanwhile) {
  Story story = churn_with_two_versions();
  auto rest = remainder("campaigns", "09:20:00", 15);
  rest.model_id = story.model("churn").model.id;
  story.given({used("campaigns", "09:05:00", 10, 10), of<DeleteModel>("churn")});
  const auto outcome = story.when(rest);
  outcome.then({"churn:v1 used by campaigns 5 times"});
  EXPECT_EQ(std::get<UsageRecorded>(outcome.events()[0].payload).model_id, *rest.model_id);
  EXPECT_EQ(find_usage(story.state(), *rest.model_id, VersionNumber(1), rest.consumer)->count, 15u);
  story.when(rest).then_nothing();
}

TEST(WhatASilentConsumerReported, IsNotRecordedOfAnotherModelThatHasTheNameNow) {
  Story story = churn_with_two_versions();
  auto rest = remainder("campaigns", "09:20:00", 5);
  rest.model_id = story.model("churn").model.id;
  auto another = a_model("churn");
  another.new_id = id<ModelId>(78);
  story.given({of<DeleteModel>("churn"), another, a_version("churn")});
  story.when(rest).then({"churn:v1 used by campaigns 5 times"});
  EXPECT_FALSE(find_usage(story.state(), another.new_id, VersionNumber(1), rest.consumer));
  EXPECT_EQ(find_usage(story.state(), *rest.model_id, VersionNumber(1), rest.consumer)->count, 5u);
}

TEST(WhatASilentConsumerReported, IsNotRecordedOfAModelThatNeverWas) {
  Story story = churn_with_two_versions();
  auto rest = remainder("campaigns", "09:20:00", 5);
  rest.model_id = id<ModelId>(78);
  story.when(rest).refused(
      Cause::not_found, "model_id",
      "no model has the id \"" + rest.model_id->str() + "\": usage is of one that was registered");
}

TEST(WhatASilentConsumerReported, IsNoWayForAConsumerToReportOfAModelThatWasDeleted) {
  Story story = churn_with_two_versions();
  auto report = used("campaigns", "09:20:00", 5, 5);
  report.model_id = story.model("churn").model.id;
  story.given({of<DeleteModel>("churn")});
  story.when(report).refused(Cause::not_found, "",
                             R"(model "churn" does not exist in registry "models": it has none yet)");
}

TEST(RecordUsage, IsOfNoOtherModelThatHasTheNameNow) {
  Story story = churn_with_two_versions();
  auto report = used("campaigns", "09:20:00", 5, 705);
  report.model_id = story.model("churn").model.id;
  auto another = a_model("churn");
  another.new_id = id<ModelId>(78);
  story.given({of<DeleteModel>("churn"), another, a_version("churn")});
  story.when(report).refused(Cause::expected_mismatch, "",
                             "model \"churn\" is another one than when this report came: its name was given "
                             "away meanwhile; nothing was counted, report it again");
  report.model_id = another.new_id;
  report.total = 5;
  story.when(report).then({"churn:v1 used by campaigns 5 times"});
}

TEST(RecordUsage, RefusesWhatIsNotThereAndCountsOfNothing) {
  Story story = churn_with_two_versions();
  auto missing = used("campaigns", "09:05:00", 1, 1);
  missing.version = VersionNumber(9);
  story.when(missing).refused(Cause::not_found, "", R"(model "churn" has no version v9: its highest is v2)");
  story.when(used("campaigns", "09:05:00", 1'000'000'001, 1))
      .refused(Cause::invalid_value, "count", R"("count" must be between 1 and 1000000000, not 1000000001)");
}

// ---- evaluations ----

EvaluationFile a_file(std::string_view name, EvaluationFileKind kind, std::string media) {
  return {Label::trusted(name), kind, std::move(media), sha256(name), 3};
}

RecordEvaluation an_evaluation(std::uint64_t version) {
  auto command = of<RecordEvaluation>("churn", version);
  command.new_id = id<EvaluationId>(version);
  command.dataset = dataset_node("hold-out");
  command.metrics = {{"auc", 0.9}};
  return command;
}

std::vector<std::string> keys_of(const Story& story, Table table) {
  std::vector<std::string> keys;
  story.state().scan(table, {}, {}, [&](std::string_view key, std::string_view) {
    keys.emplace_back(key);
    return true;
  });
  return keys;
}

TEST(RecordEvaluation, KeepsMetricsAndFilesAndSaysInTheLineageOnWhat) {
  Story story = churn_with_two_versions();
  auto command = an_evaluation(1);
  command.run = Label::trusted("eval-7");
  command.files = {a_file("confusion", EvaluationFileKind::confusion_matrix, "application/json"),
                   a_file("errors", EvaluationFileKind::table, "text/csv"),
                   a_file("roc", EvaluationFileKind::media, "image/png"),
                   a_file("report", EvaluationFileKind::media, "text/html")};
  const auto outcome = story.when(command);
  outcome.then({"churn:v1 evaluated on hold-out: 1 metrics, 4 files", "hold-out evaluated_on churn:v1"});
  EXPECT_TRUE(outcome.decision().created);
  EXPECT_THAT(keys_of(story, Table::run_evaluations), ElementsAre(::testing::StartsWith("run/eval-7")));
}

TEST(RecordEvaluation, SaysOnceInTheLineageOnWhat) {
  Story story = churn_with_two_versions();
  story.given({an_evaluation(1)});
  auto again = an_evaluation(1);
  again.new_id = id<EvaluationId>(77);
  story.when(again).then({"churn:v1 evaluated on hold-out: 1 metrics, 0 files"});
}

TEST(RecordEvaluation, LeavesTheLineageAloneWhereTheDataCameOfTheVersion) {
  Story story = churn_with_two_versions();
  story.given({edge(version_node("churn", 1), Relation::used, run_node("predict")),
               edge(run_node("predict"), Relation::produced, artifact_node(1))});
  auto on_its_own = an_evaluation(1);
  on_its_own.dataset = artifact_node(1);
  story.when(on_its_own).then({"churn:v1 evaluated on rows: 1 metrics, 0 files"});
}

TEST(RecordEvaluation, NeedsNoDataSetAndNoMetricsWhereItHasFiles) {
  Story story = churn_with_two_versions();
  auto command = an_evaluation(1);
  command.dataset.reset();
  command.metrics.clear();
  command.files = {a_file("errors", EvaluationFileKind::table, "text/csv")};
  story.when(command).then({"churn:v1 evaluated: 0 metrics, 1 files"});
}

TEST(RecordEvaluation, RefusesNothingAtAll) {
  auto empty = an_evaluation(1);
  empty.metrics.clear();
  churn_with_two_versions().when(empty).refused(Cause::missing_field, "metrics",
                                                "an evaluation has metrics, files or both");
}

TEST(RecordEvaluation, RefusesMediaTypesThatDoNotFitTheKind) {
  const std::string sentence =
      "tables and confusion matrices are application/json or text/csv, media are image/png or text/html";
  for (const auto& [kind, media] : std::vector<std::pair<EvaluationFileKind, std::string>>{
           {EvaluationFileKind::confusion_matrix, "image/png"},
           {EvaluationFileKind::table, "text/html"},
           {EvaluationFileKind::media, "text/csv"},
           {EvaluationFileKind::media, "image/svg+xml"}}) {
    auto command = an_evaluation(1);
    command.files = {a_file("x", kind, media)};
    churn_with_two_versions().when(command).refused(Cause::invalid_value, "files[0].media_type", sentence);
  }
}

TEST(RecordEvaluation, RefusesFilesOfOneNameAndTooMany) {
  auto twice = an_evaluation(1);
  twice.files = {a_file("x", EvaluationFileKind::table, "text/csv"),
                 a_file("x", EvaluationFileKind::table, "text/csv")};
  churn_with_two_versions().when(twice).refused(Cause::invalid_value, "files[1].name",
                                                R"("x" is named twice)");
  auto many = an_evaluation(1);
  for (std::size_t i = 0; i <= limits::kMaxEvaluationFiles; ++i)
    many.files.push_back(a_file(std::to_string(i), EvaluationFileKind::table, "text/csv"));
  churn_with_two_versions().when(many).refused(
      Cause::too_many, "files", "65 files are too many for an evaluation: at most 64 are allowed");
}

TEST(RecordEvaluation, NamesFilesAsTheyAreFetchedIntoAFolder) {
  const auto named = [](std::vector<std::string> names) {
    auto command = an_evaluation(1);
    for (const std::string& name : names)
      command.files.push_back(a_file(name, EvaluationFileKind::table, "text/csv"));
    return churn_with_two_versions().when(command);
  };
  EXPECT_EQ(named({"by class/errors.csv", "by class/fair.csv", "ü.csv"}).events().size(), 2u);
  for (const char* name : {"../x", "/x", "a/../b", "a\\b", "a//b", "."}) {
    auto command = an_evaluation(1);
    command.files = {a_file(name, EvaluationFileKind::table, "text/csv")};
    const auto path = FilePath::parse(name);
    ASSERT_FALSE(path) << name;
    churn_with_two_versions().when(command).refused(path.error().cause, "files[0].name",
                                                    path.error().message);
  }
  named({"errors", "errors/1"})
      .refused(Cause::invalid_value, "files[1].name",
               R"("errors" cannot be a file and the folder of "errors/1": choose other names)");
}

TEST(RecordEvaluation, RefusesWhatIsNoDataSet) {
  auto on_a_run = an_evaluation(1);
  on_a_run.dataset = run_node("train");
  churn_with_two_versions().when(on_a_run).refused(Cause::invalid_value, "dataset",
                                                   "a version is evaluated on a data set, on an artifact "
                                                   "that is one, or on a version of a registry of data "
                                                   "sets");
  auto on_a_model = an_evaluation(1);
  on_a_model.dataset = version_node("churn", 2);
  churn_with_two_versions()
      .when(on_a_model)
      .refused(
          Cause::invalid_value, "dataset.version",
          R"("churn:v2" is in a registry of models: a version is evaluated on a data set, on an artifact that is one, or )"
          "on a version of a registry of data sets");
  auto on_itself = an_evaluation(1);
  on_itself.dataset = version_node("churn", 1);
  churn_with_two_versions().when(on_itself).refused(
      Cause::invalid_value, "dataset.version", "a version is not evaluated on itself: name the data set");
  auto on_nothing = an_evaluation(1);
  on_nothing.dataset = version_node("churn", 9);
  churn_with_two_versions()
      .when(on_nothing)
      .refused(Cause::not_found, "dataset.version", R"(model "churn" has no version v9: its highest is v2)");
}

TEST(RecordEvaluation, IsOnAVersionOfARegistryOfDataSets) {
  Story story = churn_with_two_versions();
  auto registered = a_model("customers");
  auto version = a_version("customers");
  registered.registry = version.registry = RegistryName::trusted("data");
  story.given({CreateRegistry{id<RegistryId>(2), RegistryName::trusted("data"), RegistryKind::dataset},
               registered, version});
  auto command = an_evaluation(1);
  command.dataset = version_node("customers", 1);
  command.dataset->version->registry = RegistryName::trusted("data");
  story.when(command).then({"churn:v1 evaluated on data/customers:v1: 1 metrics, 0 files",
                            "data/customers:v1 evaluated_on churn:v1"});
}

TEST(RecordEvaluation, IsOnNoVersionOfAnArchivedDataSet) {
  Story story = churn_with_two_versions();
  auto registered = a_model("customers");
  auto version = a_version("customers");
  auto archive = of<SetModelArchived>("customers");
  registered.registry = version.registry = archive.registry = RegistryName::trusted("data");
  archive.archived = true;
  story.given({CreateRegistry{id<RegistryId>(2), RegistryName::trusted("data"), RegistryKind::dataset},
               registered, version, archive});
  auto command = an_evaluation(1);
  command.dataset = version_node("customers", 1);
  command.dataset->version->registry = RegistryName::trusted("data");
  story.when(command).refused(Cause::not_allowed_now, "dataset.version",
                              R"(model "customers" is archived since event 9: restore it first)");
}

TEST(RecordEvaluation, RefusesOfAnArchivedModelAndOfBadMetrics) {
  Story story = churn_with_two_versions();
  auto infinite = an_evaluation(1);
  infinite.metrics = {{"auc", std::numeric_limits<double>::infinity()}};
  story.when(infinite).refused(Cause::invalid_value, "metrics.auc",
                               R"(metric "auc" must be a finite number)");
  auto archive = of<SetModelArchived>("churn");
  archive.archived = true;
  story.given({archive});
  story.when(an_evaluation(1))
      .refused(Cause::not_allowed_now, "", R"(model "churn" is archived since event 6: restore it first)");
}

// ---- runs ----

Run a_training_run(std::string_view id) {
  Run run{};
  run.id = Label::trusted(id);
  return run;
}

TEST(Runs, AreFoundWithTheVersionsThatNameThem) {
  Story story = churn_with_two_versions();
  auto by_a_run = a_version("churn");
  by_a_run.run = a_training_run("train 1/ü");
  story.given({by_a_run});
  const std::string key = keys::of_run(by_a_run.run->id);
  EXPECT_THAT(keys_of(story, Table::run_versions),
              ElementsAre(key + keys::version(story.model("churn").model.id, VersionNumber(3))));
}

TEST(Runs, LoseAVersionToTheRunThatItIsSaidToComeFromNow) {
  Story story = churn_with_two_versions();
  auto by_a_run = a_version("churn");
  by_a_run.run = a_training_run("train-1");
  story.given({by_a_run});
  auto correction = of<UpdateVersion>("churn", 3);
  correction.run = a_training_run("train-2");
  story.given({correction});
  EXPECT_THAT(keys_of(story, Table::run_versions), ElementsAre(::testing::StartsWith("run/train-2")));
  correction.run->name = Label::trusted("the second");
  story.given({correction});
  EXPECT_THAT(keys_of(story, Table::run_versions), ElementsAre(::testing::StartsWith("run/train-2")));
}

TEST(Runs, WithLongIdsHaveKeysThatFit) {
  constexpr std::size_t kLongestLmdbKey = 511, kSequence = 8, kIds = 16 + 8 + 16;
  EXPECT_LT(keys::of_run(Label::trusted(std::string(256, 'r'))).size() + kIds + kSequence, kLongestLmdbKey);
  EXPECT_NE(keys::of_run(Label::trusted(std::string(255, 'r') + "1")),
            keys::of_run(Label::trusted(std::string(255, 'r') + "2")));
}

}  // namespace
}  // namespace herald::registry::story
