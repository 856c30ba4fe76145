// Principals, teams, roles and tokens: what may be asked, and what follows.
#include <gtest/gtest.h>

#include "base/limits.h"
#include "registry/testing/story.h"

namespace herald::registry {
namespace {

using story::id;
using story::Story;

const PrincipalId kFounder = id<PrincipalId>(101), kMember = id<PrincipalId>(102),
                  kATeam = id<PrincipalId>(103);
const TokenId kFoundersToken = id<TokenId>(201), kMembersToken = id<TokenId>(202);

const Digest kText = story::text(1).digest;

const Command kClaiming = ClaimServer{kFounder, kFoundersToken};
const Command kCreateMember = CreatePrincipal{kMember, PrincipalKind::user};
const Command kCreateATeam = CreatePrincipal{kATeam, PrincipalKind::team};

IssueToken token(TokenId new_id, PrincipalId of) {
  return {new_id, of, {}, {}, {}};
}
ScopeAddress on_models() {
  return {RegistryName::trusted(kDefaultRegistry), {}};
}

TEST(ClaimingAServer, MakesAnAdministratorWithATokenOnce) {
  Story story;
  const auto outcome = story.when(kClaiming);
  EXPECT_EQ(outcome.events().size(), 3u);
  EXPECT_TRUE(is_locked(story.state()));
  story.when(ClaimServer{kMember, kMembersToken})
      .refused(Cause::not_allowed_now, "",
               "this server has its first administrator: sign in with a token, or ask who has one");
}

TEST(ClaimingAServer, WorksAgainForWhoRunsTheProcess) {
  Story story;
  story.given({kClaiming});
  EXPECT_EQ(story.when(ClaimServer{kMember, kMembersToken, true}).events().size(), 3u);
}

TEST(Tokens, AreIssuedOnceTheServerIsClaimed) {
  Story story;
  story.given({kCreateMember})
      .when(token(kMembersToken, kMember))
      .refused(Cause::not_allowed_now, "",
               "this server has no administrator yet: claim it by the link that it printed when it started, "
               "then issue tokens");
  story.given({kClaiming});
  EXPECT_EQ(story.when(token(kMembersToken, kMember)).events().size(), 1u);
}

TEST(Tokens, AreOfWhoCanSignIn) {
  Story story;
  story.given({kClaiming, kCreateMember, kCreateATeam});
  story.when(token(kMembersToken, kATeam))
      .refused(Cause::invalid_value, "principal",
               "a team signs in by its members: tokens are of users and services");
  story.when(token(kMembersToken, id<PrincipalId>(9)))
      .refused(Cause::not_found, "principal", "principal " + id<PrincipalId>(9).str() + " does not exist");
  story.given({SetPrincipalEnabled{kMember, false, {}}});
  story.when(token(kMembersToken, kMember))
      .refused(Cause::not_allowed_now, "principal", "principal " + kMember.str() + " is disabled");
}

TEST(Principals, AreDescribedByWhereTheDirectoryHasIt) {
  const EntryId first = id<EntryId>(301), second = id<EntryId>(302);
  Story story;
  story.when(DescribePrincipal{kMember, first, {}})
      .refused(Cause::not_found, "principal", "principal " + kMember.str() + " does not exist");
  story.given({kCreateMember, DescribePrincipal{kMember, first, {}}});
  const auto outcome = story.when(DescribePrincipal{kMember, second, Reason::trusted("married")});
  ASSERT_EQ(outcome.events().size(), 1u);
  const auto& fact = std::get<PrincipalDescribed>(outcome.events().front().payload);
  EXPECT_EQ(fact.from, first);
  EXPECT_EQ(fact.to, second);
  EXPECT_EQ(find_principal(story.state(), kMember)->entry, second);
}

TEST(Tokens, AreRevokedOnce) {
  Story story;
  story.given({kClaiming, kCreateMember, token(kMembersToken, kMember)});
  EXPECT_EQ(story.when(RevokeToken{kMembersToken, {}}).events().size(), 1u);
  story.when(RevokeToken{kMembersToken, {}}).then_nothing();
  story.when(RevokeToken{id<TokenId>(9), {}})
      .refused(Cause::not_found, "token", "token " + id<TokenId>(9).str() + " does not exist");
}

TEST(TheLastAdministrator, KeepsTheRoleUntilAnotherHasIt) {
  Story story;
  story.given({kClaiming, kCreateMember});
  constexpr const char* kLast =
      "this is the last one who administers the server: give the role to another first";
  story.when(RevokeRole{kFounder, {}}).refused(Cause::not_allowed_now, "principal", kLast);
  story.when(GrantRole{kFounder, {}, Role::member}).refused(Cause::not_allowed_now, "role", kLast);
  story.when(SetPrincipalEnabled{kFounder, false, {}}).refused(Cause::not_allowed_now, "principal", kLast);
  story.given({GrantRole{kMember, {}, Role::admin}});
  EXPECT_EQ(story.when(RevokeRole{kFounder, {}}).events().size(), 1u);
  story.when(SetPrincipalEnabled{kMember, false, {}}).refused(Cause::not_allowed_now, "principal", kLast);
}

TEST(ATeamOfAdministrators, DoesNotCountAsOneWhoCanSignIn) {
  Story story;
  story.given({kClaiming, kCreateATeam, GrantRole{kATeam, {}, Role::admin}});
  story.when(RevokeRole{kFounder, {}})
      .refused(Cause::not_allowed_now, "principal",
               "this is the last one who administers the server: give the role to another first");
}

TEST(Roles, TakeThePlaceOfTheOneBefore) {
  Story story;
  story.given({kCreateMember, GrantRole{kMember, on_models(), Role::viewer}});
  const auto outcome = story.when(GrantRole{kMember, on_models(), Role::member});
  ASSERT_EQ(outcome.events().size(), 1u);
  EXPECT_EQ(std::get<RoleGranted>(outcome.events()[0].payload).from, Role::viewer);
  story.when(GrantRole{kMember, on_models(), Role::member}).then_nothing();
  EXPECT_EQ(story.when(RevokeRole{kMember, on_models()}).events().size(), 1u);
  story.when(RevokeRole{kMember, on_models()}).then_nothing();
}

TEST(Teams, HaveMembersThatAreNoTeams) {
  Story story;
  story.given({kCreateMember, kCreateATeam});
  EXPECT_EQ(story.when(ChangeTeam{kATeam, kMember, true}).events().size(), 1u);
  story.when(ChangeTeam{kATeam, kMember, true}).then_nothing();
  story.when(ChangeTeam{kMember, kATeam, true})
      .refused(Cause::invalid_value, "team", kMember.str() + " is no team");
  story.when(ChangeTeam{kATeam, kATeam, true})
      .refused(Cause::invalid_value, "member", "a team cannot be a member of a team");
  EXPECT_EQ(story.when(ChangeTeam{kATeam, kMember, false}).events().size(), 1u);
}

TEST(Erasures, NameSomethingToErase) {
  Story story;
  story.given({kCreateMember});
  story.when(Erase{}).refused(Cause::missing_field, "principal", "name a principal or texts to erase");
  story.when(Erase{id<PrincipalId>(9), {}, {}})
      .refused(Cause::not_found, "principal", "principal " + id<PrincipalId>(9).str() + " does not exist");
  EXPECT_EQ(story.when(Erase{{}, {kText}, {}}).events().size(), 1u);
}

TEST(Erasures, ShutThePersonOut) {
  Story story;
  story.given({kClaiming, kCreateMember, token(id<TokenId>(301), kMember), token(id<TokenId>(302), kMember),
               RevokeToken{id<TokenId>(301), {}}});
  const auto outcome = story.when(Erase{kMember, {}, {}});
  ASSERT_EQ(outcome.events().size(), 3u);
  EXPECT_EQ(std::get<PrincipalDisabled>(outcome.events()[0].payload).principal_id, kMember);
  EXPECT_EQ(std::get<TokenRevoked>(outcome.events()[1].payload).token_id, id<TokenId>(302));
  EXPECT_EQ(std::get<ErasurePerformed>(outcome.events()[2].payload).principal_id, kMember);
  EXPECT_EQ(story.when(Erase{kMember, {}, {}}).events().size(), 1u) << "it is out already";
}

TEST(Erasures, OfTheLastAdministratorWaitForAnother) {
  Story story;
  story.given({kClaiming});
  story.when(Erase{kFounder, {}, {}})
      .refused(Cause::not_allowed_now, "principal",
               "this is the last one who administers the server: give the role to another first");
}

TEST(Erasures, KeepTheEntryUntilTheRestIsGone) {
  Story story;
  story.given({kCreateMember});
  const auto first = story.when(Erase{kMember, {kText}, {}, false});
  ASSERT_EQ(first.events().size(), 2u);
  EXPECT_EQ(std::get<ErasurePerformed>(first.events()[1].payload).principal_id, std::nullopt);
  const auto last = story.when(Erase{kMember, {kText}, {}, true});
  ASSERT_EQ(last.events().size(), 1u);
  EXPECT_EQ(std::get<ErasurePerformed>(last.events()[0].payload).principal_id, kMember);
}

TEST(Erasures, OfMoreTokensThanOneCommandRevokesGoOnInTheNext) {
  Story story;
  story.given({kClaiming, kCreateMember});
  for (int i = 0; i < 300; ++i) story.given({token(id<TokenId>(1'000 + i), kMember)});
  const auto first = story.when(Erase{kMember, {}, {}});
  EXPECT_EQ(first.events().size(), limits::kMaxEventsPerCommand - 1);
  EXPECT_TRUE(std::holds_alternative<TokenRevoked>(first.events().back().payload)) << "the entry stays";
  const auto last = story.when(Erase{kMember, {}, {}});
  EXPECT_TRUE(std::holds_alternative<ErasurePerformed>(last.events().back().payload));
}

TEST(Erasures, AreOfAsManyTextsAsFitIntoAnEventWhateverTheReason) {
  Story story;
  story.given({kCreateMember});
  const Reason reason = Reason::trusted(std::string(limits::kMaxReasonBytes, '"'));
  const auto outcome =
      story.when(Erase{kMember, std::vector<Digest>(limits::kMaxTextsErasedAtOnce, kText), reason});
  ASSERT_EQ(outcome.events().size(), 2u);
  EXPECT_LT(encode(outcome.events().back()).size(), limits::kMaxEventBytes);
  story.when(Erase{kMember, std::vector<Digest>(limits::kMaxTextsErasedAtOnce + 1, kText), {}})
      .refused(Cause::too_many, "texts", "801 texts are too many for one command: at most 800 are allowed");
}

}  // namespace
}  // namespace herald::registry
