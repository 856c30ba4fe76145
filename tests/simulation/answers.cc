#include "tests/simulation/answers.h"

#include <fmt/format.h>

namespace herald::simulation {
namespace layout {
namespace {

template <class Name>
std::string listed_names(const std::vector<Name>& names) {
  std::string out;
  for (const Name& name : names) out += (out.empty() ? "" : ",") + name.str();
  return out;
}

}  // namespace

std::string pairs(const std::map<std::string, std::string>& pairs) {
  std::string out = "{";
  for (const auto& [key, value] : pairs) out += key + "=" + value + ";";
  return out + "}";
}

std::string numbers(const std::map<std::string, double>& numbers) {
  std::string out = "{";
  for (const auto& [key, value] : numbers) out += fmt::format("{}={};", key, value);
  return out + "}";
}

std::string marks(std::uint64_t created, std::uint64_t changed) {
  return fmt::format("@{},{}", created, changed);
}

std::string text(const std::optional<registry::TextRef>& ref) {
  if (!ref) return "-";
  return ref->bytes == 0 ? "none" : ref->digest.hex().substr(0, 8);
}

std::string card(const std::optional<registry::Card>& card) {
  return card ? fmt::format("{}[{}]", text(card->text), listed_names(card->sections)) : "-";
}

std::string stages(const registry::StageSet& set) {
  if (set.stages.empty()) return "none";
  std::string ways;
  for (const registry::StageTransition& way : set.transitions)
    ways += fmt::format(";{}>{}", or_dash(way.from), or_dash(way.to));
  return listed_names(set.stages) + ways;
}

std::string policy(const registry::CardPolicy& policy) {
  if (policy.sections.empty()) return "none";
  return fmt::format("{};{};{}", listed_names(policy.sections), listed_names(policy.aliases),
                     listed_names(policy.stages));
}

}  // namespace layout

namespace {

using namespace registry;
using layout::or_dash;
using layout::word_or_dash;

std::string number(const std::optional<VersionNumber>& value) {
  return value ? std::to_string(value->value()) : "-";
}
std::string run_name(const std::optional<Run>& run) {
  return run ? run->id.str() : "-";
}

std::string place(const OfModel& of) {
  return of.registry.str() + "/" + of.model.str();
}
std::string place(const OfVersion& of) {
  return fmt::format("{}:v{}", place(static_cast<const OfModel&>(of)), of.version.value());
}
std::string place(const OfModel& of, std::optional<VersionNumber> version) {
  return version ? fmt::format("{}:v{}", place(of), version->value()) : place(of);
}
std::string place(const RoleScope& scope) {
  return fmt::format("{}/{}/{}", or_dash(scope.registry), or_dash(scope.model), or_dash(scope.model_id));
}
std::string shown(const Node& node) {
  return fmt::format("{} {} {}", reflect::enum_name(node.kind), node.id, node.name);
}

// ---- registries ----

std::string facts(const RegistryFacts& f) {
  return fmt::format("visibility={} description={} stages={} policy={}", word_or_dash(f.visibility),
                     layout::text(f.description), f.stages ? layout::stages(*f.stages) : "-",
                     f.card_policy ? layout::policy(*f.card_policy) : "-");
}
std::string detail(const RegistryCreated& f) {
  return fmt::format("{} {} {}", f.registry.str(), reflect::enum_name(f.kind), word_or_dash(f.visibility));
}
std::string detail(const RegistryUpdated& f) {
  return fmt::format("{} {} -> {}", f.registry.str(), facts(f.from), facts(f.to));
}
std::string detail(const RegistryArchived& f) {
  return f.registry.str();
}
std::string detail(const RegistryRestored& f) {
  return f.registry.str();
}
std::string detail(const AliasProtected& f) {
  return fmt::format("{} {}", f.registry.str(), f.alias.str());
}
std::string detail(const AliasUnprotected& f) {
  return fmt::format("{} {}", f.registry.str(), f.alias.str());
}

// ---- models ----

std::string detail(const ModelRegistered& f) {
  return place(f);
}
std::string detail(const ModelRenamed& f) {
  return fmt::format("{} {}", place(f), f.to.str());
}
std::string detail(const ModelDescribed& f) {
  return fmt::format("{} {} {}", place(f), layout::text(f.from), layout::text(f.to));
}
std::string detail(const ModelCarded& f) {
  return fmt::format("{} {} {}", place(f), layout::card(f.from), layout::card(f.to));
}
std::string detail(const ModelOwned& f) {
  return fmt::format("{} {} {}", place(f), or_dash(f.from), or_dash(f.to));
}
std::string detail(const ModelArchived& f) {
  return place(f);
}
std::string detail(const ModelRestored& f) {
  return place(f);
}
std::string detail(const ModelDeleted& f) {
  return place(f);
}
std::string detail(const TagSet& f) {
  return fmt::format("{} {} {} {}", place(f, f.version), f.key.str(), or_dash(f.from), f.to.str());
}
std::string detail(const TagRemoved& f) {
  return fmt::format("{} {} {}", place(f, f.version), f.key.str(), f.from.str());
}
std::string detail(const CommentAdded& f) {
  return fmt::format("{} {} {}", place(f, f.version), f.comment_id.str(), layout::text(f.text));
}
std::string detail(const CommentEdited& f) {
  return fmt::format("{} {} {} {}", place(f, f.version), f.comment_id.str(), layout::text(f.from),
                     layout::text(f.to));
}
std::string detail(const CommentRemoved& f) {
  return fmt::format("{} {}", place(f, f.version), f.comment_id.str());
}

// ---- versions ----

std::string detail(const VersionRegistered& f) {
  return fmt::format("{} {} {} {} {} {}", place(f), reflect::enum_name(f.status), f.metadata.text(),
                     layout::numbers(f.metrics), run_name(f.run), layout::text(f.description));
}
std::string facts(const VersionFacts& f) {
  return fmt::format("run={} metadata={} metrics={} description={}", run_name(f.run),
                     f.metadata ? f.metadata->text() : "-", f.metrics ? layout::numbers(*f.metrics) : "-",
                     layout::text(f.description));
}
std::string detail(const VersionUpdated& f) {
  return fmt::format("{} {} -> {}", place(f), facts(f.from), facts(f.to));
}
std::string detail(const VersionCarded& f) {
  return fmt::format("{} {} {}", place(f), layout::card(f.from), layout::card(f.to));
}
std::string detail(const VersionStatusChanged& f) {
  return fmt::format("{} {} {}", place(f), reflect::enum_name(f.from), reflect::enum_name(f.to));
}
std::string detail(const VersionLinked& f) {
  return fmt::format("{} {}", place(f), f.artifact.str());
}
std::string detail(const VersionUnlinked& f) {
  return fmt::format("{} {}", place(f), f.artifact.str());
}
std::string detail(const VersionDeleted& f) {
  return place(f);
}
std::string detail(const VersionRestored& f) {
  return place(f);
}
std::string detail(const StageTransitioned& f) {
  return fmt::format("{} {} {}", place(f), or_dash(f.from), or_dash(f.to));
}
std::string detail(const AliasAssigned& f) {
  return fmt::format("{} {} {} {}", place(f), f.alias.str(), number(f.from), f.to.value());
}
std::string detail(const AliasRemoved& f) {
  return fmt::format("{} {} {}", place(f), f.alias.str(), f.from.value());
}

// ---- artifacts, lineage, usage ----

std::string detail(const ArtifactCommitted& f) {
  return fmt::format("{} {}", f.artifact.str(), f.files);
}
std::string detail(const ArtifactDeleted& f) {
  return f.artifact.str();
}
std::string detail(const LineageRecorded& f) {
  return fmt::format("{} {} {}", shown(f.upstream), reflect::enum_name(f.relation), shown(f.downstream));
}
std::string detail(const UsageRecorded& f) {
  return fmt::format("{} {} {} {} {} {}", place(f), f.consumer.str(), or_dash(f.alias), f.count,
                     f.since.str(), f.until.str());
}
std::string detail(const EvaluationRecorded& f) {
  return fmt::format("{} {} {} on {} {} {} files={}", place(f), f.evaluation_id.str(), or_dash(f.name),
                     f.dataset ? shown(*f.dataset) : "-", or_dash(f.run), layout::numbers(f.metrics),
                     f.files.size());
}

// ---- who may come in, and as what ----

std::string detail(const PrincipalCreated& f) {
  return fmt::format("{} {}", f.principal_id.str(), reflect::enum_name(f.kind));
}
std::string detail(const PrincipalDisabled& f) {
  return f.principal_id.str();
}
std::string detail(const PrincipalEnabled& f) {
  return f.principal_id.str();
}
std::string detail(const PrincipalDescribed& f) {
  return fmt::format("{} {} {}", f.principal_id.str(), or_dash(f.from), f.to.str());
}
std::string detail(const TeamJoined& f) {
  return fmt::format("{} {}", f.principal_id.str(), f.team_id.str());
}
std::string detail(const TeamLeft& f) {
  return fmt::format("{} {}", f.principal_id.str(), f.team_id.str());
}
std::string detail(const RoleGranted& f) {
  return fmt::format("{} {} {} {}", f.principal_id.str(), place(f.scope), word_or_dash(f.from),
                     reflect::enum_name(f.to));
}
std::string detail(const RoleRevoked& f) {
  return fmt::format("{} {} {}", f.principal_id.str(), place(f.scope), reflect::enum_name(f.from));
}
std::string detail(const TokenIssued& f) {
  return fmt::format("{} {} {} {} {}", f.principal_id.str(), f.token_id.str(), or_dash(f.expires),
                     word_or_dash(f.at_most), f.scope ? place(*f.scope) : "-");
}
std::string detail(const TokenRevoked& f) {
  return fmt::format("{} {}", f.principal_id.str(), f.token_id.str());
}
std::string detail(const AccessDenied& f) {
  return fmt::format("{} {} {} {}", f.actor, f.permission, place(f.scope), f.count);
}
std::string detail(const ErasurePerformed& f) {
  return fmt::format("{} {}", or_dash(f.principal_id), f.texts.size());
}

// ---- automations ----

std::string detail(const AutomationCreated& f) {
  return f.definition.name.str();
}
std::string detail(const AutomationUpdated& f) {
  return f.from.name.str() + " " + f.to.name.str();
}
std::string detail(const OfAutomation& f) {
  return f.automation.str();
}
std::string detail(const AutomationTriggered& f) {
  return fmt::format("{} {} {} {}", f.automation.str(), f.event_sequence, f.test, f.deliveries.size());
}
std::string detail(const OfDelivery& f) {
  return fmt::format("{} {} {} {}", f.automation.str(), f.delivery_id.str(), f.event_sequence, f.attempts);
}
std::string detail(const DeliverySkipped& f) {
  return fmt::format("{} {}", f.automation.str(), f.event_sequence);
}
std::string detail(const SecretSet& f) {
  return fmt::format("{} {}", f.secret.str(), f.number);
}
std::string detail(const SecretRemoved& f) {
  return f.secret.str();
}

// Collects the answers about one state.
class Questions {
 public:
  explicit Questions(const Reader& state) : state_(state) {}

