#include "registry/state.h"

#include <fmt/format.h>

#include <stdexcept>

#include "registry/sentence.h"

namespace herald::registry {
namespace {

constexpr std::size_t kLongestNodeId = 128;

template <class IdType>
std::optional<IdType> id_by_name(const Reader& reader, Table table, std::string_view key) {
  const auto bytes = reader.get(table, key);
  if (!bytes) return std::nullopt;
  return IdType(Uuid::from_bytes(*bytes));
}

// What stands behind `prefix` in the keys of a table of names; one more than a sentence lists.
std::vector<std::string> names_in(const Reader& reader, Table table, std::string_view prefix) {
  std::vector<std::string> names;
  reader.scan(table, prefix, {}, [&](std::string_view key, std::string_view) {
    names.emplace_back(key.substr(prefix.size()));
    return names.size() <= kNamesListed;
  });
  return names;
}

Error not_found(std::string sentence, const std::vector<std::string>& there, std::string_view none) {
  if (there.empty()) {
    sentence += fmt::format(": {}", none);
  } else {
    sentence += ": it has " + listed(there);
  }
  return error(Cause::not_found, std::move(sentence));
}

}  // namespace

std::string_view to_string(Table table) {
  switch (table) {
    case Table::registries:
      return "registries";
    case Table::registry_names:
      return "registry_names";
    case Table::models:
      return "models";
    case Table::model_names:
      return "model_names";
    case Table::versions:
      return "versions";
    case Table::ready_versions:
      return "ready_versions";
    case Table::aliases:
      return "aliases";
    case Table::artifacts:
      return "artifacts";
    case Table::artifact_links:
      return "artifact_links";
    case Table::comments:
      return "comments";
    case Table::stage_versions:
      return "stage_versions";
    case Table::upstream:
      return "upstream";
    case Table::downstream:
      return "downstream";
    case Table::automations:
      return "automations";
    case Table::automation_names:
      return "automation_names";
    case Table::triggers:
      return "triggers";
    case Table::deliveries:
      return "deliveries";
    case Table::secrets:
      return "secrets";
    case Table::run_versions:
      return "run_versions";
    case Table::run_evaluations:
      return "run_evaluations";
    case Table::usage:
      return "usage";
    case Table::evaluations:
      return "evaluations";
    case Table::principals:
      return "principals";
    case Table::team_members:
      return "team_members";
    case Table::teams_of:
      return "teams_of";
    case Table::roles:
      return "roles";
    case Table::role_holders:
      return "role_holders";
    case Table::tokens:
      return "tokens";
    case Table::tokens_of:
      return "tokens_of";
    case Table::former_holders:
      return "former_holders";
    case Table::erased_texts:
      return "erased_texts";
  }
  return "unknown";
}

std::string keys::scope(const RoleScope& scope) {
  std::string key;
  if (scope.registry_id) key.append(scope.registry_id->bytes());
  if (scope.model_id) key.append(scope.model_id->bytes());
  return key;
}

std::string keys::role_holder(const RoleScope& on, PrincipalId holder) {
  const std::string key = scope(on);
  return std::string(1, static_cast<char>(key.size())).append(key).append(holder.bytes());
}

// A cut id begins with a control character, which no caller's id can hold: it is equal to no other.
std::string keys::node(const Node& node) {
  std::string key(reflect::enum_name(node.kind));
  key.push_back('/');
  if (node.id.size() <= kLongestNodeId) return key + node.id;
  return key + '\x01' + sha256(node.id).hex();
}

// Ids hold no control characters, so neither the 0 between the ends nor the relation (one byte) can be taken
// for one.
std::string keys::edge(const Node& near, const Node& far, Relation relation) {
  std::string key = node(near);
  key.push_back('\0');
  key += node(far);
  key.push_back(static_cast<char>(relation));
  return key;
}

std::string keys::of_run(const Label& run) {
  return node({NodeKind::run, run.str(), {}}) + '\0';
}

std::optional<RegistryRecord> find_registry(const Reader& reader, const RegistryName& name) {
  const auto id = id_by_name<RegistryId>(reader, Table::registry_names, name.str());
  if (!id) return std::nullopt;
  return find<RegistryRecord>(reader, Table::registries, id->bytes());
}

std::optional<ModelRecord> find_model(const Reader& reader, RegistryId registry, const ModelName& name) {
  const auto id = id_by_name<ModelId>(reader, Table::model_names, keys::model_name(registry, name.str()));
  if (!id) return std::nullopt;
  return find_model(reader, *id);
}

std::optional<ModelRecord> find_model(const Reader& reader, ModelId id) {
  return find<ModelRecord>(reader, Table::models, id.bytes());
}

std::optional<VersionRecord> find_version(const Reader& reader, ModelId id, VersionNumber number) {
  return find<VersionRecord>(reader, Table::versions, keys::version(id, number));
}

std::optional<AliasRecord> find_alias(const Reader& reader, ModelId id, const AliasName& alias) {
  return find<AliasRecord>(reader, Table::aliases, keys::alias(id, alias.str()));
}

std::optional<UsageRecord> find_usage(const Reader& reader, ModelId id, VersionNumber version,
                                      const Label& consumer) {
  return find<UsageRecord>(reader, Table::usage, keys::of_version(id, version, consumer.str()));
}

std::optional<AutomationRecord> find_automation(const Reader& reader, const Label& name) {
  const auto id = id_by_name<AutomationId>(reader, Table::automation_names, name.str());
  if (!id) return std::nullopt;
  return find<AutomationRecord>(reader, Table::automations, id->bytes());
}

std::optional<PrincipalRecord> find_principal(const Reader& reader, PrincipalId id) {
  return find<PrincipalRecord>(reader, Table::principals, id.bytes());
}

std::optional<TokenRecord> find_token(const Reader& reader, TokenId id) {
  return find<TokenRecord>(reader, Table::tokens, id.bytes());
}

bool is_erased(const Reader& reader, const TextRef& text) {
  return reader.get(Table::erased_texts, text.digest.bytes()).has_value();
}

bool is_locked(const Reader& reader) {
  bool any = false;
  reader.scan(Table::tokens, {}, {}, [&](std::string_view, std::string_view) {
    any = true;
    return false;
  });
  return any;
}

std::optional<VersionNumber> latest_version(const Reader& reader, ModelId id) {
  const auto model = find_model(reader, id);
  return model ? model->latest : std::nullopt;
}

Result<RegistryRecord> require_registry(const Reader& reader, const RegistryName& name) {
  if (auto found = find_registry(reader, name)) return std::move(*found);
  return not_found(fmt::format("registry {} does not exist on this server", in_quotes(name)),
                   names_in(reader, Table::registry_names, {}), "it has none yet");
}

Result<FoundModel> require_model(const Reader& reader, const RegistryName& registry, const ModelName& model) {
  HERALD_TRY(auto home, require_registry(reader, registry));
  if (auto found = find_model(reader, home.id, model)) return FoundModel{std::move(home), std::move(*found)};
  return not_found(
      fmt::format("model {} does not exist in registry {}", in_quotes(model), in_quotes(registry)),
      names_in(reader, Table::model_names, home.id.bytes()), "it has none yet");
}

Result<VersionRecord> require_version(const Reader& reader, const FoundModel& model, VersionNumber number) {
  if (auto found = find_version(reader, model.model.id, number)) {
    if (!found->deleted) return std::move(*found);
    return error(
        Cause::not_found,
        fmt::format("version {} of model {} was deleted by event {}: restore it, or ask as of before",
                    label(number), in_quotes(model.model.name), found->deleted->sequence));
  }
  const VersionNumber last = model.model.last_version;
  return error(Cause::not_found,
               fmt::format("model {} has no version {}: {}", in_quotes(model.model.name), label(number),
                           last.value() == 0 ? "it has none yet" : "its highest is " + label(last)));
}

Result<VersionRecord> resolve(const Reader& reader, const FoundModel& model,
                              const VersionSelector& selector) {
  switch (selector.kind) {
    case VersionSelector::Kind::number:
      return require_version(reader, model, selector.number);
    case VersionSelector::Kind::latest: {
      if (const auto latest = model.model.latest) return require_version(reader, model, *latest);
      return error(Cause::not_found,
                   fmt::format("model {} has no version that is ready, so \"latest\" is none of them",
                               in_quotes(model.model.name)));
    }
    case VersionSelector::Kind::alias: {
      if (const auto alias = find_alias(reader, model.model.id, selector.alias)) {
        return require_version(reader, model, alias->version);
      }
      return not_found(
          fmt::format("model {} has no alias {}", in_quotes(model.model.name), in_quotes(selector.alias)),
          names_in(reader, Table::aliases, model.model.id.bytes()), "it has none yet");
    }
  }
  throw std::logic_error("a selector of no kind");
}

}  // namespace herald::registry
