#include "tests/simulation/model.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/limits.h"

namespace herald::simulation {
namespace {

using namespace registry;
using layout::or_dash;

std::string place(const ModelAddress& a) {
  return a.registry.str() + "/" + a.model.str();
}
std::string place(const ModelAddress& a, std::uint64_t version) {
  return fmt::format("{}:v{}", place(a), version);
}
std::string dashed(std::uint64_t number) {
  return number == 0 ? "-" : std::to_string(number);
}
std::string word(VersionStatus status) {
  return status == VersionStatus::ready ? "ready" : status == VersionStatus::failed ? "failed" : "pending";
}
bool has(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

// Metadata that histories use is {...} or something that is plainly no object.
void check_facts(const json::Raw& metadata, const std::map<std::string, double>& metrics) {
  if (metadata.text().size() > limits::kMaxMetadataBytes) throw Cause::too_large;
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
    std::visit([&](const auto& asked) { ask(asked); }, command);
  } catch (const Cause cause) {
    *this = before;
    return {cause, {}};
  }
  return {std::nullopt, facts_};
}

// That a model is there now needs no reason: what is asked with one is a version of it.
std::uint64_t Model::fact(std::string line) {
  if (why_ != "-" && !line.starts_with("model.registered ")) line += " because " + why_;
  facts_.push_back(std::move(line));
  return ++sequence_;
}

Model::Registry& Model::registry_at(const RegistryName& name) {
  const auto found = registries_.find(name.str());
  if (found == registries_.end()) throw Cause::not_found;
  return found->second;
}

Model::Registry& Model::open_registry(const RegistryName& name) {
  Registry& registry = registry_at(name);
  if (registry.archived != 0) throw Cause::not_allowed_now;
  return registry;
}

Model::OneModel& Model::model_at(const ModelAddress& address) {
  const auto found = names_.find(place(address));
  if (found == names_.end()) throw Cause::not_found;
  return models_.at(found->second);
}

Model::OneModel& Model::open_at(const ModelAddress& address) {
  open_registry(address.registry);
  OneModel& model = model_at(address);
  if (model.archived != 0) throw Cause::not_allowed_now;
  return model;
}

Model::Version& Model::version_of(OneModel& model, Number number) {
  const auto found = model.versions.find(number);
  if (found == model.versions.end() || found->second.deleted != 0) throw Cause::not_found;
  return found->second;
}

Model::Artifact& Model::artifact_at(ArtifactId id) {
  const auto found = artifacts_.find(id.str());
  if (found == artifacts_.end() || found->second.deleted != 0) throw Cause::not_found;
  return found->second;
}

Model::OneModel& Model::new_model(const ModelAddress& address, ModelId id) {
  names_[place(address)] = id.str();
  OneModel& model = models_[id.str()];
  model.id = id.str();
  model.registry = address.registry.str();
  model.name = address.model.str();
  model.created = model.changed = fact("model.registered " + place(address));
  return model;
}

void Model::run(const RegisterModel& c) {
  open_registry(c.registry);
  if (names_.contains(place(c))) throw Cause::already_exists;
  if (c.owner) principal_at(*c.owner);
  OneModel& model = new_model(c, c.new_id);
  if (c.description) {
    model.description = layout::text(c.description);
    model.changed = fact(fmt::format("model.described {} - {}", place(c), model.description));
  }
  if (c.card) {
    model.card = c.card;
    model.changed = fact(fmt::format("model.carded {} - {}", place(c), layout::card(c.card)));
  }
  if (c.owner) {
    model.owner = c.owner->str();
    model.changed = fact(fmt::format("model.owned {} - {}", place(c), model.owner));
  }
  change_tags(place(c), model.tags, model.changed, {c.tags.begin(), c.tags.end()});
}

void Model::run(const DescribeModel& c) {
  OneModel& model = open_at(c);
  const std::string to = layout::text(c.description);
  if (model.description == to) return;
  model.changed = fact(fmt::format("model.described {} {} {}", place(c), model.description, to));
  model.description = to;
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
  if (tags.size() > limits::kMaxTags) throw Cause::too_many;
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
  open_registry(c.registry);
  if (c.new_model_id && !names_.contains(place(c))) new_model(c, *c.new_model_id);
  OneModel& model = open_at(c);
  const Number number = model.versions.empty() ? 1 : model.versions.rbegin()->first + 1;
  if (c.expected && c.expected->value() != number) throw Cause::expected_mismatch;
  Version& version = model.versions[number];
  version.status = word(c.status);
  version.metadata = c.metadata.text();
  version.metrics = c.metrics;
  if (c.run) version.run = c.run->id.str();
  version.description = layout::text(c.description);
  const std::string here = place(c, number);
  version.created = version.changed = model.changed =
      fact(fmt::format("version.registered {} {} {} {} {} {}", here, version.status, version.metadata,
                       layout::numbers(version.metrics), version.run, version.description));
  change_tags(here, version.tags, version.changed, {c.tags.begin(), c.tags.end()});
  for (const ArtifactId artifact : c.artifacts) link(here, version, artifact);
  if (c.card) {
    version.card = c.card;
    version.changed = fact(fmt::format("version.carded {} - {}", here, layout::card(c.card)));
  }
  for (const AliasName& alias : c.aliases) put_alias(model, alias.str(), number, c.moves_protected);
}

void Model::run(const UpdateVersion& c) {
  OneModel& model = open_at(c);
  const Number number = c.version.value();
  Version& version = version_of(model, number);
  if (c.expected_changed && version.changed > *c.expected_changed) throw Cause::expected_mismatch;
  check_facts(c.metadata.value_or(json::Raw("{}")), c.metrics.value_or(std::map<std::string, double>{}));
  const bool asks_for_something = c.run || c.metadata || c.metrics || c.description || c.status;
  if (c.reason && !asks_for_something) throw Cause::invalid_value;

  const std::string from_status = version.status, to_status = c.status ? word(*c.status) : from_status;
  const bool changes_run = c.run && version.run != c.run->id.str();
  if (changes_run || (c.metadata && version.metadata != c.metadata->text()) || to_status != from_status)
    check_not_guarded(model, number, c.moves_protected);
  if (changes_run && leads_to(node_of(model, number).key(), "run " + c.run->id.str()))
    throw Cause::not_allowed_now;
  if (from_status == "ready" && to_status == "pending") throw Cause::not_allowed_now;

  std::string from, to;
  const auto part = [&](const std::string& name, std::string& present,
                        const std::optional<std::string>& wanted) {
    const bool changes = wanted && present != *wanted;
    from += (from.empty() ? "" : " ") + name + "=" + (changes ? present : "-");
    to += (to.empty() ? "" : " ") + name + "=" + (changes ? *wanted : "-");
    if (changes) present = *wanted;
    return changes;
  };
  const auto or_none = [](const auto& given, auto&& say) {
    return given ? std::optional<std::string>(say(*given)) : std::nullopt;
  };
  std::string metrics = layout::numbers(version.metrics);
  bool changed = part("run", version.run, or_none(c.run, [](const Run& run) { return run.id.str(); }));
  changed |= part("metadata", version.metadata,
                  or_none(c.metadata, [](const json::Raw& raw) { return raw.text(); }));
  changed |= part("metrics", metrics, or_none(c.metrics, layout::numbers));
  changed |= part("description", version.description,
                  or_none(c.description, [](const TextRef& ref) { return layout::text(ref); }));
  if (c.metrics) version.metrics = *c.metrics;
  const std::string here = place(c, number);
  if (changed) version.changed = fact(fmt::format("version.updated {} {} -> {}", here, from, to));
  if (to_status != from_status) {
    version.status = to_status;
    version.changed = fact(fmt::format("version.status-changed {} {} {}", here, from_status, to_status));
  }
}

void Model::run(const CommitArtifact& c) {
  if (c.files == 0) throw Cause::invalid_value;
  artifacts_[c.new_id.str()] = {c.name.str(), c.files,
                                fact(fmt::format("artifact.committed {} {}", c.name.str(), c.files)), 0};
}

void Model::run(const DeleteArtifact& c) {
  Artifact& artifact = artifact_at(c.artifact_id);
  for (const auto& [id, model] : models_) {
    if (model.deleted != 0) continue;  // its versions never come back
    for (const auto& [number, version] : model.versions) {
      if (has(version.artifacts, c.artifact_id.str())) throw Cause::not_allowed_now;
    }
  }
  artifact.deleted = fact("artifact.deleted " + artifact.name);
}

void Model::link(const std::string& place, Version& version, ArtifactId artifact) {
  const std::string name = artifact_at(artifact).name;
  if (has(version.artifacts, artifact.str())) return;
  version.artifacts.push_back(artifact.str());
  version.changed = fact(fmt::format("version.linked {} {}", place, name));
}

void Model::run(const LinkArtifact& c) {
  OneModel& model = open_at(c);
  const Number number = c.version.value();
  Version& version = version_of(model, number);
  artifact_at(c.artifact_id);
  if (has(version.artifacts, c.artifact_id.str())) return;
  check_not_guarded(model, number, c.moves_protected);
  if (leads_to(node_of(model, number).key(), "artifact " + c.artifact_id.str())) throw Cause::not_allowed_now;
  link(place(c, number), version, c.artifact_id);
}

void Model::run(const UnlinkArtifact& c) {
  OneModel& model = open_at(c);
  Version& version = version_of(model, c.version.value());
  const std::string name = artifact_at(c.artifact_id).name;
  if (!has(version.artifacts, c.artifact_id.str())) return;
  check_not_guarded(model, c.version.value(), c.moves_protected);
  std::erase(version.artifacts, c.artifact_id.str());
  version.changed = fact(fmt::format("version.unlinked {} {}", place(c, c.version.value()), name));
}

void Model::check_none_guarded(const OneModel& model, May may) const {
  if (may == May::yes) return;
  for (const std::string& alias : registries_.at(model.registry).guarded) {
    if (model.aliases.contains(alias)) throw Cause::denied;
  }
}

void Model::check_not_guarded(const OneModel& model, Number number, May may) const {
  if (may == May::yes) return;
  for (const std::string& alias : registries_.at(model.registry).guarded) {
    const auto held = model.aliases.find(alias);
    if (held != model.aliases.end() && held->second.version == number) throw Cause::denied;
  }
}

std::set<std::string> Model::lacking(const OneModel& model, const std::optional<Card>& card) const {
  std::set<std::string> out;
  for (const Label& section : registries_.at(model.registry).policy.sections) {
    if (!card || erased_texts_.contains(card->text.digest) ||
        std::count(card->sections.begin(), card->sections.end(), section) == 0)
      out.insert(section.str());
  }
  return out;
}

void Model::check_card(const OneModel& model, const Version& version) const {
  if (!lacking(model, version.card ? version.card : model.card).empty()) throw Cause::not_allowed_now;
}

// Where the policy has a say, no card loses what it asks for. `number`: whose card changes; 0: the model's.
void Model::check_card_keeps(const OneModel& model, Number number, const std::optional<Card>& to) const {
  const CardPolicy& policy = registries_.at(model.registry).policy;
  std::set<Number> guarded;
  for (const AliasName& alias : policy.aliases) {
    const auto held = model.aliases.find(alias.str());
    if (held != model.aliases.end()) guarded.insert(held->second.version);
  }
  for (const auto& [each, version] : model.versions) {
    const auto stands = std::find_if(policy.stages.begin(), policy.stages.end(),
                                     [&](const StageName& stage) { return stage.str() == version.stage; });
    if (version.deleted == 0 && stands != policy.stages.end()) guarded.insert(each);
  }
  for (const Number each : guarded) {
    const Version& version = model.versions.at(each);
    if (number != 0 ? each != number : version.card.has_value()) continue;
    const std::set<std::string> before = lacking(model, version.card ? version.card : model.card);
    for (const std::string& section : lacking(model, to || number == 0 ? to : model.card)) {
      if (!before.contains(section)) throw Cause::not_allowed_now;
    }
  }
}

void Model::put_alias(OneModel& model, const std::string& alias, Number to, May may, bool takes_back) {
  const Registry& registry = registries_.at(model.registry);
  const Number from = model.aliases.contains(alias) ? model.aliases[alias].version : 0;
  if (from == to) return;
  if (may == May::no && registry.guarded.contains(alias)) throw Cause::denied;
  for (const AliasName& asks : registry.policy.aliases) {
    if (to != 0 && !takes_back && asks.str() == alias) check_card(model, model.versions.at(to));
  }
  if (from != 0) {
    std::erase(model.former[alias], from);
    model.former[alias].push_back(from);
  }
  if (to == 0) {
    model.changed = fact(fmt::format("alias.removed {} {} {}", model.place(), alias, from));
    model.aliases.erase(alias);
    return;
  }
  model.changed = fact(fmt::format("alias.assigned {} {} {} {}", model.place(), alias, dashed(from), to));
  model.aliases[alias] = {to, from, why_, model.changed, takes_back};
}

void Model::run(const MoveAliases& c) {
  OneModel& model = open_at(c);
  if (c.moves.empty()) throw Cause::invalid_value;
  if (c.moves.size() > limits::kMaxAliasMovesPerCommand) throw Cause::too_many;
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
    put_alias(model, move.alias.str(), move.to ? move.to->value() : 0, c.moves_protected);
  }
}

void Model::run(const AddComment& c) {
  OneModel& model = open_at(c);
  const Number number = c.version ? c.version->value() : 0;
  if (c.version) version_of(model, number);
  const std::string where = c.version ? place(c, number) : place(c);
  const std::string text = layout::text(c.text);
  model.comments[c.new_id.str()] = {
      number, text, fact(fmt::format("comment.added {} {} {}", where, c.new_id.str(), text)), 0};
}

// All that is said in histories is said by nobody in particular.
Model::Comment& Model::comment_at(OneModel& model, CommentId id, const std::optional<std::string>& by) {
  const auto found = model.comments.find(id.str());
  if (found == model.comments.end()) throw Cause::not_found;
  if (by && *by != "anonymous") throw Cause::denied;
  return found->second;
}

void Model::run(const EditComment& c) {
  OneModel& model = open_at(c);
  Comment& comment = comment_at(model, c.comment_id, c.by);
  const std::string to = layout::text(c.text), from = comment.text;
  if (from == to) return;
  comment.text = to;
  const std::string where = comment.version == 0 ? place(c) : place(c, comment.version);
  comment.edited = fact(fmt::format("comment.edited {} {} {} {}", where, c.comment_id.str(), from, to));
}

void Model::run(const RemoveComment& c) {
  OneModel& model = open_at(c);
  const Number version = comment_at(model, c.comment_id, c.by).version;
  fact(fmt::format("comment.removed {} {}", version == 0 ? place(c) : place(c, version), c.comment_id.str()));
  model.comments.erase(c.comment_id.str());
}

}  // namespace herald::simulation