  Answers ask() {
    each<RegistryRecord>(Table::registries, {},
                         [&](const RegistryRecord& registry) { ask_registry(registry); });
    each<ModelRecord>(Table::models, {}, [&](const ModelRecord& model) { ask_model(model); });
    each<ArtifactRecord>(Table::artifacts, {}, [&](const ArtifactRecord& artifact) {
      answers_["artifact " + artifact.id.str()] =
          fmt::format("{} {} deleted={} @{}", artifact.name.str(), artifact.files, when(artifact.deleted),
                      artifact.created.sequence);
    });
    ask_lineage();
    ask_usage();
    ask_access();
    ask_automations();
    return std::move(answers_);
  }

 private:
  template <class Record, class Visit>
  void each(Table table, std::string_view prefix, Visit&& visit) {
    state_.scan(table, prefix, {}, [&](std::string_view, std::string_view value) {
      visit(record::decode<Record>(value));
      return true;
    });
  }
  template <class Visit>
  void each_key(Table table, std::string_view prefix, Visit&& visit) {
    state_.scan(table, prefix, {}, [&](std::string_view key, std::string_view) {
      visit(key.substr(prefix.size()));
      return true;
    });
  }
  static std::uint64_t when(const std::optional<Mark>& mark) { return mark ? mark->sequence : 0; }
  template <class IdType>
  static std::string id_in(std::string_view key, std::size_t place = 0) {
    constexpr std::size_t kIdBytes = 16;
    return IdType(Uuid::from_bytes(key.substr(place * kIdBytes, kIdBytes))).str();
  }
  static std::string of_version(ModelId model, VersionNumber number) {
    return fmt::format("{}:v{}", model.str(), number.value());
  }

