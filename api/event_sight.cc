#include "api/event_sight.h"

namespace herald::api {

namespace {

constexpr std::size_t kUuidCharacters = 36;

// The id that follows `kind` at the front of a subject, which is cut off: "registries/<id>/models/<id>".
std::optional<Uuid> take_id(std::string_view& subject, std::string_view kind) {
  if (!subject.starts_with(kind)) return std::nullopt;
  const auto id = Uuid::parse(subject.substr(kind.size(), kUuidCharacters));
  if (!id) return std::nullopt;
  subject.remove_prefix(kind.size() + kUuidCharacters);
  return *id;
}

}  // namespace

EventSight::EventSight(const projections::Head& head, const registry::Access& access)
    : access_(access), head_(head) {}

bool EventSight::shows(const registry::Envelope& event, std::string_view bytes) {
  if (all()) return true;
  if (event.type == registry::LineageRecorded::kType) return sees_all_nodes(bytes);
  if (!is_of_what_is_seen(event.subject)) return false;
  return event.type != registry::EvaluationRecorded::kType || sees_all_nodes(bytes);
}

bool EventSight::is_of_what_is_seen(std::string_view subject) {
  const auto in = take_id(subject, "registries/");
  const auto* home = in ? registry(registry::RegistryId(*in)) : nullptr;
  if (home == nullptr) return false;
  if (subject.empty()) return access_.sees(*home);
  const auto model = take_id(subject, "/models/");
  return model && access_.on(*home, registry::ModelId(*model));
}

bool EventSight::sees_all_nodes(std::string_view bytes) {
  const auto event = registry::decode(bytes);
  if (!event) return false;
  if (const auto* fact = std::get_if<registry::LineageRecorded>(&event->payload))
    return sees(fact->upstream) && sees(fact->downstream);
  const auto* fact = std::get_if<registry::EvaluationRecorded>(&event->payload);
  return fact != nullptr && (!fact->dataset || sees(*fact->dataset));
}

// Runs, data sets and deployments are what callers say they are: no role is held on them.
bool EventSight::sees(const registry::Node& node) {
  const auto version = registry::version_of(node);
  if (!version) return true;
  const auto model = registry::find_model(head_, version->model_id);
  const auto* home = model ? registry(model->registry_id) : nullptr;
  return home != nullptr && access_.on(*home, version->model_id);
}

const registry::RegistryRecord* EventSight::registry(registry::RegistryId id) {
  const auto [found, fresh] = registries_.try_emplace(id);
  if (fresh)
    found->second = registry::find<registry::RegistryRecord>(head_, registry::Table::registries, id.bytes());
  return found->second ? &*found->second : nullptr;
}

}  // namespace herald::api
