#include "api/sight.h"

#include <algorithm>

#include "api/authorisation.h"

namespace herald::api {

namespace {

using registry::Node;
using registry::NodeKind;
using registry::Role;
using registry::Table;

constexpr std::size_t kIdBytes = 16, kIdCharacters = 36;

// The id that follows `kind` at the front of a subject, which is cut off: "registries/<id>/models/<id>".
std::optional<Uuid> take_id(std::string_view& subject, std::string_view kind) {
  if (!subject.starts_with(kind)) return std::nullopt;
  const auto id = Uuid::parse(subject.substr(kind.size(), kIdCharacters));
  if (!id) return std::nullopt;
  subject.remove_prefix(kind.size() + kIdCharacters);
  return *id;
}

registry::ModelId model_at(std::string_view key, std::size_t begin) {
  return registry::ModelId(Uuid::from_bytes(key.substr(begin, kIdBytes)));
}

// Whether who sees `far` sees `near`: see the rules.
bool lends_sight(const Node& near, NodeKind far) {
  if (far == NodeKind::version || far == NodeKind::artifact) return true;
  return far == NodeKind::run && near.kind != NodeKind::run;
}

}  // namespace

Sight::Sight(const Caller& caller, const projections::Head& head, std::size_t most_rows)
    : access_(caller.access),
      actor_(caller.actor.id),
      all_(caller.access.sees_all()),
      most_rows_(most_rows),
      head_(head) {}

Sight::Sight(const Call& call) : Sight(call, call.herald.parts.head, call.herald.options.sight_rows) {
  call_ = &call;
}

Sight::Found Sight::on(registry::ModelId model) const {
  if (access_.on_server() == Role::admin) return Role::admin;
  if (const auto known = models_.find(model); known != models_.end()) return known->second;
  const auto record = registry::find_model(head_, model);
  const auto& in = record ? home(record->registry_id) : std::nullopt;
  return models_[model] = in ? access_.on(*in, model) : access_.on_server();
}

Sight::Found Sight::on(const registry::ArtifactRecord& artifact) const {
  if (const auto known = artifacts_.find(artifact.id); known != artifacts_.end()) return known->second;
  Found highest = access_.on_server();
  const bool is_maker = artifact.created.actor == actor_;
  if (is_maker && !access_.is_scoped()) highest = std::max(highest, Found(Role::member));
  // One row of each model that it is linked in.
  std::string after;
  for (bool more = highest < Found(Role::member); more;) {
    more = false;
    head_.scan(Table::artifact_links, artifact.id.bytes(), after,
               [&](std::string_view key, std::string_view) {
                 highest = std::max(highest, on(model_at(key, kIdBytes)));
                 more = highest < Found(Role::member);
                 after = std::string(key.substr(0, 2 * kIdBytes)).append(sizeof(std::uint64_t), '\xff');
                 return false;
               });
  }
  // A token of one registry or model sees what its principal made while that is linked nowhere: to link it there.
  if (is_maker && after.empty()) highest = std::max(highest, Found(Role::member));
  return artifacts_[artifact.id] = highest;
}

Sight::Found Sight::on_artifact(registry::ArtifactId id) const {
  const auto artifact = registry::find<registry::ArtifactRecord>(head_, Table::artifacts, id.bytes());
  return artifact ? on(*artifact) : std::nullopt;
}

Sight::Found Sight::on(const Node& node) const {
  if (const auto version = registry::version_of(node)) return on(version->model_id);
  if (node.kind == NodeKind::artifact) {
    const auto id = registry::ArtifactId::parse(node.id);
    return id ? on_artifact(*id) : std::nullopt;
  }
  std::string key = registry::keys::node(node);
  if (const auto known = nodes_.find(key); known != nodes_.end()) return known->second;
  const Found highest = std::max(access_.on_server(), by_neighbours(node));
  return nodes_[std::move(key)] = highest;
}

Sight::Found Sight::by_neighbours(const Node& node) const {
  Found highest;
  const auto raise = [&highest](Found role) {
    highest = std::max(highest, role);
    return highest < Found(Role::member);
  };
  for (const Table way : {Table::upstream, Table::downstream}) {
    head_.scan(way, registry::keys::node(node) + '\0', {}, [&](std::string_view, std::string_view value) {
      if (!may_look()) return false;
      const auto edge = record::decode<registry::EdgeRecord>(value);
      if (edge.recorded.actor == actor_ && !access_.is_scoped()) return raise(Role::member);
      const Node& far = way == Table::upstream ? edge.upstream : edge.downstream;
      return !lends_sight(node, far.kind) || raise(on(far));
    });
  }
  if (node.kind != NodeKind::run) return highest;
  const std::string prefix = registry::keys::of_run(registry::Label::trusted(node.id));
  for (const Table named_by : {Table::run_versions, Table::run_evaluations}) {
    head_.scan(named_by, prefix, {}, [&](std::string_view key, std::string_view) {
      return may_look() && raise(on(model_at(key, prefix.size())));
    });
  }
  return highest;
}

bool Sight::is_known(const Node& node) const {
  bool known = false;
  const auto look = [&](Table table, const std::string& prefix) {
    if (known) return;
    head_.scan(table, prefix, {}, [&](std::string_view, std::string_view) {
      known = true;
      return false;
    });
  };
  look(Table::upstream, registry::keys::node(node) + '\0');
  look(Table::downstream, registry::keys::node(node) + '\0');
  if (node.kind != NodeKind::run) return known;
  const std::string run = registry::keys::of_run(registry::Label::trusted(node.id));
  look(Table::run_versions, run);
  look(Table::run_evaluations, run);
  return known;
}

bool Sight::sees(const registry::RegistryRecord& registry) const {
  if (all_) return true;
  const auto& now = home(registry.id);
  return now && access_.sees(*now);
}

bool Sight::sees(const registry::Envelope& event, std::string_view bytes) const {
  if (all_) return true;
  if (event.type == registry::LineageRecorded::kType) return sees_ends_of(bytes);
  if (event.type == registry::AccessDenied::kType || event.type == registry::RoleGranted::kType ||
      event.type == registry::RoleRevoked::kType)
    return administers_place_of(bytes);
  return sees_subject(event.subject) &&
         (event.type != registry::EvaluationRecorded::kType || sees_ends_of(bytes));
}

bool Sight::sees_subject(std::string_view subject) const {
  if (const auto id = take_id(subject, "artifacts/"))
    return on_artifact(registry::ArtifactId(*id)).has_value();
  const auto in = take_id(subject, "registries/");
  if (!in) return false;
  const auto& registry = home(registry::RegistryId(*in));
  if (!registry) return false;
  if (subject.empty()) return access_.sees(*registry);
  const auto model = take_id(subject, "/models/");
  return model && access_.on(*registry, registry::ModelId(*model));
}

bool Sight::sees_ends_of(std::string_view bytes) const {
  const auto event = registry::decode(bytes);
  if (!event) return false;
  if (const auto* fact = std::get_if<registry::LineageRecorded>(&event->payload))
    return sees(fact->upstream) && sees(fact->downstream);
  const auto* fact = std::get_if<registry::EvaluationRecorded>(&event->payload);
  if (fact == nullptr) return false;
  return !fact->dataset || fact->dataset->kind == NodeKind::dataset || sees(*fact->dataset);
}

bool Sight::administers_place_of(std::string_view bytes) const {
  const auto event = registry::decode(bytes);
  if (!event) return false;
  const registry::RoleScope* place = nullptr;
  if (const auto* denied = std::get_if<registry::AccessDenied>(&event->payload)) place = &denied->scope;
  if (const auto* granted = std::get_if<registry::RoleGranted>(&event->payload)) place = &granted->scope;
  if (const auto* revoked = std::get_if<registry::RoleRevoked>(&event->payload)) place = &revoked->scope;
  if (place == nullptr || !place->registry_id) return false;
  const auto& in = home(*place->registry_id);
  if (!in) return false;
  return (place->model_id ? access_.on(*in, *place->model_id) : access_.in(*in)) == Found(Role::admin);
}

const std::optional<registry::RegistryRecord>& Sight::home(registry::RegistryId id) const {
  const auto [found, fresh] = homes_.try_emplace(id);
  if (fresh) found->second = registry::find<registry::RegistryRecord>(head_, Table::registries, id.bytes());
  return found->second;
}

void Sight::note(registry::RoleScope on) const {
  if (call_ != nullptr) note_hidden(*call_, std::move(on));
}

void Sight::note_if_hidden(const Node& node) const {
  if (!sees(node) && is_known(node)) note();
}

// Who does not see all is not told which others there are.
Result<registry::RegistryRecord> Sight::registry(const registry::Reader& state,
                                                 const registry::RegistryName& name) const {
  if (all_) return registry::require_registry(state, name);
  auto found = registry::find_registry(state, name);
  if (found && sees(*found)) {
    found->visibility = home(found->id)->visibility;
    return std::move(*found);
  }
  if (found) note(place_of(*found));
  return error(Cause::not_found, "registry \"" + name.str() + "\" does not exist on this server", "registry");
}

Result<registry::FoundModel> Sight::model(const registry::Reader& state,
                                          const registry::ModelAddress& address) const {
  if (all_) return registry::require_model(state, address.registry, address.model);
  const auto named = registry::find_registry(state, address.registry);
  auto model = named ? registry::find_model(state, named->id, address.model) : std::nullopt;
  auto in = registry(state, address.registry);
  if (in && model && access_.on(*in, model->id))
    return registry::FoundModel{std::move(*in), std::move(*model)};
  if (model) note(place_of(*named, *model));
  if (!in) return in.error();
  return error(
      Cause::not_found,
      "model \"" + address.model.str() + "\" does not exist in registry \"" + address.registry.str() + "\"",
      "model");
}

Result<registry::ArtifactRecord> Sight::artifact(const registry::Reader& state, registry::ArtifactId id,
                                                 const std::string& field) const {
  auto artifact = registry::find<registry::ArtifactRecord>(state, Table::artifacts, id.bytes());
  if (artifact && sees(*artifact)) return std::move(*artifact);
  if (artifact) note();
  return error(Cause::not_found, "artifact " + id.str() + " does not exist", field);
}

Result<void> Sight::check_naming(const Node& node, Role as, const std::string& field) const {
  if (node.kind == NodeKind::dataset || access_.on_server() >= Found(Role::member)) return {};
  const Found role = on(node);
  if (role >= Found(as) || !is_known(node)) return {};
  note();
  const std::string kind(reflect::enum_name(node.kind));
  return error(Cause::denied,
               "the " + kind + " " + shown(node.id) + " is somebody's already: choose another name, or " +
                   (role ? "ask for the role " + std::string(reflect::enum_name(as)) + " where it belongs"
                         : "ask an administrator of the server"),
               field);
}

}  // namespace herald::api
