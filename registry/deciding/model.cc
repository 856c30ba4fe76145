// Registries, models, their tags and comments.
#include <fmt/format.h>

#include "base/limits.h"
#include "registry/deciding/rules.h"
#include "registry/sentence.h"

namespace herald::registry::deciding {
namespace {

struct RegistryAnswer {
  RegistryName registry;
  RegistryId id;
};
BOOST_DESCRIBE_STRUCT(RegistryAnswer, (), (registry, id))

struct TagsAnswer : ModelAnswer {
  std::optional<VersionNumber> version;
  std::uint64_t changed = 0;
};
BOOST_DESCRIBE_STRUCT(TagsAnswer, (ModelAnswer), (version, changed))

struct CommentAnswer : ModelAnswer {
  std::optional<VersionNumber> version;
  CommentId id;
};
BOOST_DESCRIBE_STRUCT(CommentAnswer, (ModelAnswer), (version, id))

Result<FoundModel> model_at(const Reader& state, const ModelAddress& address) {
  return require_model(state, address.registry, address.model);
}

}  // namespace

Result<Decision> rule(const Reader& state, const CreateRegistry& command) {
  if (find_registry(state, command.name)) {
    return taken(fmt::format("registry {} exists already", in_quotes(command.name)), "name");
  }
  return Decision{{{RegistryCreated{command.new_id, command.name, command.kind}, {}}},
                  true,
                  json::to_json(RegistryAnswer{command.name, command.new_id})};
}

Result<Decision> rule(const Reader& state, const RegisterModel& command) {
  HERALD_TRY(const auto registry, require_registry(state, command.registry));
  if (find_model(state, registry.id, command.model)) {
    return taken(fmt::format("model {} exists already in registry {}", in_quotes(command.model),
                             in_quotes(registry.name)),
                 "name");
  }
  const OfModel model{registry.id, registry.name, command.new_id, command.model};
  Decision decision{{}, true, json::to_json(answer_of(model))};
  decision.drafts.push_back({ModelRegistered{model}, {}});
  if (command.description)
    decision.drafts.push_back({ModelDescribed{model, std::nullopt, command.description}, {}});
  HERALD_CHECK(change_tags(model, std::nullopt, {}, all_set(command.tags), decision.drafts));
  return decision;
}

Result<Decision> rule(const Reader& state, const DescribeModel& command) {
  HERALD_TRY(const auto found, model_at(state, command));
  Decision decision{{}, false, json::to_json(answer_of(of(found)))};
  if (found.model.description != command.description) {
    decision.drafts.push_back({ModelDescribed{of(found), found.model.description, command.description}, {}});
  }
  return decision;
}

Result<Decision> rule(const Reader& state, const ChangeTags& command) {
  HERALD_TRY(auto found, model_at(state, command));
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

Result<Decision> rule(const Reader& state, const AddComment& command) {
  HERALD_TRY(const auto found, model_at(state, command));
  if (command.version) HERALD_CHECK(require_version(state, found, *command.version));
  return Decision{{{CommentAdded{of(found), command.version, command.new_id, command.text}, {}}},
                  true,
                  json::to_json(CommentAnswer{answer_of(of(found)), command.version, command.new_id})};
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
