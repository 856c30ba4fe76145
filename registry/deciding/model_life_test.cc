// What becomes of a model after it was registered: other names, owners, the archive, the end.
#include <gmock/gmock.h>

#include "registry/testing/story.h"

namespace herald::registry::story {
namespace {

RenameModel rename(std::string_view model, std::string_view to) {
  auto command = of<RenameModel>(model);
  command.to = ModelName::trusted(to);
  return command;
}

SetOwner owner(std::optional<std::uint64_t> principal) {
  auto command = of<SetOwner>("churn");
  if (principal) command.owner = id<PrincipalId>(*principal);
  return command;
}

SetModelArchived archived(bool archived = true) {
  auto command = of<SetModelArchived>("churn");
  command.archived = archived;
  return command;
}

Story with_churn() {
  Story story;
  story.given({a_model("churn"), a_version("churn"), moves("churn", {move("production", 1)})});
  return story;
}

bool exists(const Story& story, std::string_view model) {
  return require_model(story.state(), RegistryName::trusted(kDefaultRegistry), ModelName::trusted(model))
      .has_value();
}

TEST(RenameModel, KeepsEverythingButTheName) {
  Story story = with_churn();
  const auto outcome = story.when(rename("churn", "churn 2 (eu)"));
  outcome.then({"model churn renamed to churn 2 (eu)"});
  const ModelRecord renamed = story.model("churn 2 (eu)").model;
  EXPECT_EQ(renamed.last_version, VersionNumber(1));
  EXPECT_EQ(renamed.aliases, 1U);
  EXPECT_FALSE(exists(story, "churn"));
  story.when(rename("churn 2 (eu)", "churn 2 (eu)")).then_nothing();
}

TEST(RenameModel, FreesTheOldNameAndRefusesOneThatIsTaken) {
  Story story = with_churn();
  auto other = a_model("fraud");
  other.new_id = id<ModelId>(77);
  story.given({other});
  story.when(rename("churn", "fraud"))
      .refused(Cause::already_exists, "to", R"(model "fraud" exists already in registry "models")");
  story.given({rename("churn", "attrition")});
  story.when(rename("fraud", "churn")).then({"model fraud renamed to churn"});
  EXPECT_EQ(story.model("churn").model.id, id<ModelId>(77));
}

TEST(SetOwner, NamesSomebodyWhoExists) {
  Story story = with_churn();
  CreatePrincipal ann{};
  ann.new_id = id<PrincipalId>(5);
  story.given({ann});
  story.when(owner(5)).then({"owner of churn set"});
  story.when(owner(5)).then_nothing();
  EXPECT_EQ(story.model("churn").model.owner, id<PrincipalId>(5));
  story.when(owner(6)).refused(Cause::not_found, "owner",
                               "principal 00000000-0000-0000-0000-000000000006 does not exist");
  story.when(owner({})).then({"owner of churn removed"});
  EXPECT_FALSE(story.model("churn").model.owner);
}

TEST(RegisterModel, RefusesAnOwnerWhoDoesNotExist) {
  auto command = a_model("churn");
  command.owner = id<PrincipalId>(6);
  Story().when(command).refused(Cause::not_found, "owner",
                                "principal 00000000-0000-0000-0000-000000000006 does not exist");
}

TEST(SetModelArchived, LeavesItReadableAndTakesNoChangeUntilItIsRestored) {
  Story story = with_churn();
  auto command = archived();
  command.reason = Reason::trusted("no longer sold");
  story.when(command).then({"model churn archived: no longer sold"});
  story.when(command).then_nothing();
  EXPECT_TRUE(exists(story, "churn"));
  const std::string sentence = R"(model "churn" is archived since event 5: restore it first)";
  story.when(a_version("churn")).refused(Cause::not_allowed_now, "", sentence);
  story.when(rename("churn", "x")).refused(Cause::not_allowed_now, "", sentence);
  story.when(owner({})).refused(Cause::not_allowed_now, "", sentence);
  story.when(moves("churn", {move("production", kNowhere)})).refused(Cause::not_allowed_now, "", sentence);
  story.when(of<ChangeTags>("churn")).refused(Cause::not_allowed_now, "", sentence);
  story.when(of<DeleteVersion>("churn", 1)).refused(Cause::not_allowed_now, "", sentence);
  story.when(of<SetCard>("churn")).refused(Cause::not_allowed_now, "", sentence);
  story.when(archived(false)).then({"model churn restored"});
  story.when(archived(false)).then_nothing();
  story.when(a_version("churn")).then({"churn:v2 registered as ready"});
}

TEST(DeleteModel, FreesTheNameAndItsAliasesAndIsForGood) {
  Story story = with_churn();
  const ModelId deleted = story.model("churn").model.id;
  auto command = of<DeleteModel>("churn");
  command.reason = Reason::trusted("a mistake");
  story.when(command).then({"model churn deleted: a mistake"});
  EXPECT_FALSE(exists(story, "churn"));
  EXPECT_EQ(find_model(story.state(), deleted)->deleted->sequence, story.sequence());
  EXPECT_FALSE(find_alias(story.state(), deleted, AliasName::trusted("production")));
  EXPECT_TRUE(find_version(story.state(), deleted, VersionNumber(1)));
  story.when(command).refused(Cause::not_found, "",
                              R"(model "churn" does not exist in registry "models": it has none yet)");
  auto again = a_model("churn");
  again.new_id = id<ModelId>(78);
  story.when(again).then({"model churn registered"});
  story.when(a_version("churn")).then({"churn:v1 registered as ready"});
}

TEST(DeleteModel, OfOneWithAProtectedAliasIsForAdmins) {
  Story story = with_churn();
  story.given({SetAliasProtected{RegistryName::trusted(kDefaultRegistry), AliasName::trusted("production")}});
  auto command = of<DeleteModel>("churn");
  story.when(command).refused(
      Cause::denied, "model",
      R"(model "churn" has alias "production", which is protected in registry )"
      R"("models": only admins of the registry or of the model archive, delete or rename it)");
  command.moves_protected = MovesProtected::yes;
  story.when(command).then({"model churn deleted"});
}

TEST(SetModelArchived, TakesNoLineageAtEitherEnd) {
  Story story = with_churn();
  story.given({a_model("base"), a_version("base"), archived()});
  const auto base = version_node("base", 1), churn = version_node("churn", 1);
  const std::string sentence = R"(model "churn" is archived since event 7: restore it first)";
  story.when(edge(churn, Relation::derived_from, base))
      .refused(Cause::not_allowed_now, "upstream.version", sentence);
  story.when(edge(base, Relation::derived_from, churn))
      .refused(Cause::not_allowed_now, "downstream.version", sentence);
  story.given({archived(false)});
  story.when(edge(base, Relation::derived_from, churn)).then({"base:v1 derived_from churn:v1"});
}

TEST(SetModelArchived, OfOneWithAProtectedAliasIsForAdmins) {
  Story story = with_churn();
  story.given({SetAliasProtected{RegistryName::trusted(kDefaultRegistry), AliasName::trusted("production")}});
  auto command = of<SetModelArchived>("churn");
  story.when(command).refused(
      Cause::denied, "model",
      R"(model "churn" has alias "production", which is protected in registry )"
      R"("models": only admins of the registry or of the model archive, delete or rename it)");
  command.moves_protected = MovesProtected::yes;
  story.when(command).then({"model churn archived"});
  command.archived = false;
  command.moves_protected = MovesProtected::no;
  story.when(command).refused(
      Cause::denied, "model",
      R"(model "churn" has alias "production", which is protected in registry )"
      R"("models": only admins of the registry or of the model archive, delete or rename it)");
}

TEST(RenameModel, OfOneWithAProtectedAliasIsForAdmins) {
  Story story = with_churn();
  story.given({SetAliasProtected{RegistryName::trusted(kDefaultRegistry), AliasName::trusted("production")}});
  auto command = of<RenameModel>("churn");
  command.to = ModelName::trusted("churn-old");
  story.when(command).refused(
      Cause::denied, "model",
      R"(model "churn" has alias "production", which is protected in registry )"
      R"("models": only admins of the registry or of the model archive, delete or rename it)");
  command.moves_protected = MovesProtected::yes;
  EXPECT_EQ(story.when(command).events().size(), 1u);
}

TEST(DeleteModel, TakesAnArchivedOneToo) {
  Story story = with_churn();
  story.given({archived()});
  story.when(of<DeleteModel>("churn")).then({"model churn deleted"});
}

TEST(DeleteVersion, LeavesATombstoneWhoseNumberStaysTaken) {
  Story story = with_churn();
  story.given({a_version("churn")});
  auto command = of<DeleteVersion>("churn", 2);
  command.reason = Reason::trusted("leaks the target");
  story.when(command).then({"churn:v2 deleted: leaks the target"});
  const std::string sentence =
      R"(version v2 of model "churn" was deleted by event 6: restore it, or ask as of before)";
  story.when(command).refused(Cause::not_found, "", sentence);
  story.when(moves("churn", {move("canary", 2)})).refused(Cause::not_found, "moves[0].to", sentence);
  story.when(of<UpdateVersion>("churn", 2)).refused(Cause::not_found, "", sentence);
  story.when(a_version("churn")).then({"churn:v3 registered as ready"});
}

TEST(DeleteVersion, IsNoLongerTheLatestAndIsAgainWhenItIsRestored) {
  Story story = with_churn();
  story.given({a_version("churn"), of<DeleteVersion>("churn", 2)});
  EXPECT_EQ(story.model("churn").model.latest, VersionNumber(1));
  auto command = of<RestoreVersion>("churn", 2);
  command.reason = Reason::trusted("it did not");
  story.when(command).then({"churn:v2 restored: it did not"});
  story.when(command).then_nothing();
  EXPECT_EQ(story.model("churn").model.latest, VersionNumber(2));
}

TEST(DeleteVersion, KeepsAVersionThatHasAliasesUnlessTheyMayGoToo) {
  Story story = with_churn();
  auto command = of<DeleteVersion>("churn", 1);
  story.when(command).refused(Cause::not_allowed_now, "remove_aliases",
                              R"(alias "production" is at version v1: move it first, or ask to have it )"
                              "removed with the version");
  command.remove_aliases = true;
  story.when(command).then({"alias production of churn removed from v1", "churn:v1 deleted"});
  EXPECT_EQ(story.model("churn").model.aliases, 0U);
}

TEST(RestoreVersion, RefusesANumberThatWasNeverGiven) {
  with_churn()
      .when(of<RestoreVersion>("churn", 2))
      .refused(Cause::not_found, "", R"(model "churn" has no version v2: its highest is v1)");
}

TEST(RegisterVersion, HoldsTheParametersOfARunToTheRulesOfMetadata) {
  Story story = with_churn();
  auto command = a_version("churn");
  command.run = registry::Run{.id = Label::trusted("8f3a"), .name = {}, .url = {}, .commit = {}};
  command.run->parameters = json::Raw("[1]");
  story.when(command).refused(Cause::invalid_value, "run.parameters",
                              R"("run.parameters" must be an object, not an array)");
  auto update = of<UpdateVersion>("churn", 1);
  update.run = command.run;
  story.when(update).refused(Cause::invalid_value, "run.parameters",
                             R"("run.parameters" must be an object, not an array)");
  command.run->parameters = json::Raw(R"({"depth":6})");
  story.when(command).then({"churn:v2 registered as ready"});
  EXPECT_EQ(story.version("churn", 2).run, command.run);
}

TEST(CommitArtifact, TakesAReferenceWithoutFiles) {
  Story story;
  auto command = an_artifact(1, "weights");
  command.files = 0;
  command.reference = Uri::trusted("s3://bucket/weights");
  story.when(command).then({"artifact weights committed"});
  EXPECT_EQ(find<ArtifactRecord>(story.state(), Table::artifacts, id<ArtifactId>(1).bytes())->reference,
            command.reference);
}

TEST(DeleteArtifact, KeepsOneThatIsLinkedAndIsForGood) {
  Story story = with_churn();
  story.given({an_artifact(1, "weights"), link("churn", 1, 1)});
  const DeleteArtifact command{id<ArtifactId>(1), Reason::trusted("superseded")};
  story.when(command).refused(Cause::not_allowed_now, "artifact",
                              R"(artifact "weights" is linked to a version: unlink it first)");
  story.given({unlink("churn", 1, 1)});
  story.when(command).then({"artifact weights deleted: superseded"});
  const std::string sentence =
      "artifact 00000000-0000-0000-0000-000000000001 does not exist: commit it first";
  story.when(command).refused(Cause::not_found, "artifact", sentence);
  story.when(link("churn", 1, 1)).refused(Cause::not_found, "artifact_id", sentence);
}

TEST(DeleteArtifact, KeepsOneThatIsLinkedToADeletedVersionWhichMayComeBack) {
  Story story = with_churn();
  story.given(
      {a_version("churn"), an_artifact(1, "weights"), link("churn", 2, 1), of<DeleteVersion>("churn", 2)});
  const DeleteArtifact command{id<ArtifactId>(1), {}};
  story.when(command).refused(
      Cause::not_allowed_now, "artifact",
      R"(artifact "weights" is linked to a version that is deleted and can be restored: restore it and )"
      "unlink the artifact first");
  story.given({of<RestoreVersion>("churn", 2), unlink("churn", 2, 1)});
  story.when(command).then({"artifact weights deleted"});
}

TEST(DeleteArtifact, IsNotHeldByVersionsOfModelsThatAreDeleted) {
  Story story = with_churn();
  story.given({a_version("churn"), a_model("fraud"), a_version("fraud"), an_artifact(1, "weights"),
               link("churn", 1, 1), link("churn", 2, 1), link("fraud", 1, 1), of<DeleteModel>("churn")});
  const DeleteArtifact command{id<ArtifactId>(1), {}};
  story.when(command).refused(Cause::not_allowed_now, "artifact",
                              R"(artifact "weights" is linked to a version: unlink it first)");
  story.given({of<DeleteModel>("fraud")});
  story.when(command).then({"artifact weights deleted"});
}

}  // namespace
}  // namespace herald::registry::story
