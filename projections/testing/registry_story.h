// A registry in memory whose events the stores under test are made of, and the few commands that the tests of this
// room and of those above it speak in.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "registry/testing/memory_registry.h"

namespace herald::projections::testing {

class RegistryStory {
 public:
  RegistryStory() { record(registry::CreateRegistry{id<registry::RegistryId>(), models(), {}}); }

  // A refusal is a mistake of the test.
  void record(const registry::Command& command) {
    if (const auto recorded = registry_.record(command); !recorded)
      throw std::logic_error(recorded.error().message);
  }
  const std::vector<registry::Event>& events() const { return registry_.events(); }
  const registry::MemoryState& state() const { return registry_.state(); }
  std::uint64_t last() const { return events().size(); }

  registry::ModelId model(const std::string& name) {
    auto command = at<registry::RegisterModel>(name);
    command.new_id = id<registry::ModelId>();
    record(command);
    return command.new_id;
  }
  registry::VersionNumber version(const std::string& model) {
    record(at<registry::RegisterVersion>(model));
    return std::get<registry::VersionRegistered>(events().back().payload).version;
  }
  void fail(const std::string& model, std::uint64_t version) {
    auto command = at<registry::UpdateVersion>(model);
    command.version = registry::VersionNumber(version);
    command.status = registry::VersionStatus::failed;
    record(command);
  }
  // `to` zero: the alias is removed.
  void move(const std::string& model, const std::string& alias, std::uint64_t to) {
    auto command = at<registry::MoveAliases>(model);
    registry::AliasMove move;
    move.alias = registry::AliasName::trusted(alias);
    if (to != 0) move.to = registry::VersionNumber(to);
    command.moves = {move};
    record(command);
  }
  void tag(const std::string& model, const std::string& key, const std::string& value) {
    auto command = at<registry::ChangeTags>(model);
    command.tags[key] = value;
    record(command);
  }
  registry::CommentId comment(const std::string& model, std::optional<registry::VersionNumber> version = {}) {
    auto command = at<registry::AddComment>(model);
    command.version = version;
    command.new_id = id<registry::CommentId>();
    command.text = {sha256(command.new_id.str()), 5};
    record(command);
    return command.new_id;
  }
  registry::ArtifactId artifact(const std::string& name) {
    const auto artifact = id<registry::ArtifactId>();
    record(registry::CommitArtifact{artifact, registry::Label::trusted(name),
                                    registry::Label::trusted("model"), sha256(name), 1, 10});
    return artifact;
  }
  void link(const std::string& model, registry::VersionNumber version, registry::ArtifactId artifact) {
    auto command = at<registry::LinkArtifact>(model);
    command.version = version;
    command.artifact_id = artifact;
    record(command);
  }
  registry::AutomationId automation(const std::string& name) {
    registry::CreateAutomation command;
    command.new_id = id<registry::AutomationId>();
    command.definition.name = registry::Label::trusted(name);
    command.definition.on = {"alias.*"};
    registry::Action action;
    action.url = "https://example.com/hook";
    command.definition.actions = {action};
    record(command);
    return command.new_id;
  }
  registry::DeliveryId trigger(registry::AutomationId automation, std::uint64_t event) {
    registry::Trigger trigger;
    trigger.automation_id = automation;
    trigger.event_sequence = event;
    trigger.event_type = std::string(events().at(event - 1).type());
    trigger.event_id = events().at(event - 1).id;
    trigger.new_ids = {id<registry::DeliveryId>()};
    record(registry::RecordTriggers{{trigger}});
    return trigger.new_ids.front();
  }
  void outcome(registry::DeliveryId delivery, registry::RecordOutcome::Kind kind) {
    record(registry::RecordOutcome{kind, delivery, 1, 200, {}});
  }
  void secret(const std::string& name, std::uint64_t number) {
    record(registry::SetSecret{registry::SecretName::trusted(name), number});
  }
  void remove_secret(const std::string& name) {
    record(registry::RemoveSecret{registry::SecretName::trusted(name)});
  }
  // Run and data set by their names.
  void edge(const registry::NodeAddress& upstream, registry::Relation relation,
            const registry::NodeAddress& downstream) {
    record(registry::RecordLineage{upstream, relation, downstream});
  }
  static registry::NodeAddress run(const std::string& name) {
    return {{}, {}, registry::Label::trusted(name), {}};
  }
  static registry::NodeAddress dataset(const std::string& name) {
    return {{}, {}, {}, registry::Label::trusted(name)};
  }
  static registry::NodeAddress version_node(const std::string& model, std::uint64_t number) {
    registry::VersionAddress address;
    static_cast<registry::ModelAddress&>(address) = at<registry::ModelAddress>(model);
    address.version = registry::VersionNumber(number);
    return {address, {}, {}, {}};
  }

  static registry::RegistryName models() { return registry::RegistryName::trusted("models"); }
  // Ids ascend, as those of the product do.
  template <class IdType>
  IdType id() {
    const std::string bytes = std::string(8, '\0') + be64(++given_);
    return IdType(Uuid::from_bytes(bytes));
  }
  template <class Asked>
  static Asked at(const std::string& model) {
    Asked asked;
    static_cast<registry::ModelAddress&>(asked) = {models(), registry::ModelName::trusted(model)};
    return asked;
  }

 private:
  registry::MemoryRegistry registry_;
  std::uint64_t given_ = 0;
};

}  // namespace herald::projections::testing