  void ask_registry(const RegistryRecord& registry) {
    const RegistryRecord found = find_registry(state_, registry.name).value();
    std::string guarded;
    for (const AliasName& alias : found.protected_aliases) guarded += alias.str() + ";";
    answers_["registry " + registry.name.str()] =
        fmt::format("{} {} {} stages={} policy={} protected={} archived={} {}",
                    reflect::enum_name(found.kind), reflect::enum_name(found.visibility),
                    layout::text(found.description), found.stages ? layout::stages(*found.stages) : "-",
                    found.card_policy ? layout::policy(*found.card_policy) : "-", guarded,
                    when(found.archived), layout::marks(found.created.sequence, found.changed.sequence));
    ask_stages(registry);
    state_.scan(Table::model_names, registry.id.bytes(), {},
                [&](std::string_view key, std::string_view value) {
                  const std::string name(key.substr(registry.id.bytes().size()));
                  answers_["name " + registry.name.str() + "/" + name] = id_in<ModelId>(value);
                  return true;
                });
  }

  // As the index of what is in a stage has them: registry id, stage, 0, model id, number.
  void ask_stages(const RegistryRecord& registry) {
    each_key(Table::stage_versions, registry.id.bytes(), [&](std::string_view key) {
      const std::string stage(key.substr(0, key.find('\0')));
      key.remove_prefix(stage.size() + 1);
      answers_[fmt::format("stage {} {} {}:v{}", registry.name.str(), stage, id_in<ModelId>(key),
                           read_be64(key.substr(16)))] = "holds it";
    });
  }

