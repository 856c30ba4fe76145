#include <gmock/gmock.h>

#include <limits>

#include "base/limits.h"
#include "registry/testing/story.h"

namespace herald::registry::story {
namespace {

Story churn_with_one(VersionStatus status = VersionStatus::ready) {
  Story story;
  auto first = a_version("churn");
  first.status = status;
  first.metrics = {{"accuracy", 0.9}};
  story.given({a_model("churn"), first});
  return story;
}

UpdateVersion update(std::uint64_t version = 1) {
  return of<UpdateVersion>("churn", version);
}
UpdateVersion to_status(VersionStatus status) {
  auto command = update();
  command.status = status;
  return command;
}

Run a_run(std::string_view name) {
  return {Label::trusted(name), std::nullopt, std::nullopt, std::nullopt};
}

std::optional<VersionNumber> latest(const Story& story) {
  return latest_version(story.state(), story.model("churn").model.id);
}

TEST(RegisterVersion, CountsFromOne) {
  Story story;
  story.given({a_model("churn")});
  const auto first = story.when(a_version("churn"));
  first.then({"churn:v1 registered as ready"});
  EXPECT_TRUE(first.decision().created);
  EXPECT_EQ(first.decision().answer, R"({"registry":"models","model":"churn","model_id":")" +
                                         story.model("churn").model.id.str() + R"(","version":1})");
  story.when(a_version("churn")).then({"churn:v2 registered as ready"});
  EXPECT_EQ(story.model("churn").model.last_version, VersionNumber(2));
  EXPECT_EQ(story.model("churn").model.changed.sequence, story.sequence());
}

TEST(RegisterVersion, KeepsEverythingThatWasSaidOfIt) {
  Story story;
  auto command = a_version("churn");
  command.source = Uri::trusted("s3://bucket/churn");
  command.digest = sha256("churn");
  command.run = a_run("run-41");
  command.metadata = json::Raw(R"({"seed":7})");
  command.metrics = {{"auc", 0.97}};
  command.status = VersionStatus::pending;
  command.description = text(1);
  command.tags = {{"task", "risk"}};
  command.artifacts = {id<ArtifactId>(1)};
  command.aliases = {AliasName::trusted("candidate"), AliasName::trusted("nightly")};
  story.given(
      {a_model("churn"), an_artifact(1, "files"), a_version("churn"), moves("churn", {move("nightly", 1)})});
  story.when(command).then({"churn:v2 registered as pending", "tag task of churn:v2 set to risk",
                            "files linked to churn:v2", "alias candidate of churn put on v2",
                            "alias nightly of churn moved from v1 to v2"});
  const VersionRecord version = story.version("churn", 2);
  EXPECT_EQ(version.source, command.source);
  EXPECT_EQ(version.digest, command.digest);
  EXPECT_EQ(version.run, command.run);
  EXPECT_EQ(version.metadata, command.metadata);
  EXPECT_EQ(version.metrics, command.metrics);
  EXPECT_EQ(version.status, VersionStatus::pending);
  EXPECT_EQ(version.description, command.description);
  EXPECT_EQ(version.tags, command.tags);
  EXPECT_EQ(version.artifacts,
            (std::vector<LinkedArtifact>{{id<ArtifactId>(1), Label::trusted("files"), sha256("files")}}));
  EXPECT_EQ(version.created.sequence + 2, version.changed.sequence);
}

TEST(RegisterVersion, RegistersTheModelOnTheWayWhenAsked) {
  Story story;
  auto command = a_version("churn");
  story.when(command).refused(Cause::not_found, "",
                              R"(model "churn" does not exist in registry "models": it has none yet)");
  command.new_model_id = id<ModelId>(5);
  command.aliases = {AliasName::trusted("candidate")};
  story.when(command).then(
      {"model churn registered", "churn:v1 registered as ready", "alias candidate of churn put on v1"});
  command.new_model_id = id<ModelId>(6);
  command.aliases.clear();
  story.when(command).then({"churn:v2 registered as ready"});
  EXPECT_EQ(story.model("churn").model.id, id<ModelId>(5));
}

