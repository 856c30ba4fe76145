#include "tests/simulation/model.h"

#include <fmt/format.h>

#include <cmath>

namespace herald::simulation {
namespace {

using namespace registry;

std::string place(const ModelAddress& a) {
  return a.registry.str() + "/" + a.model.str();
}
std::string place(const ModelAddress& a, std::uint64_t version) {
  return fmt::format("{}:v{}", place(a), version);
}
// As people name it: without the registry that needs no naming.
std::string name_of(const std::string& place) {
  return place.starts_with("models/") ? place.substr(7) : place;
}
std::string text(const std::optional<TextRef>& ref) {
  return ref ? ref->digest.hex().substr(0, 8) : "-";
}
std::string why(const std::optional<Reason>& reason) {
  return reason ? reason->str() : "-";
}
std::string dashed(std::uint64_t number) {
  return number == 0 ? "-" : std::to_string(number);
}
std::string word(VersionStatus status) {
  return status == VersionStatus::ready ? "ready" : status == VersionStatus::failed ? "failed" : "pending";
}

// Metadata that histories use is {...} or something that is plainly no object.
void check_facts(const json::Raw& metadata, const std::map<std::string, double>& metrics) {
  if (metadata.text().front() != '{') throw Cause::invalid_value;
  for (const auto& [name, value] : metrics) {
    if (!std::isfinite(value)) throw Cause::invalid_value;
  }
}

}  // namespace

Model::Verdict Model::apply(const Command& command) {
  const Model before = *this;
  facts_.clear();
  try {
    std::visit([&](const auto& asked) { run(asked); }, command);
  } catch (const Cause cause) {
    *this = before;
    return {cause, {}};
  }
  return {std::nullopt, facts_};
}

std::uint64_t Model::fact(std::string line) {
  facts_.push_back(std::move(line));
  return ++sequence_;
}

Model::OneModel& Model::model_at(const ModelAddress& address) {
  const auto found = models_.find(place(address));
  if (found == models_.end()) throw Cause::not_found;
  return found->second;
}

Model::OneModel& Model::open_at(const ModelAddress& address) {
  OneModel& model = model_at(address);
  if (model.archived != 0) throw Cause::not_allowed_now;
  return model;
}

Model::Version& Model::version_of(OneModel& model, Number number) {
  const auto found = model.versions.find(number);
  if (found == model.versions.end() || found->second.deleted != 0) throw Cause::not_found;
  return found->second;
}

void Model::run(const CreateRegistry& c) {
  if (registries_.contains(c.name.str())) throw Cause::already_exists;
  const std::string kind = c.kind == RegistryKind::model ? "model" : "dataset";
  registries_[c.name.str()] = {kind, fact("registry.created " + c.name.str() + " " + kind)};
}

void Model::run(const RegisterModel& c) {
  if (!registries_.contains(c.registry.str())) throw Cause::not_found;
  if (models_.contains(place(c))) throw Cause::already_exists;
  OneModel& model = models_[place(c)];
  model.created = model.changed = fact("model.registered " + place(c));
  if (c.description) {
    model.description = text(c.description);
    model.changed = fact(fmt::format("model.described {} - {}", place(c), model.description));
  }
  change_tags(place(c), model.tags, model.changed, {c.tags.begin(), c.tags.end()});
}

void Model::run(const DescribeModel& c) {
  OneModel& model = open_at(c);
  if (model.description == text(c.description)) return;
  model.changed =
      fact(fmt::format("model.described {} {} {}", place(c), model.description, text(c.description)));
  model.description = text(c.description);
}

void Model::change_tags(const std::string& place, std::map<std::string, std::string>& tags,
                        std::uint64_t& changed,
                        const std::map<std::string, std::optional<std::string>>& changes) {
  for (const auto& [key, value] : changes) {
    if (key.empty()) throw Cause::invalid_value;
    const bool there = tags.contains(key);
    const std::string from = there ? tags[key] : "-";
    if (!value && there) {
      changed = fact(fmt::format("tag.removed {} {} {}", place, key, from));
      tags.erase(key);
    } else if (value && (!there || from != *value)) {
      changed = fact(fmt::format("tag.set {} {} {} {}", place, key, from, *value));
      tags[key] = *value;
    }
  }
}

void Model::run(const ChangeTags& c) {
  if (!c.version) {
    OneModel& model = open_at(c);
    change_tags(place(c), model.tags, model.changed, c.tags);
  } else {
    Version& version = version_at(c, c.version->value());
    change_tags(place(c, c.version->value()), version.tags, version.changed, c.tags);
  }
}

void Model::run(const RegisterVersion& c) {
  check_facts(c.metadata, c.metrics);
  if (std::set<AliasName>(c.aliases.begin(), c.aliases.end()).size() != c.aliases.size())
    throw Cause::invalid_value;
  if (!registries_.contains(c.registry.str())) throw Cause::not_found;
  if (c.new_model_id && !models_.contains(place(c))) {
    OneModel& fresh = models_[place(c)];
    fresh.created = fresh.changed = fact("model.registered " + place(c));
  }
  OneModel& model = open_at(c);
  const Number number = model.versions.empty() ? 1 : model.versions.rbegin()->first + 1;
  if (c.expected && c.expected->value() != number) throw Cause::expected_mismatch;
  Version& version = model.versions[number];
  version.status = word(c.status);
  version.metadata = c.metadata.text();
  version.metrics = c.metrics;
  if (c.run) version.run = c.run->id.str();
  version.description = text(c.description);
  const std::string here = place(c, number);
  version.created = version.changed = model.changed =
      fact(fmt::format("version.registered {} {} {} {} {} {}", here, version.status, version.metadata,
                       layout::numbers(version.metrics), version.run, version.description));
  change_tags(here, version.tags, version.changed, {c.tags.begin(), c.tags.end()});
  for (const ArtifactId& artifact : c.artifacts) link(here, version, artifact.str());
  for (const AliasName& alias : c.aliases) put_alias(place(c), model, alias.str(), number, "-");
}

void Model::run(const UpdateVersion& c) {
  Version& version = version_at(c, c.version.value());
  if (c.expected_changed && version.changed > *c.expected_changed) throw Cause::expected_mismatch;
  check_facts(c.metadata.value_or(json::Raw("{}")), c.metrics.value_or(std::map<std::string, double>{}));
  if (c.reason && !c.status) throw Cause::invalid_value;
  const std::string from_status = version.status;
  if (c.status && from_status == "ready" && word(*c.status) == "pending") throw Cause::not_allowed_now;

  std::string from, to;
  const auto part = [&](const std::string& name, std::string& present,
                        const std::optional<std::string>& wanted) {
    const bool changes = wanted && present != *wanted;
    from += (from.empty() ? "" : " ") + name + "=" + (changes ? present : "-");
    to += (to.empty() ? "" : " ") + name + "=" + (changes ? *wanted : "-");
    if (changes) present = *wanted;
    return changes;
  };
  const std::string itself = "version " + name_of(place(c, c.version.value()));
  if (c.run && version.run != c.run->id.str() && leads_to(itself, "run " + c.run->id.str()))
    throw Cause::not_allowed_now;
  std::string metrics = layout::numbers(version.metrics);
  const auto or_none = [](const auto& given, auto&& say) {
    return given ? std::optional<std::string>(say(*given)) : std::nullopt;
  };
  bool changed = part("run", version.run, or_none(c.run, [](const Run& run) { return run.id.str(); }));
  changed |= part("metadata", version.metadata,
                  or_none(c.metadata, [](const json::Raw& raw) { return raw.text(); }));
  changed |= part("metrics", metrics, or_none(c.metrics, layout::numbers));
  changed |= part("description", version.description,
                  or_none(c.description, [](const TextRef& ref) { return ref.digest.hex().substr(0, 8); }));
  if (c.metrics) version.metrics = *c.metrics;
  const std::string here = place(c, c.version.value());
  if (changed) version.changed = fact(fmt::format("version.updated {} {} -> {}", here, from, to));
  if (c.status && from_status != word(*c.status)) {
    version.status = word(*c.status);
    version.changed = fact(
        fmt::format("version.status-changed {} {} {} {}", here, from_status, version.status, why(c.reason)));
  }
}

void Model::run(const CommitArtifact& c) {
  if (c.files == 0) throw Cause::invalid_value;
  artifacts_[c.new_id.str()] = {c.name.str(), c.files,
                                fact(fmt::format("artifact.committed {} {}", c.name.str(), c.files))};
}

void Model::link(const std::string& place, Version& version, const std::string& artifact) {
  if (!artifacts_.contains(artifact)) throw Cause::not_found;
  if (std::find(version.artifacts.begin(), version.artifacts.end(), artifact) != version.artifacts.end())
    return;
  version.artifacts.push_back(artifact);
  version.changed = fact(fmt::format("version.linked {} {}", place, artifacts_[artifact].name));
}

void Model::run(const LinkArtifact& c) {
  const Version& version = version_at(c, c.version.value());
  const std::string artifact = c.artifact_id.str();
  if (!artifacts_.contains(artifact)) throw Cause::not_found;
  const bool is_linked =
      std::find(version.artifacts.begin(), version.artifacts.end(), artifact) != version.artifacts.end();
  if (!is_linked &&
      leads_to("version " + name_of(place(c, c.version.value())), "artifact " + artifacts_[artifact].name))
    throw Cause::not_allowed_now;
  link(place(c, c.version.value()), version_at(c, c.version.value()), c.artifact_id.str());
}

void Model::run(const UnlinkArtifact& c) {
  Version& version = version_at(c, c.version.value());
  const std::string artifact = c.artifact_id.str();
  if (!artifacts_.contains(artifact)) throw Cause::not_found;
  if (std::erase(version.artifacts, artifact) == 0) return;
  version.changed =
      fact(fmt::format("version.unlinked {} {}", place(c, c.version.value()), artifacts_[artifact].name));
}

void Model::put_alias(const std::string& place, OneModel& model, const std::string& alias, Number to,
                      const std::string& reason) {
  const Number from = model.aliases.contains(alias) ? model.aliases[alias].version : 0;
  if (from == to) return;
  if (from != 0) {
    std::erase(model.former[alias], from);
    model.former[alias].push_back(from);
  }
  if (to == 0) {
    model.changed = fact(fmt::format("alias.removed {} {} {} {}", place, alias, from, reason));
    model.aliases.erase(alias);
    return;
  }
  model.changed = fact(fmt::format("alias.assigned {} {} {} {} {}", place, alias, dashed(from), to, reason));
  model.aliases[alias] = {to, from, reason, model.changed, false};
}

void Model::run(const MoveAliases& c) {
  OneModel& model = open_at(c);
  if (c.moves.empty()) throw Cause::invalid_value;
  std::set<std::string> seen;
  for (const AliasMove& move : c.moves) {
    const std::string alias = move.alias.str();
    if (!seen.insert(alias).second) throw Cause::invalid_value;
    const Number held = model.aliases.contains(alias) ? model.aliases[alias].version : 0;
    if (move.expected.kind == Expected::Kind::nothing && held != 0) throw Cause::expected_mismatch;
    if (move.expected.kind == Expected::Kind::version && held != move.expected.version.value()) {
      throw Cause::expected_mismatch;
    }
    if (move.to) version_of(model, move.to->value());
  }
  for (const AliasMove& move : c.moves) {
    put_alias(place(c), model, move.alias.str(), move.to ? move.to->value() : 0, why(c.reason));
  }
}

void Model::run(const AddComment& c) {
  OneModel& model = open_at(c);
  if (c.version) version_at(c, c.version->value());
  const Number number = c.version ? c.version->value() : 0;
  const std::string where = c.version ? place(c, number) : place(c);
  model.comments[c.new_id.str()] = {number, text(c.text),
                                    fact(fmt::format("comment.added {} {}", where, text(c.text)))};
}

std::string Model::node(const NodeAddress& address) {
  const int given = address.version.has_value() + address.artifact.has_value() + address.run.has_value() +
                    address.dataset.has_value();
  if (given != 1) throw Cause::invalid_value;
  if (address.run) return "run " + address.run->str();
  if (address.dataset) return "dataset " + address.dataset->str();
  if (address.artifact) {
    if (!artifacts_.contains(address.artifact->str())) throw Cause::not_found;
    return "artifact " + artifacts_[address.artifact->str()].name;
  }
  version_of(model_at(*address.version), address.version->version.value());
  const std::string where = place(*address.version, address.version->version.value());
  return "version " + name_of(where);
}

// Where one comes to from there, by edges and by what versions say of their runs and artifacts.
std::vector<std::string> Model::next_to(const std::string& from) const {
  std::vector<std::string> next;
  for (const auto& [edge, when] : edges_) {
    if (std::get<0>(edge) == from) next.push_back(std::get<2>(edge));
  }
  for (const auto& [model, facts] : models_) {
    for (const auto& [number, version] : facts.versions) {
      bool follows = from == "run " + version.run;
      for (const std::string& artifact : version.artifacts)
        follows = follows || from == "artifact " + artifacts_.at(artifact).name;
      if (follows) next.push_back(fmt::format("version {}:v{}", name_of(model), number));
    }
  }
  return next;
}

bool Model::leads_to(const std::string& from, const std::string& to) const {
  std::set<std::string> met{from};
  std::vector<std::string> waiting{from};
  while (!waiting.empty()) {
    const std::string here = waiting.back();
    waiting.pop_back();
    if (here == to) return true;
    for (const std::string& next : next_to(here)) {
      if (met.insert(next).second) waiting.push_back(next);
    }
  }
  return false;
}

void Model::run(const RecordLineage& c) {
  const std::string up = node(c.upstream), down = node(c.downstream);
  const std::string up_kind = up.substr(0, up.find(' ')), down_kind = down.substr(0, down.find(' '));
  const std::set<std::string> allowed = {"artifact used run",
                                         "dataset used run",
                                         "version used run",
                                         "run produced artifact",
                                         "run produced version",
                                         "version derived_from version",
                                         "dataset trained_on version",
                                         "dataset trained_on run",
                                         "artifact trained_on version",
                                         "artifact trained_on run",
                                         "dataset evaluated_on version",
                                         "dataset evaluated_on run",
                                         "artifact evaluated_on run",
                                         "artifact evaluated_on version",
                                         "version trained_on version",
                                         "version trained_on run",
                                         "version evaluated_on version",
                                         "version evaluated_on run"};
  const std::map<Relation, std::string> words = {{Relation::used, "used"},
                                                 {Relation::produced, "produced"},
                                                 {Relation::derived_from, "derived_from"},
                                                 {Relation::trained_on, "trained_on"},
                                                 {Relation::evaluated_on, "evaluated_on"}};
  const std::string relation = words.at(c.relation);
  if (!allowed.contains(up_kind + " " + relation + " " + down_kind)) throw Cause::invalid_value;
  const auto is_data = [&](const NodeAddress& end) {
    return registries_.at(end.version->registry.str()).first == "dataset";
  };
  if (up_kind == "version" && (relation == "trained_on" || relation == "evaluated_on")) {
    if (!is_data(c.upstream)) throw Cause::invalid_value;
    if (down_kind == "version" && is_data(c.downstream)) throw Cause::invalid_value;
  }
  if (edges_.contains({up, relation, down})) return;
  if (up == down) throw Cause::invalid_value;
  if (leads_to(down, up)) throw Cause::not_allowed_now;
  edges_[{up, relation, down}] = fact(fmt::format("lineage.recorded {} {} {}", up, relation, down));
}

Answers Model::answers() const {
  Answers answers;
  for (const auto& [name, registry] : registries_) {
    answers["registry " + name] = fmt::format("{} @{}", registry.first, registry.second);
  }
  for (const auto& [key, model] : models_) {
    Number latest = 0;
    for (const auto& [number, version] : model.versions) {
      if (version.status == "ready" && version.deleted == 0) latest = number;
      std::string artifacts;
      for (const std::string& artifact : version.artifacts) artifacts += artifact + ";";
      answers[fmt::format("{}:v{}", key, number)] = fmt::format(
          "{} {} {} {} {} {} [{}] stage={} deleted={} {}", version.status, version.metadata,
          layout::numbers(version.metrics), version.run, version.description, layout::pairs(version.tags),
          artifacts, version.stage, version.deleted, layout::marks(version.created, version.changed));
      if (version.stage != "-")
        answers[fmt::format("stage {} {}:v{}", version.stage, key, number)] = "holds it";
    }
    for (const auto& [name, alias] : model.aliases) {
      answers[key + "@" + name] = fmt::format("{} was {} {} @{}", alias.version, dashed(alias.previous),
                                              alias.reason, alias.assigned);
    }
    for (const auto& [id, comment] : model.comments) {
      answers[key + " comment " + id] =
          fmt::format("{} {} @{}", dashed(comment.version), comment.text, comment.created);
    }
    answers[key] = fmt::format(
        "{} {} last={} latest={} aliases={} archived={} {}", model.description, layout::pairs(model.tags),
        model.versions.empty() ? 0 : model.versions.rbegin()->first, dashed(latest), model.aliases.size(),
        model.archived, layout::marks(model.created, model.changed));
  }
  for (const auto& [id, artifact] : artifacts_) {
    answers["artifact " + id] = fmt::format("{} {} @{}", artifact.name, artifact.files, artifact.created);
  }
  for (const auto& [edge, recorded] : edges_) {
    answers[fmt::format("edge {} {} {}", std::get<0>(edge), std::get<1>(edge), std::get<2>(edge))] =
        fmt::format("@{} both ways", recorded);
  }
  for (const auto& [id, automation] : automations_) {
    answers["automation " + automation.name] =
        fmt::format("{} {} actions={} {}", id, automation.enabled ? "on" : "off", automation.actions,
                    layout::marks(automation.created, automation.changed));
  }
  for (const auto& [id, delivery] : deliveries_) {
    answers["delivery " + id] =
        fmt::format("{} {} {} {} action={} by {} @{}", delivery.automation, delivery.event, delivery.state,
                    delivery.attempts, delivery.action, delivery.by, delivery.changed);
  }
  for (const auto& [name, secret] : secrets_) {
    answers["secret " + name] =
        fmt::format("{} {} @{}", secret.number, secret.removed ? "removed" : "set", secret.changed);
  }
  return answers;
}

}  // namespace herald::simulation
