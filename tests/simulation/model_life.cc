// The later life of models and versions, their stages, and aliases that are exchanged.
#include <fmt/format.h>

#include <algorithm>

#include "tests/simulation/model.h"

namespace herald::simulation {
namespace {

using namespace registry;
using layout::or_dash;

std::string at(const ModelAddress& a) {
  return a.registry.str() + "/" + a.model.str();
}
std::string at(const ModelAddress& a, std::uint64_t version) {
  return fmt::format("{}:v{}", at(a), version);
}

void check(const Expected& expected, std::uint64_t held) {
  if (expected.kind == Expected::Kind::nothing && held != 0) throw Cause::expected_mismatch;
  if (expected.kind == Expected::Kind::version && held != expected.version.value())
    throw Cause::expected_mismatch;
}

// What no two changes at once may be about.
std::string about(const ModelAddress& c) {
  return at(c);
}
std::string about(const VersionAddress& c) {
  return at(c, c.version.value());
}
std::string about(const ChangeTags& c) {
  return c.version ? at(c, c.version->value()) : at(c);
}

}  // namespace

void Model::run(const RenameModel& c) {
  OneModel& model = open_at(c);
  if (c.to == c.model) return;
  check_none_guarded(model, c.moves_protected);
  const std::string to = c.registry.str() + "/" + c.to.str();
  if (names_.contains(to)) throw Cause::already_exists;
  model.changed = fact(fmt::format("model.renamed {} {}", at(c), c.to.str()));
  model.name = c.to.str();
  names_.erase(at(c));
  names_[to] = model.id;
}

void Model::run(const SetCard& c) {
  OneModel& model = open_at(c);
  if (!c.version) {
    check_card_keeps(model, 0, c.card);
    if (model.card == c.card) return;
    model.changed =
        fact(fmt::format("model.carded {} {} {}", at(c), layout::card(model.card), layout::card(c.card)));
    model.card = c.card;
    return;
  }
  Version& version = version_of(model, c.version->value());
  check_card_keeps(model, c.version->value(), c.card);
  if (version.card == c.card) return;
  version.changed = fact(fmt::format("version.carded {} {} {}", at(c, c.version->value()),
                                     layout::card(version.card), layout::card(c.card)));
  version.card = c.card;
}

void Model::run(const SetOwner& c) {
  OneModel& model = open_at(c);
  if (c.owner) principal_at(*c.owner);
  const std::string to = or_dash(c.owner);
  if (model.owner == to) return;
  model.changed = fact(fmt::format("model.owned {} {} {}", at(c), model.owner, to));
  model.owner = to;
}

void Model::run(const SetModelArchived& c) {
  open_registry(c.registry);
  OneModel& model = model_at(c);
  if (c.archived == (model.archived != 0)) return;
  check_none_guarded(model, c.moves_protected);
  model.changed = fact(fmt::format("model.{} {}", c.archived ? "archived" : "restored", at(c)));
  model.archived = c.archived ? model.changed : 0;
}

void Model::run(const DeleteModel& c) {
  open_registry(c.registry);
  OneModel& model = model_at(c);
  check_none_guarded(model, c.moves_protected);
  model.deleted = model.changed = fact("model.deleted " + at(c));
  model.aliases.clear();
  names_.erase(at(c));
}

void Model::run(const SwapAliases& c) {
  OneModel& model = open_at(c);
  for (const AliasName* name : {&c.first, &c.second}) {
    if (!model.aliases.contains(name->str())) throw Cause::not_found;
  }
  const Number first = model.aliases[c.first.str()].version, second = model.aliases[c.second.str()].version;
  check(c.expect_first, first);
  check(c.expect_second, second);
  put_alias(model, c.first.str(), second, c.moves_protected);
  put_alias(model, c.second.str(), first, c.moves_protected);
}

void Model::run(const RollBackAlias& c) {
  OneModel& model = open_at(c);
  const std::string name = c.alias.str();
  const auto found = model.aliases.find(name);
  const bool is_there = found != model.aliases.end();
  const Number held = is_there ? found->second.version : 0;
  check(c.expected, held);
  if (is_there && found->second.taken_back && c.expected.kind == Expected::Kind::anything)
    throw Cause::not_allowed_now;
  bool held_others = false;
  const std::vector<Number> former = model.former[name];
  for (auto back = former.rbegin(); back != former.rend(); ++back) {
    if (*back == held) continue;
    held_others = true;
    if (model.versions.at(*back).deleted != 0) continue;
    return put_alias(model, name, *back, c.moves_protected, true);
  }
  throw held_others || !is_there ? Cause::not_found : Cause::not_allowed_now;
}

void Model::run(const DeleteVersion& c) {
  OneModel& model = open_at(c);
  Version& version = version_of(model, c.version.value());
  std::vector<std::string> aliases;
  for (const auto& [name, alias] : model.aliases) {
    if (alias.version == c.version.value()) aliases.push_back(name);
  }
  if (!aliases.empty() && !c.remove_aliases) throw Cause::not_allowed_now;
  for (const std::string& alias : aliases) put_alias(model, alias, 0, c.moves_protected);
  version.deleted = version.changed = fact("version.deleted " + at(c, c.version.value()));
}

void Model::run(const RestoreVersion& c) {
  OneModel& model = open_at(c);
  const auto found = model.versions.find(c.version.value());
  if (found == model.versions.end()) throw Cause::not_found;
  if (found->second.deleted == 0) return;
  Version& version = found->second;
  version.changed = fact("version.restored " + at(c, c.version.value()));
  version.deleted = 0;
  if (version.stage == "-") return;
  const Registry& registry = registries_.at(model.registry);
  const auto is_its_stage = [&](const StageName& stage) { return stage.str() == version.stage; };
  const auto& stages = registry.stages.stages;
  const auto& guarded = registry.policy.stages;
  std::string why;
  if (std::none_of(stages.begin(), stages.end(), is_its_stage)) {
    why = "the stage was given up while the version was deleted";
  } else if (std::any_of(guarded.begin(), guarded.end(), is_its_stage) &&
             !lacking(model, version.card ? version.card : model.card).empty()) {
    why = "its card lacks what the registry asks for in this stage";
  }
  if (why.empty()) return;
  why_ = why;
  version.staged = version.changed =
      fact(fmt::format("stage.transitioned {} {} -", at(c, c.version.value()), version.stage));
  version.stage = "-";
}

void Model::run(const TransitionStage& c) {
  OneModel& model = open_at(c);
  Version& version = version_of(model, c.version.value());
  const Registry& registry = registries_.at(model.registry);
  const auto& [stages, ways] = registry.stages;
  const std::string to = or_dash(c.to);
  if (stages.empty()) throw Cause::not_allowed_now;
  if (c.to && std::count(stages.begin(), stages.end(), *c.to) == 0) throw Cause::invalid_value;
  if (c.expected.given && or_dash(c.expected.value) != version.stage) throw Cause::expected_mismatch;
  if (version.stage == to) return;
  const bool leads_there = std::any_of(ways.begin(), ways.end(), [&](const StageTransition& way) {
    return or_dash(way.from) == version.stage && or_dash(way.to) == to;
  });
  if (!ways.empty() && !leads_there) throw Cause::not_allowed_now;
  for (const StageName& guarded : registry.policy.stages) {
    if (guarded.str() == to) check_card(model, version);
  }
  version.staged = version.changed =
      fact(fmt::format("stage.transitioned {} {} {}", at(c, c.version.value()), version.stage, to));
  version.stage = to;
}

// Of what is registered, several may be of one model.
void Model::run(const ChangeTogether& c) {
  std::visit(
      [&]<class Change>(const std::vector<Change>& changes) {
        if (changes.empty()) throw Cause::invalid_value;
        std::set<std::string> seen;
        for (const Change& change : changes) {
          const bool is_new = seen.insert(about(change)).second;
          if (!is_new && !std::is_same_v<Change, RegisterVersion>) throw Cause::invalid_value;
          ask(change);
        }
      },
      c.changes);
}

}  // namespace herald::simulation
