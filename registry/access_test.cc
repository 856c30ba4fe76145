#include "registry/access.h"

#include <gtest/gtest.h>

#include "registry/testing/story.h"

namespace herald::registry {
namespace {

using story::id;

const PrincipalId kAda = id<PrincipalId>(101), kBob = id<PrincipalId>(102), kTeam = id<PrincipalId>(103);
const TokenId kAdasToken = id<TokenId>(201), kBobsToken = id<TokenId>(202);
const RegistryName kModels = RegistryName::trusted(kDefaultRegistry),
                   kSecret = RegistryName::trusted("secret");

// A registry that the organization sees, with churn and fraud in it, and one that is restricted, with face in it.
class TheAccess : public ::testing::Test {
 protected:
  TheAccess() {
    CreateRegistry restricted;
    restricted.new_id = id<RegistryId>(301);
    restricted.name = kSecret;
    restricted.visibility = Visibility::restricted;
    RegisterModel face = story::a_model("face");
    face.registry = kSecret;
    story.given({ClaimServer{kAda, kAdasToken}, CreatePrincipal{kBob, PrincipalKind::user},
                 CreatePrincipal{kTeam, PrincipalKind::team}, restricted, story::a_model("churn"),
                 story::a_model("fraud"), face, IssueToken{kBobsToken, kBob, {}, {}, {}}});
  }
  void grant(PrincipalId who, ScopeAddress scope, Role role) { story.given({GrantRole{who, scope, role}}); }
  void narrow(std::optional<Role> at_most, std::optional<ScopeAddress> scope) {
    token = id<TokenId>(900);
    story.given({IssueToken{token, kBob, {}, at_most, scope}});
  }
  Access bob() const {
    return Access::of(story.state(), *find_principal(story.state(), kBob), *find_token(story.state(), token));
  }
  RegistryRecord registry(const RegistryName& name) const { return *find_registry(story.state(), name); }
  std::optional<Role> on(const RegistryName& name, std::string_view model) const {
    const RegistryRecord home = registry(name);
    return bob().on(home, find_model(story.state(), home.id, ModelName::trusted(model))->id);
  }
  static ScopeAddress at(const RegistryName& name) { return {name, {}}; }
  static ScopeAddress at(const RegistryName& name, std::string_view model) {
    return {name, ModelName::trusted(model)};
  }

