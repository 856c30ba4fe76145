// How many there may be of principals, and of what one of them has.
#include <gtest/gtest.h>

#include "base/limits.h"
#include "registry/decide.h"
#include "registry/testing/story.h"

namespace herald::registry {
namespace {

const PrincipalId kHolder = story::id<PrincipalId>(900'000);

story::Story with_a_holder() {
  story::Story story;
  story.given({ClaimServer{story::id<PrincipalId>(900'001), story::id<TokenId>(900'001)},
               CreatePrincipal{kHolder, PrincipalKind::user}});
  return story;
}

TEST(Principals, AreAsManyAsTheServerKeeps) {
  MemoryState state;
  const CreatePrincipal one_more{kHolder, PrincipalKind::user};
  for (std::uint64_t i = 1; i < limits::kMaxPrincipals; ++i)
    state.put(Table::principals, story::id<PrincipalId>(i).bytes(), {});
  EXPECT_TRUE(decide(state, one_more));
  state.put(Table::principals, story::id<PrincipalId>(limits::kMaxPrincipals).bytes(), {});
  const auto refused = decide(state, one_more);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().cause, Cause::too_many);
  EXPECT_EQ(refused.error().message, "there are that many principals: no more than 10000 are allowed");
}

TEST(Teams, OfOnePrincipalAreOfANumber) {
  story::Story story = with_a_holder();
  const auto joins = [](std::uint64_t team) { return ChangeTeam{story::id<PrincipalId>(team), kHolder}; };
  for (std::uint64_t team = 1; team <= limits::kMaxTeamsPerPrincipal; ++team)
    story.given({CreatePrincipal{story::id<PrincipalId>(team), PrincipalKind::team}, joins(team)});
  const std::uint64_t one_more = limits::kMaxTeamsPerPrincipal + 1;
  story.given({CreatePrincipal{story::id<PrincipalId>(one_more), PrincipalKind::team}});
  story.when(joins(one_more))
      .refused(Cause::too_many, "member", "it is in that many teams: no more than 64 are allowed");
  auto leaves = joins(1);
  leaves.is_member = false;
  story.given({leaves, joins(one_more)});
}

TEST(Roles, OfOnePrincipalAreOfANumber) {
  story::Story story = with_a_holder();
  const auto grant = [](std::uint64_t model) {
    return GrantRole{kHolder,
                     {RegistryName::trusted(kDefaultRegistry), ModelName::trusted(std::to_string(model))},
                     Role::viewer};
  };
  for (std::uint64_t model = 1; model <= limits::kMaxRolesPerPrincipal + 1; ++model) {
    auto registered = story::a_model(std::to_string(model));
    registered.new_id = story::id<ModelId>(model);
    story.given({registered});
    if (model <= limits::kMaxRolesPerPrincipal) story.given({grant(model)});
  }
  story.when(grant(limits::kMaxRolesPerPrincipal + 1))
      .refused(Cause::too_many, "principal", "it holds that many roles: no more than 1000 are allowed");
  auto another = grant(1);
  another.role = Role::member;
  story.given({another});  // in the place of one that it holds
}

TEST(Tokens, OfOnePrincipalAreOfANumberWithThoseThatWereRevoked) {
  story::Story story = with_a_holder();
  const auto issue = [](std::uint64_t token) {
    return IssueToken{story::id<TokenId>(token), kHolder, {}, {}, {}};
  };
  for (std::uint64_t token = 1; token <= limits::kMaxTokensPerPrincipal; ++token) story.given({issue(token)});
  story.given({RevokeToken{story::id<TokenId>(1), {}}});
  story.when(issue(limits::kMaxTokensPerPrincipal + 1))
      .refused(Cause::too_many, "principal", "it has had that many tokens: no more than 1000 are allowed");
}

TEST(Metrics, AreOfSoManyBytesAsJson) {
  story::Story story;
  auto command = story::a_version("churn");
  const std::size_t bytes = limits::kMaxNameBytes + sizeof R"("":1,)" - 1;  // of one metric with a long name
  for (std::size_t i = 0; i <= limits::kMaxMetricsBytes / bytes; ++i) {
    std::string name = std::to_string(i);
    name.resize(limits::kMaxNameBytes, 'x');
    command.metrics[name] = 1;
  }
  story.given({story::a_model("churn")});
  const auto refused = decide(story.state(), command);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().cause, Cause::too_large);
  EXPECT_EQ(refused.error().field, "metrics");
  command.metrics.erase(command.metrics.begin());
  command.metrics.erase(command.metrics.begin());
  story.given({command});
}

}  // namespace
}  // namespace herald::registry