  void ask_model(const ModelRecord& model) {
    const auto registry = find<RegistryRecord>(state_, Table::registries, model.registry_id.bytes()).value();
    const std::string key =
        model.deleted ? "deleted " + model.id.str() : registry.name.str() + "/" + model.name.str();
    answers_[key] = fmt::format("{}/{} {} {} {} {} last={} latest={} aliases={} archived={} deleted={} {}",
                                registry.name.str(), model.name.str(), layout::text(model.description),
                                layout::card(model.card), or_dash(model.owner), layout::pairs(model.tags),
                                model.last_version.value(), number(latest_version(state_, model.id)),
                                model.aliases, when(model.archived), when(model.deleted),
                                layout::marks(model.created.sequence, model.changed.sequence));
    each<VersionRecord>(Table::versions, model.id.bytes(),
                        [&](const VersionRecord& version) { ask_version(version); });
    each<AliasRecord>(Table::aliases, model.id.bytes(), [&](const AliasRecord& alias) {
      const FoundModel found = require_model(state_, registry.name, model.name).value();
      const auto held =
          resolve(state_, found, VersionSelector::parse(alias.alias.str()).value()).value().number;
      answers_[key + "@" + alias.alias.str()] =
          fmt::format("{} was {} {} @{}", held.value(), number(alias.previous), or_dash(alias.reason),
                      alias.assigned.sequence);
    });
    each<CommentRecord>(Table::comments, model.id.bytes(), [&](const CommentRecord& comment) {
      answers_[fmt::format("comment {} {}", model.id.str(), comment.id.str())] =
          fmt::format("{} {} edited={} @{}", number(comment.version), layout::text(comment.text),
                      when(comment.edited), comment.created.sequence);
    });
  }

  void ask_version(const VersionRecord& version) {
    std::string artifacts;
    for (const LinkedArtifact& link : version.artifacts) artifacts += link.artifact_id.str() + ";";
    answers_[of_version(version.model_id, version.number)] =
        fmt::format("{} {} {} {} {} {} {} [{}] stage={}@{} deleted={} {}", reflect::enum_name(version.status),
                    version.metadata.text(), layout::numbers(version.metrics), run_name(version.run),
                    layout::text(version.description), layout::card(version.card),
                    layout::pairs(version.tags), artifacts, or_dash(version.stage), when(version.staged),
                    when(version.deleted), layout::marks(version.created.sequence, version.changed.sequence));
  }

  void ask_lineage() {
    const auto ends = [](const EdgeRecord& edge) {
      return fmt::format("edge {} {} {} {} {}", reflect::enum_name(edge.upstream.kind), edge.upstream.id,
                         reflect::enum_name(edge.relation), reflect::enum_name(edge.downstream.kind),
                         edge.downstream.id);
    };
    each<EdgeRecord>(Table::upstream, {}, [&](const EdgeRecord& found) {
      answers_[ends(found)] =
          fmt::format("{} {} @{}", found.upstream.name, found.downstream.name, found.recorded.sequence);
    });
    each<EdgeRecord>(Table::downstream, {},
                     [&](const EdgeRecord& found) { answers_[ends(found)] += " both ways"; });
  }

