#include "tests/simulation/answers.h"

#include <fmt/format.h>

namespace herald::simulation {
namespace layout {

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

}  // namespace layout

namespace {

using namespace registry;

std::string text(const std::optional<TextRef>& ref) {
  return ref ? ref->digest.hex().substr(0, 8) : "-";
}
template <class T>
std::string or_dash(const std::optional<T>& value) {
  return value ? value->str() : "-";
}
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

std::string detail(const RegistryCreated& f) {
  return fmt::format("{} {}", f.registry.str(), reflect::enum_name(f.kind));
}
// Facts that no command of the simulation makes are told by their JSON.
template <class Fact>
requires(!std::is_base_of_v<OfAutomation, Fact>) std::string detail(const Fact& f) {
  return json::to_json(f);
}
std::string detail(const ModelRegistered& f) {
  return place(f);
}
std::string detail(const ModelDescribed& f) {
  return fmt::format("{} {} {}", place(f), text(f.from), text(f.to));
}
std::string detail(const TagSet& f) {
  return fmt::format("{} {} {} {}", place(f, f.version), f.key.str(), or_dash(f.from), f.to.str());
}
std::string detail(const TagRemoved& f) {
  return fmt::format("{} {} {}", place(f, f.version), f.key.str(), f.from.str());
}
std::string detail(const VersionRegistered& f) {
  return fmt::format("{} {} {} {} {} {}", place(f), reflect::enum_name(f.status), f.metadata.text(),
                     layout::numbers(f.metrics), run_name(f.run), text(f.description));
}
std::string facts(const VersionFacts& f) {
  return fmt::format("run={} metadata={} metrics={} description={}", run_name(f.run),
                     f.metadata ? f.metadata->text() : "-", f.metrics ? layout::numbers(*f.metrics) : "-",
                     text(f.description));
}
std::string detail(const VersionUpdated& f) {
  return fmt::format("{} {} -> {}", place(f), facts(f.from), facts(f.to));
}
std::string detail(const VersionStatusChanged& f) {
  return fmt::format("{} {} {} {}", place(f), reflect::enum_name(f.from), reflect::enum_name(f.to),
                     or_dash(f.reason));
}
std::string detail(const VersionLinked& f) {
  return fmt::format("{} {}", place(f), f.artifact.str());
}
std::string detail(const VersionUnlinked& f) {
  return fmt::format("{} {}", place(f), f.artifact.str());
}
std::string detail(const ArtifactCommitted& f) {
  return fmt::format("{} {}", f.artifact.str(), f.files);
}
std::string detail(const AliasAssigned& f) {
  return fmt::format("{} {} {} {} {}", place(f), f.alias.str(), number(f.from), f.to.value(),
                     or_dash(f.reason));
}
std::string detail(const AliasRemoved& f) {
  return fmt::format("{} {} {} {}", place(f), f.alias.str(), f.from.value(), or_dash(f.reason));
}
std::string detail(const ModelArchived& f) {
  return fmt::format("{} {}", place(f), or_dash(f.reason));
}
std::string detail(const ModelRestored& f) {
  return fmt::format("{} {}", place(f), or_dash(f.reason));
}
std::string detail(const VersionDeleted& f) {
  return fmt::format("{} {}", place(f), or_dash(f.reason));
}
std::string detail(const VersionRestored& f) {
  return fmt::format("{} {}", place(f), or_dash(f.reason));
}
std::string detail(const StageTransitioned& f) {
  return fmt::format("{} {} {} {}", place(f), or_dash(f.from), or_dash(f.to), or_dash(f.reason));
}
std::string detail(const RegistryUpdated& f) {
  std::vector<std::string> stages;
  for (const StageName& stage : f.to.stages.value_or(StageSet{}).stages) stages.push_back(stage.str());
  return fmt::format("{} {}", f.registry.str(), fmt::join(stages, ","));
}
std::string detail(const CommentAdded& f) {
  return fmt::format("{} {}", place(f, f.version), text(f.text));
}
std::string edge(const Node& upstream, Relation relation, const Node& downstream) {
  return fmt::format("{} {} {} {} {}", reflect::enum_name(upstream.kind), upstream.name,
                     reflect::enum_name(relation), reflect::enum_name(downstream.kind), downstream.name);
}
std::string detail(const LineageRecorded& f) {
  return edge(f.upstream, f.relation, f.downstream);
}
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
    each<ArtifactRecord>(Table::artifacts, {}, [&](const ArtifactRecord& artifact) {
      answers_["artifact " + artifact.id.str()] =
          fmt::format("{} {} @{}", artifact.name.str(), artifact.files, artifact.created.sequence);
    });
    each<EdgeRecord>(Table::upstream, {}, [&](const EdgeRecord& found) {
      answers_["edge " + edge(found.upstream, found.relation, found.downstream)] =
          fmt::format("@{}", found.recorded.sequence);
    });
    each<EdgeRecord>(Table::downstream, {}, [&](const EdgeRecord& found) {
      answers_["edge " + edge(found.upstream, found.relation, found.downstream)] += " both ways";
    });
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

