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

EventSight::EventSight(const projections::Head& head, const registry::Access& access) : access_(access), head_(head) {}

bool EventSight::shows(const registry::Envelope& event) {
  if (all()) return true;
  std::string_view subject = event.subject;
  const auto in = take_id(subject, "registries/");
  const auto* home = in ? registry(registry::RegistryId(*in)) : nullptr;
  if (home == nullptr) return false;
  if (subject.empty()) return access_.sees(*home);
  const auto model = take_id(subject, "/models/");
  return model && access_.on(*home, registry::ModelId(*model));
}

const registry::RegistryRecord* EventSight::registry(registry::RegistryId id) {
  const auto [found, fresh] = registries_.try_emplace(id);
  if (fresh)
    found->second = registry::find<registry::RegistryRecord>(head_, registry::Table::registries, id.bytes());
  return found->second ? &*found->second : nullptr;
}

}  // namespace herald::api
