// Models, and the tags of models and versions.
#include <fmt/format.h>

#include "base/limits.h"
#include "registry/deciding/rules.h"
#include "registry/sentence.h"

namespace herald::registry::deciding {
namespace {

struct TagsAnswer : ModelAnswer {
  std::optional<VersionNumber> version;
  std::uint64_t changed = 0;
};
BOOST_DESCRIBE_STRUCT(TagsAnswer, (ModelAnswer), (version, changed))

Error archived(const FoundModel& found) {
  return error(Cause::not_allowed_now,
               fmt::format("model {} is archived since event {}: restore it first",
                           in_quotes(found.model.name), found.model.archived->sequence));
}

Error name_taken(const RegistryRecord& registry, const ModelName& name, std::string field) {
  return taken(
      fmt::format("model {} exists already in registry {}", in_quotes(name), in_quotes(registry.name)),
      std::move(field));
}

Result<void> check_none_protected(const Reader& state, const FoundModel& found) {
  for (const AliasName& alias : found.registry.protected_aliases) {
    if (!find_alias(state, found.model.id, alias)) continue;
    return error(Cause::denied,
                 fmt::format("model {} has alias {}, which is protected in registry {}: only admins of the "
                             "registry or of the model archive, delete or rename it",
                             in_quotes(found.model.name), in_quotes(alias), in_quotes(found.registry.name)),
                 "model");
  }
  return {};
}

// Whoever owns a model can be asked: somebody who exists.
Result<void> check_owner(const Reader& state, const std::optional<PrincipalId>& owner) {
  if (!owner || find_principal(state, *owner)) return {};
  return error(Cause::not_found, fmt::format("principal {} does not exist", owner->str()), "owner");
}

}  // namespace

Result<Decision> rule(const Reader& state, const RegisterModel& command) {
  HERALD_TRY(const auto registry, open_registry(state, command.registry));
  if (find_model(state, registry.id, command.model)) return name_taken(registry, command.model, "name");
  HERALD_CHECK(check_owner(state, command.owner));
  HERALD_CHECK(check_card(command.card));
  const OfModel model{registry.id, registry.name, command.new_id, command.model};
  Decision decision{{}, true, json::to_json(answer_of(model))};
  decision.drafts.push_back({ModelRegistered{model}, {}});
  if (command.description)
    decision.drafts.push_back({ModelDescribed{model, std::nullopt, command.description}, {}});
  if (command.card) decision.drafts.push_back({ModelCarded{model, std::nullopt, command.card}, {}});
  if (command.owner) decision.drafts.push_back({ModelOwned{model, std::nullopt, command.owner}, {}});
  HERALD_CHECK(change_tags(model, std::nullopt, {}, all_set(command.tags), decision.drafts));
  return decision;
}

Result<Decision> rule(const Reader& state, const RenameModel& command) {
  HERALD_TRY(const auto found, open_model(state, command));
  OfModel named = of(found);
  named.model = command.to;
  Decision decision{{}, false, json::to_json(answer_of(named))};
  if (command.to == found.model.name) return decision;
  if (command.moves_protected == MovesProtected::no) HERALD_CHECK(check_none_protected(state, found));
  if (find_model(state, found.registry.id, command.to)) return name_taken(found.registry, command.to, "to");
  decision.drafts.push_back({ModelRenamed{of(found), command.to}, {}});
  return decision;
}

Result<Decision> rule(const Reader& state, const DescribeModel& command) {
  HERALD_TRY(const auto found, open_model(state, command));
  Decision decision{{}, false, json::to_json(answer_of(of(found)))};
  if (found.model.description != command.description) {
    decision.drafts.push_back({ModelDescribed{of(found), found.model.description, command.description}, {}});
  }
  return decision;
}

Result<Decision> rule(const Reader& state, const SetOwner& command) {
  HERALD_TRY(const auto found, open_model(state, command));
  HERALD_CHECK(check_owner(state, command.owner));
  Decision decision{{}, false, json::to_json(answer_of(of(found)))};
  if (found.model.owner != command.owner)
    decision.drafts.push_back({ModelOwned{of(found), found.model.owner, command.owner}, {}});
  return decision;
}

Result<Decision> rule(const Reader& state, const SetModelArchived& command) {
  HERALD_CHECK(open_registry(state, command.registry));
  HERALD_TRY(const auto found, require_model(state, command.registry, command.model));
  Decision decision{{}, false, json::to_json(answer_of(of(found)))};
  if (command.archived == found.model.archived.has_value()) return decision;
  if (command.moves_protected == MovesProtected::no) HERALD_CHECK(check_none_protected(state, found));
  if (command.archived) {
    decision.drafts.push_back({ModelArchived{of(found)}, {}});
  } else {
    decision.drafts.push_back({ModelRestored{of(found)}, {}});
  }
  return decision;
}

Result<Decision> rule(const Reader& state, const DeleteModel& command) {
  HERALD_CHECK(open_registry(state, command.registry));
  HERALD_TRY(const auto found, require_model(state, command.registry, command.model));
  if (command.moves_protected == MovesProtected::no) HERALD_CHECK(check_none_protected(state, found));
  return Decision{{{ModelDeleted{of(found)}, {}}}, false, json::to_json(answer_of(of(found)))};
}

Result<Decision> rule(const Reader& state, const ChangeTags& command) {
  HERALD_TRY(auto found, open_model(state, command));
  auto present = std::move(found.model.tags);
  if (command.version) {
    HERALD_TRY(auto version, require_version(state, found, *command.version));
    present = std::move(version.tags);
  }
  Decision decision;
  HERALD_CHECK(change_tags(of(found), command.version, std::move(present), command.tags, decision.drafts));
  decision.answer = json::to_json(TagsAnswer{answer_of(of(found)), command.version, decision.drafts.size()});
  return decision;
}

Result<FoundModel> open_model(const Reader& state, const ModelAddress& address) {
  HERALD_CHECK(open_registry(state, address.registry));
  HERALD_TRY(auto found, require_model(state, address.registry, address.model));
  if (found.model.archived) return archived(found);
  return found;
}

TagChanges all_set(const std::map<std::string, std::string>& tags) {
  return {tags.begin(), tags.end()};
}

Result<void> change_tags(const OfModel& of, std::optional<VersionNumber> version,
                         std::map<std::string, std::string> present, const TagChanges& changes,
                         std::vector<Draft>& drafts) {
  for (const auto& [name, value] : changes) {
    const std::string field = "tags." + name;
    const auto key = TagKey::parse(name);
    if (!key) return about(key.error(), field);
    const auto now = present.find(name);
    if (!value) {
      if (now == present.end()) continue;
      drafts.push_back({TagRemoved{of, version, *key, TagValue::trusted(now->second)}, {}});
      present.erase(now);
      continue;
    }
    const auto to = TagValue::parse(*value);
    if (!to) return about(to.error(), field);
    if (now != present.end() && now->second == *value) continue;
    std::optional<TagValue> from;
    if (now != present.end()) from = TagValue::trusted(now->second);
    drafts.push_back({TagSet{of, version, *key, std::move(from), *to}, {}});
    present[name] = *value;
  }
  if (present.size() <= limits::kMaxTags) return {};
  return error(
      Cause::too_many,
      fmt::format("model {}{} would have {} tags: at most {} are allowed", in_quotes(of.model),
                  version ? ", version " + label(*version) + "," : "", present.size(), limits::kMaxTags),
      "tags");
}

}  // namespace herald::registry::deciding
