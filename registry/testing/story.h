// Given these commands, when that one is asked, then these facts: for the tests of this room.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "registry/testing/memory_registry.h"

namespace herald::registry::story {

// "alias production of churn moved from v1 to v2"
std::string told(const Payload& payload);

class Outcome {
 public:
  explicit Outcome(Result<MemoryRegistry::Recorded> result) : result_(std::move(result)) {}
  // Each ends the test's expectation with a failure that shows what happened instead.
  void then(const std::vector<std::string>& facts) const;
  void then_nothing() const { then({}); }
  void refused(Cause cause, std::string_view field, std::string_view sentence) const;

  const Decision& decision() const { return result_.value().decision; }
  const std::vector<Event>& events() const { return result_.value().events; }

 private:
  Result<MemoryRegistry::Recorded> result_;
};

// Begins with the registry "models".
class Story {
 public:
  Story();
  // Each must be accepted.
  Story& given(const std::vector<Command>& commands);
  Outcome when(const Command& command) { return Outcome(registry_.record(command)); }
  const MemoryState& state() const { return registry_.state(); }
  std::uint64_t sequence() const { return registry_.events().size(); }
  FoundModel model(std::string_view name) const;
  VersionRecord version(std::string_view model, std::uint64_t number) const;

 private:
  MemoryRegistry registry_;
};

template <class IdType>
IdType id(std::uint64_t number) {
  return IdType(Uuid::from_bytes(be64(0) + be64(number)));
}
TextRef text(std::uint64_t number);

// Commands, with what the test is not about left out.
template <class Asked = ModelAddress>
Asked of(std::string_view model) {
  Asked asked;
  asked.registry = RegistryName::trusted(kDefaultRegistry);
  asked.model = ModelName::trusted(model);
  return asked;
}
template <class Asked = VersionAddress>
Asked of(std::string_view model, std::uint64_t version) {
  Asked asked = of<Asked>(model);
  asked.version = VersionNumber(version);
  return asked;
}
RegisterModel a_model(std::string_view name);
RegisterVersion a_version(std::string_view model);
CommitArtifact an_artifact(std::uint64_t number, std::string_view name);
LinkArtifact link(std::string_view model, std::uint64_t version, std::uint64_t artifact);
UnlinkArtifact unlink(std::string_view model, std::uint64_t version, std::uint64_t artifact);

inline constexpr std::uint64_t kNowhere = 0;  // in place of a version: the alias is removed
inline constexpr Expected kAnything{};
inline constexpr Expected kNothing{Expected::Kind::nothing, {}};
constexpr Expected holds(std::uint64_t version) {
  return {Expected::Kind::version, VersionNumber(version)};
}
AliasMove move(std::string_view alias, std::uint64_t to, Expected expected = kAnything);
MoveAliases moves(std::string_view model, std::vector<AliasMove> moves);

NodeAddress version_node(std::string_view model, std::uint64_t version);
NodeAddress artifact_node(std::uint64_t artifact);
NodeAddress run_node(std::string_view name);
NodeAddress dataset_node(std::string_view name);
NodeAddress deployment_node(std::string_view name);
RecordLineage edge(NodeAddress upstream, Relation relation, NodeAddress downstream);

AutomationDefinition definition(std::string_view name);  // on alias.*, one webhook
CreateAutomation an_automation(std::string_view name);   // its id is id<AutomationId>(1)
// That automation 1 was set off by an event; its delivery is id<DeliveryId>(event_sequence).
RecordTriggers triggered(std::uint64_t event_sequence);
RecordOutcome outcome(std::uint64_t delivery, RecordOutcome::Kind kind, std::uint32_t attempts);

}  // namespace herald::registry::story
