#include "projections/search/reach.h"

#include <gtest/gtest.h>

#include <random>

#include "projections/testing/registry_story.h"

namespace herald::projections::search {
namespace {

using registry::Role;
using testing::RegistryStory;

// Three registries with three models each; "models" is seen by the organization. And who asks, with its team.
class Reached {
 public:
  Reached() {
    const auto first = story.id<registry::PrincipalId>();
    story.record(registry::ClaimServer{first, story.id<registry::TokenId>()});
    story.record(registry::CreatePrincipal{asker, registry::PrincipalKind::user});
    story.record(registry::CreatePrincipal{team, registry::PrincipalKind::team});
    story.record(registry::ChangeTeam{team, asker});
    for (const char* name : kRegistries) {
      if (name != std::string_view("models")) {
        registry::CreateRegistry restricted;
        restricted.new_id = story.id<registry::RegistryId>();
        restricted.name = registry::RegistryName::trusted(name);
        restricted.visibility = registry::Visibility::restricted;
        story.record(restricted);
      }
      for (const char* model : kModels) {
        registry::RegisterModel command;
        command.registry = registry::RegistryName::trusted(name);
        command.model = registry::ModelName::trusted(model);
        command.new_id = story.id<registry::ModelId>();
        story.record(command);
      }
    }
  }
  static registry::ScopeAddress somewhere(std::mt19937& random) {
    registry::ScopeAddress scope{registry::RegistryName::trusted(kRegistries[random() % 3]), {}};
    if (random() % 2 == 0) scope.model = registry::ModelName::trusted(kModels[random() % 3]);
    return scope;
  }

  static constexpr const char* kRegistries[] = {"models", "lab", "vault"};
  static constexpr const char* kModels[] = {"a", "b", "c"};
  RegistryStory story;
  const registry::PrincipalId asker = story.id<registry::PrincipalId>(),
                              team = story.id<registry::PrincipalId>();
  const registry::TokenId token = story.id<registry::TokenId>();
};

// Whatever roles are held by whomever, and whatever the token takes away.
TEST(SearchReach, IsWhatTheAccessSaysOneByOne) {
  std::mt19937 random(11);
  for (int round = 0; round < 150; ++round) {
    Reached here;
    RegistryStory& story = here.story;
    for (auto roles = random() % 4; roles > 0; --roles) {
      const auto who = random() % 2 == 0 ? here.asker : here.team;
      story.record(registry::GrantRole{who, Reached::somewhere(random), Role::restricted_viewer});
    }
    if (round % 20 == 0) story.record(registry::GrantRole{here.asker, {}, Role::viewer});
    registry::IssueToken issue;
    issue.new_id = here.token;
    issue.principal_id = here.asker;
    if (random() % 3 == 0) issue.at_most = Role::viewer;
    if (random() % 2 == 0) issue.scope = Reached::somewhere(random);
    story.record(issue);
    if (random() % 4 == 0) story.record(registry::SetPrincipalEnabled{here.team, false, {}});
    const auto access =
        registry::Access::of(story.state(), *registry::find_principal(story.state(), here.asker),
                             *registry::find_token(story.state(), here.token));
    const Reach reach = reach_of(access, story.state(), here.asker.str());
    EXPECT_EQ(reach.all, access.sees_all());
    for (const char* name : Reached::kRegistries) {
      const auto home = *registry::find_registry(story.state(), registry::RegistryName::trusted(name));
      for (const char* model : Reached::kModels) {
        const auto id = registry::find_model(story.state(), home.id, registry::ModelName::trusted(model))->id;
        EXPECT_EQ(reach.sees(home.id, id), access.on(home, id).has_value())
            << "round " << round << ": " << name << '/' << model;
      }
    }
  }
}

}  // namespace
}  // namespace herald::projections::search