  void ask_registry(const RegistryRecord& registry) {
    answers_["registry " + registry.name.str()] = fmt::format(
        "{} @{}", reflect::enum_name(registry.kind), find_registry(state_, registry.name)->created.sequence);
    ask_stages(registry);
    state_.scan(Table::model_names, registry.id.bytes(), {}, [&](std::string_view key, std::string_view) {
      ask_model(registry, ModelName::trusted(key.substr(registry.id.bytes().size())));
      return true;
    });
  }

  // As the index of what is in a stage has them: registry id, stage, 0, model id, number.
  void ask_stages(const RegistryRecord& registry) {
    const std::size_t ids = registry.id.bytes().size();
    state_.scan(Table::stage_versions, registry.id.bytes(), {}, [&](std::string_view key, std::string_view) {
      key.remove_prefix(ids);
      const std::string stage(key.substr(0, key.find('\0')));
      key.remove_prefix(stage.size() + 1);
      const auto model = find_model(state_, ModelId(Uuid::from_bytes(key.substr(0, ids))));
      answers_[fmt::format("stage {} {}/{}:v{}", stage, registry.name.str(), model->name.str(),
                           read_be64(key.substr(ids)))] = "holds it";
      return true;
    });
  }

  void ask_model(const RegistryRecord& registry, const ModelName& name) {
    const FoundModel found = require_model(state_, registry.name, name).value();
    const ModelRecord& model = found.model;
    const std::string key = registry.name.str() + "/" + name.str();
    answers_[key] = fmt::format("{} {} last={} latest={} aliases={} archived={} {}", text(model.description),
                                layout::pairs(model.tags), model.last_version.value(),
                                number(latest_version(state_, model.id)), model.aliases,
                                model.archived ? model.archived->sequence : 0,
                                layout::marks(model.created.sequence, model.changed.sequence));
    each<VersionRecord>(Table::versions, model.id.bytes(), [&](const VersionRecord& version) {
      ask_version(fmt::format("{}:v{}", key, version.number.value()), version);
    });
    each<AliasRecord>(Table::aliases, model.id.bytes(), [&](const AliasRecord& alias) {
      const auto held =
          resolve(state_, found, VersionSelector::parse(alias.alias.str()).value()).value().number;
      answers_[key + "@" + alias.alias.str()] =
          fmt::format("{} was {} {} @{}", held.value(), number(alias.previous), or_dash(alias.reason),
                      alias.assigned.sequence);
    });
    each<CommentRecord>(Table::comments, model.id.bytes(), [&](const CommentRecord& comment) {
      answers_[key + " comment " + comment.id.str()] =
          fmt::format("{} {} @{}", number(comment.version), text(comment.text), comment.created.sequence);
    });
  }

  void ask_version(const std::string& key, const VersionRecord& version) {
    std::string artifacts;
    for (const LinkedArtifact& link : version.artifacts) artifacts += link.artifact_id.str() + ";";
    answers_[key] =
        fmt::format("{} {} {} {} {} {} [{}] stage={} deleted={} {}", reflect::enum_name(version.status),
                    version.metadata.text(), layout::numbers(version.metrics), run_name(version.run),
                    text(version.description), layout::pairs(version.tags), artifacts, or_dash(version.stage),
                    version.deleted ? version.deleted->sequence : 0,
                    layout::marks(version.created.sequence, version.changed.sequence));
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
         std::visit([](const auto& fact) { return detail(fact); }, payload);
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
