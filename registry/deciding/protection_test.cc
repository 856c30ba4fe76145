// What stands behind an alias that its registry protects.
#include <gmock/gmock.h>

#include "registry/testing/story.h"

namespace herald::registry::story {
namespace {

// v2 is in production, which is protected; artifact 1 is linked to both.
Story with_v2_in_protected_production() {
  Story story;
  story.given({a_model("churn"), a_version("churn"), a_version("churn"), an_artifact(1, "weights"),
               an_artifact(2, "tokenizer"), link("churn", 1, 1), link("churn", 2, 1),
               moves("churn", {move("production", 2)}),
               SetAliasProtected{RegistryName::trusted(kDefaultRegistry), AliasName::trusted("production")}});
  return story;
}

void expect_for_admins_alone(Story& story, const Command& by_member) {
  story.when(by_member).refused(
      Cause::denied, "version",
      R"(alias "production", which is protected in registry "models", is at version v2 of model "churn": )"
      "only admins of the registry or of the model change what it stands for");
}

UpdateVersion set_to_failed(std::uint64_t version) {
  auto command = of<UpdateVersion>("churn", version);
  command.status = VersionStatus::failed;
  return command;
}

TEST(WhatAProtectedAliasStandsFor, IsChangedByAdminsAlone) {
  Story story = with_v2_in_protected_production();
  auto other_run = of<UpdateVersion>("churn", 2);
  other_run.run = registry::Run{Label::trusted("another"), std::nullopt, std::nullopt, std::nullopt};
  auto other_metadata = of<UpdateVersion>("churn", 2);
  other_metadata.metadata = json::Raw(R"({"a":1})");
  for (const Command& command : std::vector<Command>{other_run, other_metadata, set_to_failed(2),
                                                     link("churn", 2, 2), unlink("churn", 2, 1)})
    expect_for_admins_alone(story, command);
  other_metadata.moves_protected = MovesProtected::yes;
  story.when(other_metadata).then({"churn:v2 updated: metadata"});
  auto unlinked = unlink("churn", 2, 1);
  unlinked.moves_protected = MovesProtected::yes;
  story.when(unlinked).then({"weights unlinked from churn:v2"});
}

TEST(WhatAProtectedAliasStandsFor, IsMeasuredByMembersAndSaidAgain) {
  Story story = with_v2_in_protected_production();
  auto measured = of<UpdateVersion>("churn", 2);
  measured.metrics = {{"auc", 0.9}};
  story.when(measured).then({"churn:v2 updated: metrics"});
  story.when(link("churn", 2, 1)).then_nothing();
  story.when(unlink("churn", 2, 2)).then_nothing();
}

TEST(WhatAProtectedAliasStandsFor, IsThatVersionAlone) {
  Story story = with_v2_in_protected_production();
  story.when(unlink("churn", 1, 1)).then({"weights unlinked from churn:v1"});
  story.when(link("churn", 1, 2)).then({"tokenizer linked to churn:v1"});
  story.when(set_to_failed(1)).then({"churn:v1 went from ready to failed"});
}

}  // namespace
}  // namespace herald::registry::story