TEST(RegisterVersion, RefusesWhenItWouldGetAnotherNumberThanExpected) {
  Story story = churn_with_one();
  auto command = a_version("churn");
  command.expected = VersionNumber(3);
  story.when(command).refused(Cause::expected_mismatch, "number",
                              R"(the next version of model "churn" is v2, not v3)");
  command.expected = VersionNumber(2);
  story.when(command).then({"churn:v2 registered as ready"});
}

TEST(RegisterVersion, RefusesMetadataThatIsNoObjectOrTooLarge) {
  auto command = a_version("churn");
  command.metadata = json::Raw("[1]");
  churn_with_one().when(command).refused(Cause::invalid_value, "metadata",
                                         R"("metadata" must be an object, not an array)");
  command.metadata = json::Raw(R"({"a":")" + std::string(limits::kMaxMetadataBytes - 7, 'x') + "\"}");
  churn_with_one().when(command).refused(
      Cause::too_large, "metadata",
      R"("metadata" has 16385 bytes as compact JSON: at most 16384 are allowed, link an artifact for more)");
  command.metadata = json::Raw(R"({"a":")" + std::string(limits::kMaxMetadataBytes - 8, 'x') + "\"}");
  churn_with_one().when(command).then({"churn:v2 registered as ready"});
}

TEST(RegisterVersion, RefusesMetricsThatAreTooManyTooLargeMisnamedOrNoNumbers) {
  auto command = a_version("churn");
  for (std::size_t i = 0; i <= limits::kMaxMetrics; ++i) command.metrics["m" + std::to_string(i)] = 1;
  churn_with_one().when(command).refused(Cause::too_many, "metrics",
                                         "257 metrics are too many: at most 256 are allowed");
  command.metrics = {{"", 1}};
  churn_with_one().when(command).refused(Cause::invalid_value, "metrics.",
                                         R"(metric "": it must not be empty)");
  command.metrics = {{"loss", std::numeric_limits<double>::quiet_NaN()}};
  churn_with_one().when(command).refused(Cause::invalid_value, "metrics.loss",
                                         R"(metric "loss" must be a finite number)");
  command.metrics.clear();
  for (int i = 0; i < 50; ++i) command.metrics[std::to_string(i) + std::string(240, 'm')] = 1;
  churn_with_one().when(command).refused(
      Cause::too_large, "metrics", R"("metrics" has 12341 bytes as compact JSON: at most 10240 are allowed)");
}

TEST(RegisterVersion, RefusesArtifactsAndAliasesThatCannotBe) {
  auto command = a_version("churn");
  command.artifacts = {id<ArtifactId>(7)};
  churn_with_one().when(command).refused(
      Cause::not_found, "artifacts[0]",
      "artifact 00000000-0000-0000-0000-000000000007 does not exist: commit it first");
  command.artifacts.clear();
  command.aliases = {AliasName::trusted("a"), AliasName::trusted("a")};
  churn_with_one().when(command).refused(Cause::invalid_value, "aliases[1]", R"(alias "a" is named twice)");
  command.aliases.clear();
  for (int i = 0; i < 33; ++i) command.aliases.push_back(AliasName::trusted("a" + std::to_string(i)));
  churn_with_one().when(command).refused(Cause::too_many, "aliases",
                                         "33 aliases cannot be assigned at once: at most 32 can");
}

TEST(RegisterVersion, RefusesTooManyTagsArtifactsAndAliasesInAll) {
  Story story = churn_with_one();
  auto command = a_version("churn");
  for (std::size_t i = 0; i <= limits::kMaxTags; ++i) command.tags["t" + std::to_string(i)] = "x";
  story.when(command).refused(Cause::too_many, "tags",
                              R"(model "churn", version v2, would have 65 tags: at most 64 are allowed)");
  command.tags.clear();
  for (std::uint64_t i = 0; i <= limits::kMaxArtifactsPerVersion; ++i) {
    story.given({an_artifact(i, "files")});
    command.artifacts.push_back(id<ArtifactId>(i));
  }
  story.when(command).refused(Cause::too_many, "artifacts[64]",
                              R"(version v2 of model "churn" has 64 artifacts: no more are allowed)");
  command.artifacts.clear();
  for (std::size_t i = 0; i < limits::kMaxAliasesPerModel; ++i) {
    story.given({moves("churn", {move("a" + std::to_string(i), 1)})});
  }
  command.aliases = {AliasName::trusted("one-more")};
  story.when(command).refused(
      Cause::too_many, "aliases",
      R"(model "churn" would have 257 aliases: at most 256 are allowed, remove some first)");
}

