#include "projections/queries.h"

#include <algorithm>

namespace herald::projections {
namespace {

using registry::Reader;
using registry::Table;

enum class Order { upwards, downwards };

// Which rows of which table, in which order.
struct Rows {
  Table table;
  std::string_view prefix;
  Order order = Order::upwards;
};

void scan(const Reader& reader, const Rows& rows, std::string_view from, const Reader::Visit& visit) {
  if (rows.order == Order::upwards) {
    reader.scan(rows.table, rows.prefix, from, visit);
  } else {
    reader.scan_back(rows.table, rows.prefix, from, visit);
  }
}

// The records that `wanted` keeps, up to the page's limit; one further that it keeps tells whether there is a next page: what it
// does not keep tells nothing.
template <class Record, class Wanted>
Page<Record> list(const Reader& reader, const Rows& rows, const PageRequest& page, Wanted&& wanted) {
  const std::size_t limit = std::clamp<std::size_t>(page.limit, 1, limits::kMaxPageSize);
  Page<Record> out;
  std::string last;
  std::size_t scanned = 0, bytes = 0;
  scan(reader, rows, page.after, [&](std::string_view key, std::string_view value) {
    auto record = record::decode<Record>(value);
    const bool is_wanted = wanted(record);
    const bool is_full = out.items.size() == limit || bytes >= limits::kMaxPageBytes;
    if ((is_wanted && is_full) || scanned++ == limits::kMaxRowsScanned) {
      out.next = last;
      return false;
    }
    if (!is_full) last.assign(key);
    if (is_wanted) {
      bytes += value.size();
      out.items.push_back(std::move(record));
      out.keys.emplace_back(key);
    }
    return true;
  });
  return out;
}

template <class Record>
Page<Record> list(const Reader& reader, const Rows& rows, const PageRequest& page) {
  return list<Record>(reader, rows, page, [](const Record&) { return true; });
}

// So many names are sooner gone through for each page than the models of all registries.
constexpr std::size_t kNamesOfASmallRegistry = 4'096;

// Of the models whose names hold `name_part`, in the order of Table::models; nothing: it is no small one.
std::optional<std::vector<std::string>> ids_in_a_small_registry(const Reader& reader,
                                                                registry::RegistryId registry,
                                                                std::string_view name_part) {
  std::vector<std::string> ids;
  std::size_t names = 0;
  const std::string_view prefix = registry.bytes();
  reader.scan(Table::model_names, prefix, {}, [&](std::string_view key, std::string_view id) {
    if (key.substr(prefix.size()).find(name_part) != std::string_view::npos) ids.emplace_back(id);
    return ++names <= kNamesOfASmallRegistry;
  });
  if (names > kNamesOfASmallRegistry) return std::nullopt;
  std::sort(ids.begin(), ids.end());
  return ids;
}

}  // namespace

Page<registry::RegistryRecord> list_registries(const Reader& reader, const PageRequest& page,
                                               const Shown<registry::RegistryRecord>& shown) {
  return list<registry::RegistryRecord>(
      reader, {Table::registries, {}}, page,
      [&](const registry::RegistryRecord& home) { return !shown || shown(home); });
}

Page<registry::ModelRecord> list_models(const Reader& reader, std::optional<registry::RegistryId> registry,
                                        std::string_view name_part, const PageRequest& page,
                                        const Shown<registry::ModelRecord>& shown) {
  return list<registry::ModelRecord>(
      reader, {Table::models, {}}, page, [&](const registry::ModelRecord& model) {
        return (!registry || model.registry_id == *registry) &&
               model.name.str().find(name_part) != std::string::npos && (!shown || shown(model));
      });
}

Page<registry::ModelRecord> list_models_in(const Reader& reader, registry::RegistryId registry,
                                           std::string_view name_part, const PageRequest& page,
                                           const Shown<registry::ModelRecord>& shown) {
  const auto wanted = [&](const registry::ModelRecord& model) {
    return !model.deleted && (!shown || shown(model));
  };
  const auto ids = ids_in_a_small_registry(reader, registry, name_part);
  if (!ids) return list_models(reader, registry, name_part, page, wanted);
  const std::size_t limit = std::clamp<std::size_t>(page.limit, 1, limits::kMaxPageSize);
  Page<registry::ModelRecord> out;
  std::size_t bytes = 0;
  for (auto id = std::upper_bound(ids->begin(), ids->end(), page.after); id != ids->end(); ++id) {
    const auto row = reader.get(Table::models, *id);
    if (!row) continue;
    auto model = record::decode<registry::ModelRecord>(*row);
    if (!wanted(model)) continue;
    if (out.items.size() == limit || bytes >= limits::kMaxPageBytes) {
      out.next = out.keys.back();
      break;
    }
    bytes += row->size();
    out.items.push_back(std::move(model));
    out.keys.push_back(*id);
  }
  return out;
}

Page<registry::VersionRecord> list_versions(const Reader& reader, registry::ModelId model,
                                            const PageRequest& page,
                                            const Shown<registry::VersionRecord>& shown) {
  // From the highest number that there was: what was registered later is not walked over.
  const auto record = registry::find_model(reader, model);
  if (!record) return {};
  PageRequest from = page;
  const std::string end =
      registry::keys::version(model, registry::VersionNumber(record->last_version.value() + 1));
  if (from.after.empty() || from.after > end) from.after = end;
  return list<registry::VersionRecord>(
      reader, {Table::versions, model.bytes(), Order::downwards}, from,
      [&](const registry::VersionRecord& version) { return !shown || shown(version); });
}

Page<StagedVersion> list_stage(const Reader& reader, registry::RegistryId registry,
                               const registry::StageName& stage, const PageRequest& page,
                               const Shown<registry::ModelRecord>& shown) {
  const std::string prefix = std::string(registry.bytes()).append(stage.str()).append(1, '\0');
  const std::size_t limit = std::clamp<std::size_t>(page.limit, 1, limits::kMaxPageSize);
  Page<StagedVersion> out;
  std::string last;
  std::size_t scanned = 0, bytes = 0;
  reader.scan(Table::stage_versions, prefix, page.after, [&](std::string_view key, std::string_view) {
    if (scanned++ == limits::kMaxRowsScanned) {
      out.next = last;
      return false;
    }
    const bool is_full = out.items.size() == limit || bytes >= limits::kMaxPageBytes;
    if (!is_full) last.assign(key);
    const std::string_view of = key.substr(prefix.size());
    const registry::ModelId id(Uuid::from_bytes(of.substr(0, registry.bytes().size())));
    auto model = registry::find_model(reader, id);
    if (!model || model->deleted || (shown && !shown(*model))) return true;
    const registry::VersionNumber number(read_be64(of.substr(registry.bytes().size())));
    const auto row = reader.get(Table::versions, registry::keys::version(id, number));
    if (!row) return true;
    auto version = record::decode<registry::VersionRecord>(*row);
    if (version.deleted) return true;
    if (is_full) {
      out.next = last;
      return false;
    }
    bytes += row->size();
    out.items.push_back({std::move(*model), std::move(version)});
    out.keys.push_back(last);
    return true;
  });
  return out;
}

std::vector<registry::AliasRecord> list_aliases(const Reader& reader, registry::ModelId model) {
  std::vector<registry::AliasRecord> aliases;
  reader.scan(Table::aliases, model.bytes(), {}, [&](std::string_view, std::string_view value) {
    aliases.push_back(record::decode<registry::AliasRecord>(value));
    return true;
  });
  return aliases;
}

std::map<registry::VersionNumber, std::vector<registry::AliasName>> aliases_by_version(
    const Reader& reader, registry::ModelId model) {
  std::map<registry::VersionNumber, std::vector<registry::AliasName>> names;
  for (registry::AliasRecord& alias : list_aliases(reader, model))
    names[alias.version].push_back(std::move(alias.alias));
  return names;
}

Page<registry::CommentRecord> list_comments(const Reader& reader, registry::ModelId model,
                                            std::optional<registry::VersionNumber> version,
                                            const PageRequest& page) {
  return list<registry::CommentRecord>(
      reader, {Table::comments, model.bytes()}, page,
      [&](const registry::CommentRecord& comment) { return !version || comment.version == version; });
}

namespace {

std::string of_version_or_all(registry::ModelId model, std::optional<registry::VersionNumber> version) {
  return version ? registry::keys::version(model, *version) : registry::keys::model(model);
}

}  // namespace

Page<registry::UsageRecord> list_usage(const Reader& reader, registry::ModelId model,
                                       std::optional<registry::VersionNumber> version,
                                       const std::function<bool(registry::UsageRecord&)>& wanted,
                                       const PageRequest& page) {
  const std::string prefix = of_version_or_all(model, version);
  return list<registry::UsageRecord>(reader, {Table::usage, prefix}, page, wanted);
}

Page<registry::EvaluationRecord> list_evaluations(
    const Reader& reader, registry::ModelId model, std::optional<registry::VersionNumber> version,
    const std::function<bool(const registry::EvaluationRecord&)>& wanted, const PageRequest& page) {
  const std::string prefix = of_version_or_all(model, version);
  return list<registry::EvaluationRecord>(reader, {Table::evaluations, prefix, Order::downwards}, page,
                                          wanted);
}

Page<LinkedVersion> list_versions_of(const Reader& reader, registry::ArtifactId artifact,
                                     const PageRequest& page,
                                     const std::function<bool(const LinkedVersion&)>& wanted) {
  Page<LinkedVersion> out;
  const std::size_t limit = std::clamp<std::size_t>(page.limit, 1, limits::kMaxPageSize);
  const std::size_t ids = artifact.bytes().size();
  std::string last;
  std::size_t scanned = 0;
  reader.scan(Table::artifact_links, artifact.bytes(), page.after,
              [&](std::string_view key, std::string_view) {
                const std::string_view version = key.substr(ids);
                const LinkedVersion linked{registry::ModelId(Uuid::from_bytes(version.substr(0, ids))),
                                           registry::VersionNumber(read_be64(version.substr(ids)))};
                const bool is_wanted = wanted(linked), is_full = out.items.size() == limit;
                if ((is_wanted && is_full) || scanned++ == limits::kMaxRowsScanned) {
                  out.next = last;
                  return false;
                }
                if (!is_full) last.assign(key);
                if (is_wanted) {
                  out.items.push_back(linked);
                  out.keys.emplace_back(key);
                }
                return true;
              });
  return out;
}

Page<registry::ArtifactRecord> list_artifacts(
    const Reader& reader, const PageRequest& page,
    const std::function<bool(const registry::ArtifactRecord&)>& wanted) {
  return list<registry::ArtifactRecord>(reader, {Table::artifacts, {}}, page,
                                        [&](const registry::ArtifactRecord& artifact) {
                                          return !artifact.deleted && (!wanted || wanted(artifact));
                                        });
}

Page<registry::AutomationRecord> list_automations(const Reader& reader, const PageRequest& page) {
  return list<registry::AutomationRecord>(reader, {Table::automations, {}}, page);
}

Page<registry::DeliveryRecord> list_deliveries(const Reader& reader,
                                               std::optional<registry::AutomationId> automation,
                                               std::optional<registry::DeliveryState> state,
                                               const PageRequest& page) {
  return list<registry::DeliveryRecord>(
      reader, {Table::deliveries, {}, Order::downwards}, page, [&](const registry::DeliveryRecord& delivery) {
        return (!automation || delivery.automation_id == *automation) && (!state || delivery.state == *state);
      });
}

std::vector<registry::SecretRecord> list_secrets(const Reader& reader) {
  std::vector<registry::SecretRecord> secrets;
  reader.scan(Table::secrets, {}, {}, [&](std::string_view, std::string_view value) {
    auto secret = record::decode<registry::SecretRecord>(value);
    if (!secret.removed) secrets.push_back(std::move(secret));
    return true;
  });
  return secrets;
}

}  // namespace herald::projections
