#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/limits.h"
#include "reflect/json_value.h"
#include "registry/deciding/circles.h"
#include "registry/deciding/rules.h"
#include "registry/sentence.h"

namespace herald::registry::deciding {
namespace {

struct VersionAnswer : ModelAnswer {
  VersionNumber version;
};
BOOST_DESCRIBE_STRUCT(VersionAnswer, (ModelAnswer), (version))

Result<void> check_object(const json::Raw& value, const std::string& field) {
  if (value.text().size() > limits::kMaxMetadataBytes) {
    return error(
        Cause::too_large,
        fmt::format("\"{}\" has {} bytes as compact JSON: at most {} are allowed, link an artifact for more",
                    field, value.text().size(), limits::kMaxMetadataBytes),
        field);
  }
  const auto document = json::Document::parse(value.text());
  if (!document) return about(document.error(), field);
  if (document->root().kind() == json::Kind::object) return {};
  return error(Cause::invalid_value,
               fmt::format("\"{}\" must be an object, not {}", field, to_string(document->root().kind())),
               field);
}

Result<void> check_run(const std::optional<Run>& run) {
  if (!run || !run->parameters) return {};
  return check_object(*run->parameters, "run.parameters");
}

Result<void> check_facts(const RegisterVersion& command) {
  HERALD_CHECK(check_object(command.metadata, "metadata"));
  HERALD_CHECK(check_metrics(command.metrics));
  HERALD_CHECK(check_run(command.run));
  HERALD_CHECK(check_card(command.card));
  if (command.aliases.size() > limits::kMaxAliasMovesPerCommand) {
    return error(Cause::too_many,
                 fmt::format("{} aliases cannot be assigned at once: at most {} can", command.aliases.size(),
                             limits::kMaxAliasMovesPerCommand),
                 "aliases");
  }
  std::set<AliasName> seen;
  for (std::size_t i = 0; i < command.aliases.size(); ++i) {
    if (seen.insert(command.aliases[i]).second) continue;
    return error(Cause::invalid_value, fmt::format("alias {} is named twice", in_quotes(command.aliases[i])),
                 fmt::format("aliases[{}]", i));
  }
  return {};
}

// The model, or the one that is to be registered on the way.
Result<FoundModel> model_for(const Reader& state, const RegisterVersion& command,
                             std::vector<Draft>& drafts) {
  if (!command.new_model_id) return open_model(state, command);
  HERALD_TRY(const auto registry, open_registry(state, command.registry));
  if (find_model(state, registry.id, command.model)) return open_model(state, command);
  FoundModel fresh{registry, {}};
  fresh.model.id = *command.new_model_id;
  fresh.model.registry_id = registry.id;
  fresh.model.name = command.model;
  drafts.push_back({ModelRegistered{of(fresh)}, {}});
  return fresh;
}

// A version that was ready may have been fetched: it may fail, but it cannot be pending again.
Result<void> check_status_change(const OfVersion& of, VersionStatus from, VersionStatus to) {
  if (from != VersionStatus::ready || to != VersionStatus::pending) return {};
  return error(Cause::not_allowed_now,
               fmt::format("version {} of model {} is ready: it cannot become pending again",
                           label(of.version), in_quotes(of.model)),
               "status");
}

std::vector<AliasName> aliases_at(const Reader& state, const FoundVersion& found) {
  std::vector<AliasName> aliases;
  state.scan(Table::aliases, found.version.model_id.bytes(), {},
             [&](std::string_view, std::string_view value) {
               const auto alias = record::decode<AliasRecord>(value);
               if (alias.version == found.version.number) aliases.push_back(alias.alias);
               return true;
             });
  return aliases;
}

// Meanwhile the registry may have given the stage up, or ask for more there than the card says.
std::optional<std::string> why_not_back_in_its_stage(const Reader& state, const FoundModel& found,
                                                     const VersionRecord& version) {
  if (!version.stage) return std::nullopt;
  const std::vector<StageName> stages = found.registry.stages.value_or(StageSet{}).stages;
  if (std::find(stages.begin(), stages.end(), *version.stage) == stages.end())
    return "the stage was given up while the version was deleted";
  if (!check_card_policy(state, found, version, *version.stage, "stage"))
    return "its card lacks what the registry asks for in this stage";
  return std::nullopt;
}

// Notes `wanted` in `to`, and what was there in `from`, where they differ.
template <class Present, class Value>
void note_change(const Present& present, const std::optional<Value>& wanted, std::optional<Value>& from,
                 std::optional<Value>& to) {
  if (!wanted || present == wanted) return;
  from = present;
  to = wanted;
}

Result<void> check_request(const UpdateVersion& command, const VersionRecord& version) {
  if (command.expected_changed && version.changed.sequence > *command.expected_changed) {
    return error(Cause::expected_mismatch,
                 fmt::format("version {} of model {} was changed by event {}, after {}: read it again",
                             label(command.version), in_quotes(command.model), version.changed.sequence,
                             *command.expected_changed),
                 "expected_changed");
  }
  if (command.metadata) HERALD_CHECK(check_object(*command.metadata, "metadata"));
  if (command.metrics) HERALD_CHECK(check_metrics(*command.metrics));
  HERALD_CHECK(check_run(command.run));
  const bool asks_for_something =
      command.run || command.metadata || command.metrics || command.description || command.status;
  if (asks_for_something || !command.reason) return {};
  return error(Cause::invalid_value,
               "\"reason\" says why something changes, and cannot stand alone: give what changes, too",
               "reason");
}

}  // namespace

Result<Decision> rule(const Reader& state, const RegisterVersion& command) {
  HERALD_CHECK(check_facts(command));
  Decision decision;
  decision.created = true;
  HERALD_TRY(const auto found, model_for(state, command, decision.drafts));
  const OfVersion target = of(found, found.model.last_version.next());
  if (command.expected && *command.expected != target.version) {
    return error(Cause::expected_mismatch,
                 fmt::format("the next version of model {} is {}, not {}", in_quotes(found.model.name),
                             label(target.version), label(*command.expected)),
                 "number");
  }
  decision.drafts.push_back(
      {VersionRegistered{target, command.source, command.digest, command.run, command.metadata,
                         command.metrics, command.status, command.description},
       {}});
  HERALD_CHECK(change_tags(target, target.version, {}, all_set(command.tags), decision.drafts));
  std::vector<LinkedArtifact> links;
  for (std::size_t i = 0; i < command.artifacts.size(); ++i) {
    HERALD_CHECK(link_artifact(state, target, command.artifacts[i], fmt::format("artifacts[{}]", i), links,
                               decision.drafts));
  }
  if (command.card) decision.drafts.push_back({VersionCarded{target, std::nullopt, command.card}, {}});
  VersionRecord fresh;
  fresh.number = target.version;
  fresh.card = command.card;
  AliasMoves moves(state, found, command.moves_protected, decision.drafts);
  for (std::size_t i = 0; i < command.aliases.size(); ++i)
    HERALD_CHECK(moves.move(command.aliases[i], &fresh, fmt::format("aliases[{}]", i)));
  HERALD_CHECK(moves.check_count("aliases"));
  decision.answer = json::to_json(VersionAnswer{answer_of(target), target.version});
  return decision;
}

Result<Decision> rule(const Reader& state, const UpdateVersion& command) {
  HERALD_TRY(const auto found, open_version(state, command));
  const VersionRecord& version = found.version;
  HERALD_CHECK(check_request(command, version));
  const OfVersion target = of(found.model, command.version);
  Decision decision{{}, false, json::to_json(VersionAnswer{answer_of(target), target.version})};
  VersionFacts from, to;
  note_change(version.run, command.run, from.run, to.run);
  note_change(version.metadata, command.metadata, from.metadata, to.metadata);
  note_change(version.metrics, command.metrics, from.metrics, to.metrics);
  note_change(version.description, command.description, from.description, to.description);
  const bool changes_status = command.status && *command.status != version.status;
  if (to.run || to.metadata || changes_status)
    HERALD_CHECK(check_may_change_what_it_is(state, found, command.moves_protected));
  if (to.run && (!version.run || version.run->id != to.run->id)) {
    const Node run{NodeKind::run, to.run->id.str(), to.run->id.str()};
    if (auto circle = check_no_circle(state, nullptr, run, node_of(found.model, version.number)); !circle)
      return about(circle.error(), "run.id");
  }
  if (to != VersionFacts{}) decision.drafts.push_back({VersionUpdated{target, from, to}, {}});
  if (changes_status) {
    HERALD_CHECK(check_status_change(target, version.status, *command.status));
    decision.drafts.push_back({VersionStatusChanged{target, version.status, *command.status}, {}});
  }
  return decision;
}

Result<Decision> rule(const Reader& state, const DeleteVersion& command) {
  HERALD_TRY(const auto found, open_version(state, command));
  const OfVersion target = of(found.model, command.version);
  Decision decision{{}, false, json::to_json(VersionAnswer{answer_of(target), target.version})};
  const std::vector<AliasName> aliases = aliases_at(state, found);
  if (!aliases.empty() && !command.remove_aliases) {
    return error(
        Cause::not_allowed_now,
        fmt::format("alias {} is at version {}: move it first, or ask to have it removed with the version",
                    in_quotes(aliases.front()), label(command.version)),
        "remove_aliases");
  }
  AliasMoves moves(state, found.model, command.moves_protected, decision.drafts);
  for (const AliasName& alias : aliases) HERALD_CHECK(moves.move(alias, nullptr, "remove_aliases"));
  decision.drafts.push_back({VersionDeleted{target}, {}});
  return decision;
}

Result<Decision> rule(const Reader& state, const RestoreVersion& command) {
  HERALD_TRY(const auto found, open_model(state, command));
  const auto version = find_version(state, found.model.id, command.version);
  if (!version) return require_version(state, found, command.version).error();
  const OfVersion target = of(found, command.version);
  Decision decision{{}, false, json::to_json(VersionAnswer{answer_of(target), target.version})};
  if (!version->deleted) return decision;
  decision.drafts.push_back({VersionRestored{target}, {}});
  if (const auto why = why_not_back_in_its_stage(state, found, *version)) {
    StageTransitioned out{target, version->stage, std::nullopt};
    out.reason = Reason::trusted(*why);  // the command's says why the version came back
    decision.drafts.push_back({std::move(out), {}});
  }
  return decision;
}

Result<FoundVersion> open_version(const Reader& state, const VersionAddress& address) {
  HERALD_TRY(auto found, open_model(state, address));
  HERALD_TRY(auto version, require_version(state, found, address.version));
  return FoundVersion{std::move(found), std::move(version)};
}

Result<void> check_metrics(const std::map<std::string, double>& metrics) {
  if (metrics.size() > limits::kMaxMetrics) {
    return error(
        Cause::too_many,
        fmt::format("{} metrics are too many: at most {} are allowed", metrics.size(), limits::kMaxMetrics),
        "metrics");
  }
  for (const auto& [name, value] : metrics) {
    if (const auto key = MetricName::parse(name); !key) return about(key.error(), "metrics." + name);
    if (!std::isfinite(value)) {
      return error(Cause::invalid_value, fmt::format("metric {} must be a finite number", in_quotes(name)),
                   "metrics." + name);
    }
  }
  const std::size_t bytes = json::to_json(metrics).size();
  if (bytes <= limits::kMaxMetricsBytes) return {};
  return error(Cause::too_large,
               fmt::format("\"metrics\" has {} bytes as compact JSON: at most {} are allowed", bytes,
                           limits::kMaxMetricsBytes),
               "metrics");
}

}  // namespace herald::registry::deciding