TEST(UpdateVersion, RecordsThePartsThatChangedAsTheyWereAndAre) {
  Story story = churn_with_one();
  auto command = update();
  command.run = a_run("run-2");
  command.metadata = json::Raw("{}");
  command.metrics = std::map<std::string, double>{{"auc", 0.5}};
  const auto outcome = story.when(command);
  outcome.then({"churn:v1 updated: run metrics"});
  const auto& fact = std::get<VersionUpdated>(outcome.events()[0].payload);
  EXPECT_FALSE(fact.from.run);
  EXPECT_EQ(fact.from.metrics, (std::map<std::string, double>{{"accuracy", 0.9}}));
  EXPECT_EQ(story.version("churn", 1).metrics, *command.metrics);
  EXPECT_EQ(story.version("churn", 1).run, command.run);
  EXPECT_EQ(story.version("churn", 1).changed.sequence, story.sequence());
  story.when(command).then_nothing();
}

TEST(UpdateVersion, ChangesTheStatusWithAReason) {
  Story story = churn_with_one(VersionStatus::pending);
  EXPECT_FALSE(latest(story));
  auto command = to_status(VersionStatus::ready);
  command.reason = Reason::trusted("verified");
  story.when(command).then({"churn:v1 went from pending to ready: verified"});
  EXPECT_EQ(latest(story), VersionNumber(1));
  story.when(command).then_nothing();
  story.when(to_status(VersionStatus::failed)).then({"churn:v1 went from ready to failed"});
  EXPECT_FALSE(latest(story));
  story.when(to_status(VersionStatus::pending)).then({"churn:v1 went from failed to pending"});
}

TEST(UpdateVersion, NeverTakesAReadyVersionBackToPending) {
  churn_with_one()
      .when(to_status(VersionStatus::pending))
      .refused(Cause::not_allowed_now, "status",
               R"(version v1 of model "churn" is ready: it cannot become pending again)");
}

TEST(UpdateVersion, RefusesAReasonWithoutAChange) {
  auto command = update();
  command.reason = Reason::trusted("because");
  churn_with_one().when(command).refused(
      Cause::invalid_value, "reason",
      R"("reason" says why something changes, and cannot stand alone: give what changes, too)");
}

TEST(UpdateVersion, RefusesWhenItWasChangedSinceItWasRead) {
  Story story = churn_with_one();
  auto command = update();
  command.expected_changed = story.sequence();
  command.metadata = json::Raw(R"({"a":1})");
  story.when(command).then({"churn:v1 updated: metadata"});
  command.metadata = json::Raw(R"({"a":2})");
  story.when(command).refused(
      Cause::expected_mismatch, "expected_changed",
      R"(version v1 of model "churn" was changed by event 4, after 3: read it again)");
}

TEST(UpdateVersion, HoldsFactsToTheSameRules) {
  auto command = update();
  command.metadata = json::Raw("7");
  churn_with_one().when(command).refused(Cause::invalid_value, "metadata",
                                         R"("metadata" must be an object, not an integer)");
  command.metadata.reset();
  command.metrics = std::map<std::string, double>{{"x", std::numeric_limits<double>::infinity()}};
  churn_with_one().when(command).refused(Cause::invalid_value, "metrics.x",
                                         R"(metric "x" must be a finite number)");
  churn_with_one().when(update(2)).refused(Cause::not_found, "",
                                           R"(model "churn" has no version v2: its highest is v1)");
}