  const PrincipalId kAda = id<PrincipalId>(101), kBob = id<PrincipalId>(102), kTeam = id<PrincipalId>(103);
  const TokenId kAdasToken = id<TokenId>(201), kBobsToken = id<TokenId>(202);
  const RegistryName kModels = RegistryName::trusted(kDefaultRegistry),
                     kSecret = RegistryName::trusted("secret");
  story::Story story;
  TokenId token = kBobsToken;
};

TEST_F(TheAccess, OfWhoHasNoRoleIsThatOfAViewerOfWhatTheOrganizationSees) {
  EXPECT_EQ(bob().on_server(), std::nullopt);
  EXPECT_EQ(bob().in(registry(kModels)), Role::viewer);
  EXPECT_EQ(on(kModels, "churn"), Role::viewer);
  EXPECT_EQ(on(kSecret, "face"), std::nullopt);
  EXPECT_FALSE(bob().sees(registry(kSecret)));
  EXPECT_FALSE(bob().sees_all());
  EXPECT_EQ(bob().anywhere(story.state()), Role::viewer);
}

TEST_F(TheAccess, IsTheHighestRoleOfThoseThatReachThePlace) {
  grant(kBob, at(kModels), Role::restricted_viewer);
  EXPECT_EQ(on(kModels, "churn"), Role::viewer) << "as everybody is";
  grant(kBob, at(kModels, "churn"), Role::admin);
  EXPECT_EQ(on(kModels, "churn"), Role::admin);
  EXPECT_EQ(on(kModels, "fraud"), Role::viewer);
  grant(kBob, {}, Role::member);
  EXPECT_EQ(on(kModels, "fraud"), Role::member);
  EXPECT_EQ(on(kSecret, "face"), Role::member);
  EXPECT_TRUE(bob().sees_all());
}

TEST_F(TheAccess, OfAnAdministratorOfTheServerReachesEverywhere) {
  grant(kBob, {}, Role::admin);
  EXPECT_EQ(bob().on_server(), Role::admin);
  EXPECT_EQ(on(kSecret, "face"), Role::admin);
}

TEST_F(TheAccess, ComesFromTeamsTooWhileTheyAreEnabled) {
  story.given({ChangeTeam{kTeam, kBob, true}});
  grant(kTeam, at(kSecret), Role::member);
  EXPECT_EQ(on(kSecret, "face"), Role::member);
  story.given({SetPrincipalEnabled{kTeam, false, {}}});
  EXPECT_EQ(on(kSecret, "face"), std::nullopt);
  story.given({SetPrincipalEnabled{kTeam, true, {}}, ChangeTeam{kTeam, kBob, false}});
  EXPECT_EQ(on(kSecret, "face"), std::nullopt);
}

TEST_F(TheAccess, ToOneModelShowsItsRegistryAndNothingElseInIt) {
  grant(kBob, at(kSecret, "face"), Role::viewer);
  EXPECT_EQ(on(kSecret, "face"), Role::viewer);
  EXPECT_EQ(bob().in(registry(kSecret)), std::nullopt);
  EXPECT_TRUE(bob().sees(registry(kSecret)));
}

TEST_F(TheAccess, ByATokenWithAHighestRoleIsNoMoreThanThat) {
  grant(kBob, {}, Role::admin);
  narrow(Role::viewer, {});
  EXPECT_EQ(bob().on_server(), Role::viewer);
  EXPECT_EQ(on(kSecret, "face"), Role::viewer);
  EXPECT_EQ(bob().anywhere(story.state()), Role::viewer);
  EXPECT_TRUE(bob().is_narrowed());
}

TEST_F(TheAccess, ByATokenOfARegistryEndsThere) {
  grant(kBob, {}, Role::admin);
  narrow({}, at(kModels));
  EXPECT_EQ(bob().on_server(), std::nullopt);
  EXPECT_FALSE(bob().sees_all());
  EXPECT_EQ(bob().in(registry(kModels)), Role::admin);
  EXPECT_EQ(on(kModels, "churn"), Role::admin);
  EXPECT_EQ(on(kSecret, "face"), std::nullopt);
  EXPECT_FALSE(bob().sees(registry(kSecret)));
  EXPECT_EQ(bob().anywhere(story.state()), Role::admin);
}

TEST_F(TheAccess, ByATokenOfAModelShowsNothingElse) {
  grant(kBob, at(kSecret, "face"), Role::member);
  narrow({}, at(kModels, "churn"));
  EXPECT_EQ(on(kModels, "churn"), Role::viewer);
  EXPECT_EQ(on(kModels, "fraud"), std::nullopt);
  EXPECT_EQ(on(kSecret, "face"), std::nullopt);
  EXPECT_FALSE(bob().sees(registry(kSecret)));
  EXPECT_TRUE(bob().sees(registry(kModels)));
  EXPECT_EQ(bob().in(registry(kModels)), std::nullopt);
  EXPECT_EQ(bob().anywhere(story.state()), Role::viewer) << "the role on another model counts for nothing";
}

TEST_F(TheAccess, ByATokenOfAModelThatItsPrincipalMayNotSeeShowsNotEvenTheRegistry) {
  narrow({}, at(kSecret, "face"));
  EXPECT_FALSE(bob().sees(registry(kSecret)));
  EXPECT_EQ(bob().anywhere(story.state()), std::nullopt);
}

TEST_F(TheAccess, ThroughAnOpenDoorIsWithoutBounds) {
  EXPECT_EQ(Access::unlimited().on_server(), Role::admin);
  EXPECT_EQ(Access::unlimited().in(registry(kSecret)), Role::admin);
  EXPECT_TRUE(Access::unlimited().sees_all());
  EXPECT_EQ(Access::unlimited().anywhere(story.state()), Role::admin);
}

}  // namespace
}  // namespace herald::registry
