// The later life of models and versions, their stages, and aliases that are exchanged.
#include <fmt/format.h>

#include <algorithm>

#include "tests/simulation/model.h"

namespace herald::simulation {
namespace {

using namespace registry;

std::string at(const ModelAddress& a) {
  return a.registry.str() + "/" + a.model.str();
}
std::string at(const ModelAddress& a, std::uint64_t version) {
  return fmt::format("{}:v{}", at(a), version);
}
template <class T>
std::string said(const std::optional<T>& value) {
  return value ? value->str() : "-";
}

void check(const Expected& expected, std::uint64_t held) {
  if (expected.kind == Expected::Kind::nothing && held != 0) throw Cause::expected_mismatch;
  if (expected.kind == Expected::Kind::version && held != expected.version.value())
    throw Cause::expected_mismatch;
}

}  // namespace

void Model::run(const SwapAliases& c) {
  OneModel& model = open_at(c);
  for (const AliasName* name : {&c.first, &c.second}) {
    if (!model.aliases.contains(name->str())) throw Cause::not_found;
  }
  const Number first = model.aliases[c.first.str()].version, second = model.aliases[c.second.str()].version;
  check(c.expect_first, first);
  check(c.expect_second, second);
  put_alias(at(c), model, c.first.str(), second, said(c.reason));
  put_alias(at(c), model, c.second.str(), first, said(c.reason));
}

void Model::run(const RollBackAlias& c) {
  OneModel& model = open_at(c);
  const std::string name = c.alias.str();
  const bool is_there = model.aliases.contains(name);
  const Number held = is_there ? model.aliases[name].version : 0;
  check(c.expected, held);
  if (is_there && model.aliases[name].taken_back && c.expected.kind == Expected::Kind::anything)
    throw Cause::not_allowed_now;
  bool held_others = false;
  const std::vector<Number> former = model.former[name];
  for (auto back = former.rbegin(); back != former.rend(); ++back) {
    if (*back == held) continue;
    held_others = true;
    if (model.versions.at(*back).deleted != 0) continue;
    put_alias(at(c), model, name, *back, said(c.reason));
    model.aliases[name].taken_back = true;
    return;
  }
  throw held_others || !is_there ? Cause::not_found : Cause::not_allowed_now;
}

void Model::run(const SetModelArchived& c) {
  OneModel& model = model_at(c);
  if (c.archived == (model.archived != 0)) return;
  model.changed =
      fact(fmt::format("model.{} {} {}", c.archived ? "archived" : "restored", at(c), said(c.reason)));
  model.archived = c.archived ? model.changed : 0;
}

void Model::run(const DeleteVersion& c) {
  OneModel& model = open_at(c);
  Version& version = version_of(model, c.version.value());
  std::vector<std::string> aliases;
  for (const auto& [name, alias] : model.aliases) {
    if (alias.version == c.version.value()) aliases.push_back(name);
  }
  if (!aliases.empty() && !c.remove_aliases) throw Cause::not_allowed_now;
  for (const std::string& alias : aliases) put_alias(at(c), model, alias, 0, said(c.reason));
  version.deleted = version.changed =
      fact(fmt::format("version.deleted {} {}", at(c, c.version.value()), said(c.reason)));
}

void Model::run(const RestoreVersion& c) {
  OneModel& model = open_at(c);
  const auto found = model.versions.find(c.version.value());
  if (found == model.versions.end()) throw Cause::not_found;
  if (found->second.deleted == 0) return;
  found->second.changed =
      fact(fmt::format("version.restored {} {}", at(c, c.version.value()), said(c.reason)));
  found->second.deleted = 0;
  const std::vector<std::string>& stages = stages_[c.registry.str()].names;
  if (found->second.stage == "-" || std::count(stages.begin(), stages.end(), found->second.stage) > 0) return;
  const std::string why = c.reason ? said(c.reason) : "the stage was given up while the version was deleted";
  found->second.changed =
      fact(fmt::format("stage.transitioned {} {} - {}", at(c, c.version.value()), found->second.stage, why));
  found->second.stage = "-";
}

// Histories lay out stages and nothing else.
void Model::run(const UpdateRegistry& c) {
  if (!registries_.contains(c.name.str())) throw Cause::not_found;
  Stages wanted;
  for (const StageName& name : c.stages->stages) wanted.names.push_back(name.str());
  for (const StageTransition& way : c.stages->transitions) wanted.ways.insert({said(way.from), said(way.to)});
  for (const auto& [place, model] : models_) {
    if (!place.starts_with(c.name.str() + "/")) continue;
    for (const auto& [number, version] : model.versions) {
      const bool stays = std::count(wanted.names.begin(), wanted.names.end(), version.stage) > 0;
      if (version.deleted == 0 && version.stage != "-" && !stays) throw Cause::not_allowed_now;
    }
  }
  if (wanted == stages_[c.name.str()]) return;
  fact(fmt::format("registry.updated {} {}", c.name.str(), fmt::join(wanted.names, ",")));
  stages_[c.name.str()] = wanted;
}

void Model::run(const TransitionStage& c) {
  Version& version = version_at(c, c.version.value());
  const Stages& stages = stages_[c.registry.str()];
  const std::string to = said(c.to);
  if (stages.names.empty()) throw Cause::not_allowed_now;
  if (c.to && std::count(stages.names.begin(), stages.names.end(), to) == 0) throw Cause::invalid_value;
  if (c.expected.given && said(c.expected.value) != version.stage) throw Cause::expected_mismatch;
  if (version.stage == to) return;
  if (!stages.ways.empty() && !stages.ways.contains({version.stage, to})) throw Cause::not_allowed_now;
  version.changed = fact(fmt::format("stage.transitioned {} {} {} {}", at(c, c.version.value()),
                                     version.stage, to, said(c.reason)));
  version.stage = to;
}

// Histories change tags so, of versions.
void Model::run(const ChangeTogether& c) {
  const auto& changes = std::get<std::vector<ChangeTags>>(c.changes);
  if (changes.empty()) throw Cause::invalid_value;
  std::set<std::string> seen;
  for (const ChangeTags& change : changes) {
    if (!seen.insert(at(change, change.version->value())).second) throw Cause::invalid_value;
    run(change);
  }
}

}  // namespace herald::simulation
