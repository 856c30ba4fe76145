#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "registry/vocabulary.h"
#include "tests/simulation/answers.h"
#include "tests/simulation/history.h"
#include "tests/simulation/random_commands.h"

namespace herald::simulation {
namespace {

using namespace registry;

constexpr std::size_t kRounds = 20, kCommands = 3'000;

TEST(RegistryHistory, IsWhatTheSimpleModelSays) {
  for (const std::uint64_t seed : seeds(kRounds)) {
    MemorySubject subject;
    expect_same_history(subject, seed, kCommands);
    if (HasFailure()) return;
  }
}

// A history that is refused throughout, or that never meets a kind of event, would show nothing.
TEST(RegistryHistory, MeetsEveryEventAndEveryRefusalOfTheDomain) {
  std::set<std::string> types, causes, deployed;
  std::size_t circles = 0;
  for (std::uint64_t seed = 1; seed <= kRounds; ++seed) {
    MemorySubject subject;
    RandomCommands commands(seed);
    for (std::size_t i = 0; i < kCommands; ++i) {
      const auto result = subject.record(commands.next());
      if (!result) {
        causes.insert(std::string(to_string(result.error().cause)));
        circles += result.error().message.find("close a circle") != std::string::npos;
        continue;
      }
      for (const Event& event : *result) {
        types.insert(std::string(event.type()));
        const auto* const edge = std::get_if<LineageRecorded>(&event.payload);
        if (edge != nullptr && edge->relation == Relation::deployed_as)
          deployed.insert(edge->downstream.name);
      }
    }
  }
  for (const EventType& type : vocabulary()) EXPECT_TRUE(types.contains(std::string(type.type))) << type.type;
  const std::set<std::string> expected = {"already-exists", "denied",        "expected-mismatch",
                                          "invalid-value",  "missing-field", "not-allowed-now",
                                          "not-found",      "too-large",     "too-many"};
  EXPECT_EQ(causes, expected);
  EXPECT_GT(circles, kRounds);
  EXPECT_EQ(deployed.size(), 2u) << "each of the deployments";
}

// What may be asked twice without a change: everything that says how things should be, rather than that
// something new should be made, and that does not hold the present against an expectation.
struct AskedTwice {
  bool operator()(const DescribeModel&) const { return true; }
  bool operator()(const ChangeTags&) const { return true; }
  bool operator()(const UpdateVersion& c) const { return !c.expected_changed; }
  bool operator()(const LinkArtifact&) const { return true; }
  bool operator()(const UnlinkArtifact&) const { return true; }
  bool operator()(const MoveAliases& c) const {
    return std::all_of(c.moves.begin(), c.moves.end(),
                       [](const AliasMove& move) { return move.expected.kind == Expected::Kind::anything; });
  }
  bool operator()(const TransitionStage& c) const { return !c.expected.given; }
  bool operator()(const ChangeTogether& c) const {
    return std::visit(
        [&](const auto& changes) {
          return std::all_of(changes.begin(), changes.end(),
                             [&](const auto& change) { return (*this)(change); });
        },
        c.changes);
  }
  bool operator()(const SetModelArchived&) const { return true; }
  bool operator()(const SetRegistryArchived&) const { return true; }
  bool operator()(const SetAliasProtected&) const { return true; }
  bool operator()(const SetCard&) const { return true; }
  bool operator()(const SetOwner&) const { return true; }
  bool operator()(const EditComment&) const { return true; }
  bool operator()(const RestoreVersion&) const { return true; }
  bool operator()(const UpdateRegistry&) const { return true; }
  bool operator()(const RecordLineage&) const { return true; }
  bool operator()(const RecordUsage&) const { return true; }
  bool operator()(const SetPrincipalEnabled&) const { return true; }
  bool operator()(const ChangeTeam&) const { return true; }
  bool operator()(const GrantRole&) const { return true; }
  bool operator()(const RevokeRole&) const { return true; }
  bool operator()(const RevokeToken&) const { return true; }
  bool operator()(const UpdateAutomation& c) const { return c.name == c.definition.name; }
  bool operator()(const SetAutomationEnabled&) const { return true; }
  bool operator()(const RecordTriggers&) const { return true; }
  bool operator()(const RecordOutcome&) const { return true; }
  template <class Other>
  bool operator()(const Other&) const {
    return false;
  }
};

TEST(RegistryHistory, IsNotChangedByAskingTwiceForTheSame) {
  std::size_t asked_twice = 0;
  for (const std::uint64_t seed : seeds(kRounds)) {
    SCOPED_TRACE("to see it again: HERALD_SEED=" + std::to_string(seed));
    MemorySubject subject;
    RandomCommands commands(seed);
    for (std::size_t i = 0; i < kCommands; ++i) {
      const Command command = commands.next();
      const auto first = subject.record(command);
      if (!first || first->empty() || !std::visit(AskedTwice{}, command)) continue;
      const auto second = subject.record(command);
      ASSERT_TRUE(second) << second.error().message;
      ASSERT_TRUE(second->empty()) << line(second->front().payload);
      ++asked_twice;
    }
  }
  EXPECT_GT(asked_twice, seeds(kRounds).size() * 50);
}

}  // namespace
}  // namespace herald::simulation