  void ask_usage() {
    each<UsageRecord>(Table::usage, {}, [&](const UsageRecord& found) {
      answers_[fmt::format("usage {} {}", of_version(found.model_id, found.version), found.consumer.str())] =
          fmt::format("{} {} {} {} @{}", or_dash(found.alias), found.count, found.first.str(),
                      found.last.str(), found.recorded.sequence);
    });
    each<EvaluationRecord>(Table::evaluations, {}, [&](const EvaluationRecord& found) {
      answers_[fmt::format("evaluation {} {}", of_version(found.model_id, found.version), found.id.str())] =
          fmt::format("{} on {} {} {} files={} @{}", or_dash(found.name),
                      found.dataset ? shown(*found.dataset) : "-", or_dash(found.run),
                      layout::numbers(found.metrics), found.files.size(), found.recorded.sequence);
    });
  }

  // Rows that are there both ways are asked for both ways.
  void ask_access() {
    each<PrincipalRecord>(Table::principals, {}, [&](const PrincipalRecord& found) {
      answers_["principal " + found.id.str()] =
          fmt::format("{} {} {} {}", reflect::enum_name(found.kind), found.enabled ? "on" : "off",
                      or_dash(found.entry), layout::marks(found.created.sequence, found.changed.sequence));
    });
    each_key(Table::team_members, {}, [&](std::string_view key) {
      answers_["team " + id_in<PrincipalId>(key) + " " + id_in<PrincipalId>(key, 1)] += "member";
    });
    each_key(Table::teams_of, {}, [&](std::string_view key) {
      answers_["team " + id_in<PrincipalId>(key, 1) + " " + id_in<PrincipalId>(key)] += " both ways";
    });
    each<RoleRecord>(Table::roles, {}, [&](const RoleRecord& found) {
      const bool is_held =
          state_.get(Table::role_holders, keys::role_holder(found.scope, found.principal_id)).has_value();
      answers_[fmt::format("role {} {}/{}", found.principal_id.str(), or_dash(found.scope.registry),
                           or_dash(found.scope.model_id))] =
          fmt::format("{} {} @{}{}", reflect::enum_name(found.role), place(found.scope),
                      found.granted.sequence, is_held ? " both ways" : "");
    });
    each_key(Table::role_holders, {}, [&](std::string_view) { answers_["holders of roles"] += "|"; });
    each<TokenRecord>(Table::tokens, {}, [&](const TokenRecord& found) {
      answers_["token " + found.id.str()] =
          fmt::format("{} {} {} {} revoked={} @{}", found.principal_id.str(), or_dash(found.expires),
                      word_or_dash(found.at_most), found.scope ? place(*found.scope) : "-",
                      when(found.revoked), found.issued.sequence);
    });
    each_key(Table::tokens_of, {}, [&](std::string_view key) {
      answers_["token " + id_in<TokenId>(key, 1)] += " of " + id_in<PrincipalId>(key);
    });
  }

  void ask_automations() {
    each<AutomationRecord>(Table::automations, {},
                           [&](const AutomationRecord& found) { ask_automation(found); });
    each<DeliveryRecord>(Table::deliveries, {}, [&](const DeliveryRecord& found) {
      answers_["delivery " + found.id.str()] =
          fmt::format("{} {} {} {} action={} by {} @{}", found.automation.str(), found.event_sequence,
                      reflect::enum_name(found.state), found.attempts, found.action, found.triggered_sequence,
                      found.changed.sequence);
    });
    each<SecretRecord>(Table::secrets, {}, [&](const SecretRecord& found) {
      answers_["secret " + found.name.str()] =
          fmt::format("{} {} @{}", found.number, found.removed ? "removed" : "set", found.changed.sequence);
    });
  }

  void ask_automation(const AutomationRecord& found) {
    const AutomationRecord by_name = find_automation(state_, found.definition.name).value();
    answers_["automation " + by_name.definition.name.str()] = fmt::format(
        "{} {} actions={} {}", by_name.id.str(), by_name.definition.enabled ? "on" : "off",
        by_name.definition.actions.size(), layout::marks(by_name.created.sequence, by_name.changed.sequence));
  }

  const Reader& state_;
  Answers answers_;
};

}  // namespace

std::string line(const Payload& payload) {
  return std::string(type_of(payload)) + " " +
         std::visit(
             [](const auto& fact) {
               std::string text = detail(fact);
               if constexpr (requires { fact.reason; }) {
                 if (fact.reason) text += " because " + fact.reason->str();
               }
               return text;
             },
             payload);
}

std::vector<std::string> lines(const std::vector<Event>& events) {
  std::vector<std::string> out;
  for (const Event& event : events) out.push_back(line(event.payload));
  return out;
}

Answers answers_of(const Reader& state) {
  return Questions(state).ask();
}

}  // namespace herald::simulation