TEST(UpdateVersion, FitsIntoAnEventHoweverLargeTheFactsBeforeAndAfter) {
  const auto largest = [](char c) {
    auto command = update();
    command.run =
        registry::Run{Label::trusted(std::string(256, '"')), Label::trusted(std::string(256, '"')),
                      Uri::trusted("s3:" + std::string(2045, c)), Label::trusted(std::string(256, '"'))};
    command.metadata = json::Raw(R"({"a":")" + std::string(limits::kMaxMetadataBytes - 8, c) + "\"}");
    command.metrics.emplace();
    for (int i = 0; i < 256; ++i)
      (*command.metrics)[std::to_string(1000 + i) + std::string(12, c)] = -1.0 / 3;
    command.description = text(static_cast<std::uint64_t>(c));
    return command;
  };
  Story story = churn_with_one();
  story.given({largest('a')});
  const auto outcome = story.when(largest('b'));
  outcome.then({"churn:v1 updated: run metadata metrics description"});
  constexpr std::size_t kLongNames = 2 * (limits::kMaxNameBytes * 2 + limits::kMaxRegistryNameBytes);
  EXPECT_LT(encode(outcome.events()[0]).size() + kLongNames, limits::kMaxEventBytes);
}

TEST(CommitArtifact, KeepsTheManifestsDigest) {
  Story story;
  const auto outcome = story.when(an_artifact(1, "files"));
  outcome.then({"artifact files committed"});
  EXPECT_TRUE(outcome.decision().created);
  const auto record = find<ArtifactRecord>(story.state(), Table::artifacts, id<ArtifactId>(1).bytes());
  EXPECT_EQ(record->digest, sha256("files"));
  EXPECT_EQ(record->files, 2U);
}

TEST(CommitArtifact, RefusesNoFilesAndTooMany) {
  auto command = an_artifact(1, "files");
  command.files = 0;
  Story().when(command).refused(Cause::invalid_value, "files",
                                R"(artifact "files" has no files: name at least one)");
  command.files = limits::kMaxFilesPerArtifact + 1;
  Story().when(command).refused(Cause::too_many, "files",
                                R"(artifact "files" has 100001 files: at most 100000 are allowed)");
}

TEST(LinkArtifact, LinksAndUnlinksOnce) {
  Story story = churn_with_one();
  story.given({an_artifact(1, "files")});
  const auto linked = story.when(link("churn", 1, 1));
  linked.then({"files linked to churn:v1"});
  EXPECT_TRUE(linked.decision().created);
  const auto again = story.when(link("churn", 1, 1));
  again.then_nothing();
  EXPECT_FALSE(again.decision().created);
  const std::string key =
      keys::artifact_link(id<ArtifactId>(1), story.model("churn").model.id, VersionNumber(1));
  EXPECT_TRUE(story.state().get(Table::artifact_links, key));
  story.when(unlink("churn", 1, 1)).then({"files unlinked from churn:v1"});
  story.when(unlink("churn", 1, 1)).then_nothing();
  EXPECT_FALSE(story.state().get(Table::artifact_links, key));
  EXPECT_TRUE(story.version("churn", 1).artifacts.empty());
}

TEST(LinkArtifact, RefusesWhatDoesNotExist) {
  Story story = churn_with_one();
  const std::string sentence =
      "artifact 00000000-0000-0000-0000-000000000001 does not exist: commit it first";
  story.when(link("churn", 1, 1)).refused(Cause::not_found, "artifact_id", sentence);
  story.when(unlink("churn", 1, 1)).refused(Cause::not_found, "artifact_id", sentence);
  story.when(link("churn", 2, 1))
      .refused(Cause::not_found, "", R"(model "churn" has no version v2: its highest is v1)");
  story.when(unlink("churn", 2, 1))
      .refused(Cause::not_found, "", R"(model "churn" has no version v2: its highest is v1)");
}

TEST(LinkArtifact, RefusesMoreThanAVersionMayHave) {
  Story story = churn_with_one();
  for (std::uint64_t i = 0; i < limits::kMaxArtifactsPerVersion; ++i) {
    story.given({an_artifact(i, "files"), link("churn", 1, i)});
  }
  story.given({an_artifact(99, "more")});
  story.when(link("churn", 1, 99))
      .refused(Cause::too_many, "artifact_id",
               R"(version v1 of model "churn" has 64 artifacts: no more are allowed)");
}

}  // namespace
}  // namespace herald::registry::story
