#include <algorithm>

#include "base/bytes.h"
#include "projections/views.h"

namespace herald::projections::timelines {
namespace {

// The kinds keep apart what has an id of the same form.
std::string key(char kind, std::string_view id) {
  return std::string(1, kind).append(id);
}

// Collects the timelines of one event, each once.
class Timelines {
 public:
  void add(std::string timeline) {
    if (std::find(all_.begin(), all_.end(), timeline) == all_.end()) all_.push_back(std::move(timeline));
  }
  std::vector<std::string> take() { return std::move(all_); }

  // ---- facts about models ----
  void operator()(const registry::RegistryCreated& fact) { add(registry(fact.registry_id)); }
  void operator()(const registry::OfRegistry& fact) { add(registry(fact.registry_id)); }
  void operator()(const registry::ModelRegistered& fact) { in_its_registry(fact); }
  void operator()(const registry::ModelRenamed& fact) { in_its_registry(fact); }
  void operator()(const registry::ModelDeleted& fact) { in_its_registry(fact); }
  void operator()(const registry::OfModel& fact) { add(model(fact.model_id)); }
  void operator()(const registry::TagSet& fact) { about(fact, fact.version); }
  void operator()(const registry::TagRemoved& fact) { about(fact, fact.version); }
  void operator()(const registry::CommentAdded& fact) { about(fact, fact.version); }
  void operator()(const registry::CommentEdited& fact) { about(fact, fact.version); }
  void operator()(const registry::CommentRemoved& fact) { about(fact, fact.version); }
  void operator()(const registry::OfVersion& fact) { about(fact, fact.version); }
  void operator()(const registry::VersionLinked& fact) {
    about(fact, fact.version);
    add(artifact(fact.artifact_id));
  }
  void operator()(const registry::VersionUnlinked& fact) {
    about(fact, fact.version);
    add(artifact(fact.artifact_id));
  }
  void operator()(const registry::AliasAssigned& fact) {
    about(fact, fact.to);
    about(fact, fact.from);
    add(alias(fact.model_id, fact.alias));
  }
  void operator()(const registry::AliasRemoved& fact) {
    about(fact, fact.from);
    add(alias(fact.model_id, fact.alias));
  }

  // ---- facts about what stands beside models ----
  void operator()(const registry::ArtifactCommitted& fact) { add(artifact(fact.artifact_id)); }
  void operator()(const registry::ArtifactDeleted& fact) { add(artifact(fact.artifact_id)); }
  void operator()(const registry::LineageRecorded& fact) {
    end_of_edge(fact.upstream);
    end_of_edge(fact.downstream);
  }
  void operator()(const registry::AutomationCreated& fact) { add(automation(fact.automation_id)); }
  void operator()(const registry::AutomationUpdated& fact) { add(automation(fact.automation_id)); }
  void operator()(const registry::OfAutomation& fact) { add(automation(fact.automation_id)); }
  void operator()(const registry::AutomationTriggered& fact) {
    add(automation(fact.automation_id));
    for (const registry::PlannedDelivery& planned : fact.deliveries) add(delivery(planned.delivery_id));
  }
  void operator()(const registry::OfDelivery& fact) {
    add(automation(fact.automation_id));
    add(delivery(fact.delivery_id));
  }
  void operator()(const registry::OfPrincipal& fact) { add(principal(fact.principal_id)); }
  void operator()(const registry::TeamJoined& fact) { of_team(fact, fact.team_id); }
  void operator()(const registry::TeamLeft& fact) { of_team(fact, fact.team_id); }
  void operator()(const registry::AccessDenied& fact) {
    if (const auto id = registry::PrincipalId::parse(fact.actor)) add(principal(*id));
  }
  void operator()(const registry::ErasurePerformed& fact) {
    if (fact.principal_id) add(principal(*fact.principal_id));
  }
  void operator()(const registry::SecretSet&) {}
  void operator()(const registry::SecretRemoved&) {}

 private:
  void in_its_registry(const registry::OfModel& of) {
    add(registry(of.registry_id));
    add(model(of.model_id));
  }

  void of_team(const registry::OfPrincipal& of, registry::PrincipalId team) {
    add(principal(of.principal_id));
    add(principal(team));
  }

  void about(const registry::OfModel& of, std::optional<registry::VersionNumber> number) {
    add(model(of.model_id));
    if (number) add(version(of.model_id, *number));
  }

  void end_of_edge(const registry::Node& node) {
    if (node.kind == registry::NodeKind::artifact) {
      if (const auto id = registry::ArtifactId::parse(node.id)) add(artifact(*id));
    } else if (const auto end = registry::version_of(node)) {
      add(model(end->model_id));
      add(version(end->model_id, end->version));
    }
  }

  std::vector<std::string> all_;
};

}  // namespace

std::string registry(registry::RegistryId id) {
  return key('r', id.bytes());
}
std::string model(registry::ModelId id) {
  return key('m', id.bytes());
}
std::string version(registry::ModelId id, registry::VersionNumber number) {
  std::string out = key('v', id.bytes());
  append_be64(out, number.value());
  return out;
}
std::string alias(registry::ModelId id, const registry::AliasName& alias) {
  return key('l', id.bytes()).append(alias.str());
}
std::string artifact(registry::ArtifactId id) {
  return key('a', id.bytes());
}
std::string automation(registry::AutomationId id) {
  return key('o', id.bytes());
}
std::string principal(registry::PrincipalId id) {
  return key('p', id.bytes());
}
std::string delivery(registry::DeliveryId id) {
  return key('d', id.bytes());
}

std::vector<std::string> of(const registry::Event& event) {
  Timelines timelines;
  std::visit(timelines, event.payload);
  return timelines.take();
}

}  // namespace herald::projections::timelines
