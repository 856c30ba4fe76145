#include "registry/event.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <type_traits>

namespace herald::registry {
namespace {

constexpr std::string_view kTypePrefix = "herald.";
constexpr std::string_view kTypeSuffix = ".v1";
constexpr std::size_t kSequenceDigits = 20;

std::string registry_path(const RegistryId& id) {
  return "registries/" + id.str();
}
std::string model_path(const OfModel& of) {
  return registry_path(of.registry_id) + "/models/" + of.model_id.str();
}
std::string version_path(const OfModel& of, VersionNumber number) {
  return model_path(of) + "/versions/" + std::to_string(number.value());
}

std::string subject(const RegistryCreated& fact) {
  return registry_path(fact.registry_id);
}
std::string subject(const OfRegistry& fact) {
  return registry_path(fact.registry_id);
}
std::string subject(const OfModel& fact) {
  return model_path(fact);
}
std::string subject(const OfVersion& fact) {
  return version_path(fact, fact.version);
}
// Facts about a model, or about one of its versions when they name one.
template <class Fact>
std::string subject_of_either(const Fact& fact) {
  return fact.version ? version_path(fact, *fact.version) : model_path(fact);
}
std::string subject(const TagSet& fact) {
  return subject_of_either(fact);
}
std::string subject(const TagRemoved& fact) {
  return subject_of_either(fact);
}
std::string subject(const CommentAdded& fact) {
  return subject_of_either(fact);
}
std::string subject(const CommentEdited& fact) {
  return subject_of_either(fact);
}
std::string subject(const CommentRemoved& fact) {
  return subject_of_either(fact);
}
std::string subject(const ArtifactCommitted& fact) {
  return "artifacts/" + fact.artifact_id.str();
}
std::string subject(const ArtifactDeleted& fact) {
  return "artifacts/" + fact.artifact_id.str();
}
std::string subject(const LineageRecorded& fact) {
  return fmt::format("lineage/{}/{}", reflect::enum_name(fact.downstream.kind), fact.downstream.id);
}
std::string subject(const OfPrincipal& fact) {
  return "principals/" + fact.principal_id.str();
}
std::string subject(const AccessDenied& fact) {
  return "principals/" + fact.actor;
}
std::string subject(const ErasurePerformed& fact) {
  return fact.principal_id ? "principals/" + fact.principal_id->str() : std::string("texts");
}
std::string subject(const AutomationCreated& fact) {
  return "automations/" + fact.automation_id.str();
}
std::string subject(const AutomationUpdated& fact) {
  return "automations/" + fact.automation_id.str();
}
std::string subject(const OfAutomation& fact) {
  return "automations/" + fact.automation_id.str();
}
std::string subject(const OfDelivery& fact) {
  return "deliveries/" + fact.delivery_id.str();
}
std::string subject(const SecretSet& fact) {
  return "secrets/" + fact.secret.str();
}
std::string subject(const SecretRemoved& fact) {
  return "secrets/" + fact.secret.str();
}

Error malformed(std::string_view why) {
  return error(Cause::malformed, fmt::format("this is not an event of Herald's: {}", why));
}

// What stands in the envelope, borrowed from the document.
struct Parts {
  std::string_view id, source, type, subject, time, sequence, actor_id, actor_kind, actor_via, correlation;
  std::optional<std::string_view> causation, traceparent;
  std::uint64_t depth = 0;
  std::optional<json::Value> data;
};

std::string_view* text_slot(Parts& parts, std::string_view name) {
  if (name == "id") return &parts.id;
  if (name == "source") return &parts.source;
  if (name == "type") return &parts.type;
  if (name == "subject") return &parts.subject;
  if (name == "time") return &parts.time;
  if (name == "sequence") return &parts.sequence;
  if (name == "actorid") return &parts.actor_id;
  if (name == "actorkind") return &parts.actor_kind;
  if (name == "actorvia") return &parts.actor_via;
  if (name == "correlationid") return &parts.correlation;
  if (name == "causationid") return &parts.causation.emplace();
  if (name == "traceparent") return &parts.traceparent.emplace();
  return nullptr;
}

Result<std::string_view> short_type(std::string_view wire) {
  if (!wire.starts_with(kTypePrefix) || !wire.ends_with(kTypeSuffix) ||
      wire.size() <= kTypePrefix.size() + kTypeSuffix.size()) {
    return malformed(fmt::format("its type is \"{}\"", wire.substr(0, 64)));
  }
  return wire.substr(kTypePrefix.size(), wire.size() - kTypePrefix.size() - kTypeSuffix.size());
}

Result<Parts> parts_of(const json::Value& root) {
  if (root.kind() != json::Kind::object) return malformed("it must be an object");
  Parts parts;
  for (const auto& [name, value] : root.members()) {
    if (name == "data") {
      parts.data = value;
    } else if (name == "causationdepth") {
      const auto depth = value.unsigned_integer();
      if (!depth || *depth > UINT32_MAX) return malformed("causationdepth must be a whole number");
      parts.depth = *depth;
    } else if (std::string_view* const slot = text_slot(parts, name)) {
      const auto text = value.string();
      if (!text) return malformed(fmt::format("{} must be a string", name));
      *slot = *text;
    }
  }
  if (parts.id.empty() || parts.type.empty() || parts.sequence.empty() || parts.time.empty() || !parts.data) {
    return malformed("id, type, time, sequence and data are needed");
  }
  return parts;
}

Result<std::uint64_t> sequence_of(std::string_view text) {
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, code] = std::from_chars(text.data(), end, value);
  if (text.size() != kSequenceDigits || code != std::errc() || stop != end) {
    return malformed("sequence must be 20 digits");
  }
  return value;
}

// The same sentence, told of an event that was read rather than of a field that was sent.
template <class T>
Result<T> or_malformed(Result<T> result) {
  if (!result) return malformed(result.error().message);
  return result;
}

Result<Actor> actor_of(const Parts& parts) {
  const auto kind = reflect::enum_value<ActorKind>(parts.actor_kind);
  if (!kind) return malformed(fmt::format("actorkind is \"{}\"", parts.actor_kind.substr(0, 64)));
  return Actor{std::string(parts.actor_id), *kind, std::string(parts.actor_via)};
}

Result<Causation> causation_of(const Parts& parts) {
  Causation causation;
  HERALD_TRY(causation.correlation, or_malformed(Uuid::parse(parts.correlation)));
  if (parts.causation) {
    HERALD_TRY(causation.causation, or_malformed(Uuid::parse(*parts.causation)));
  }
  causation.depth = static_cast<std::uint32_t>(parts.depth);
  if (parts.traceparent) causation.traceparent.emplace(*parts.traceparent);
  return causation;
}

// How the data of one type of event is read.
struct FactReader {
  std::string_view type;
  Result<Payload> (*read)(const json::Value& data);
};

template <class Fact>
Result<Payload> read_fact(const json::Value& data) {
  Payload payload{std::in_place_type<Fact>};
  const auto read = json::read(data, std::get<Fact>(payload), json::Mode::stored);
  if (!read) return malformed(fmt::format("in the data of {}, {}", Fact::kType, read.error().message));
  return payload;
}

template <class... Fact>
constexpr auto readers_by_type(std::type_identity<std::variant<Fact...>>) {
  std::array readers{FactReader{Fact::kType, &read_fact<Fact>}...};
  std::ranges::sort(readers, {}, &FactReader::type);
  return readers;
}
constexpr auto kFactReaders = readers_by_type(std::type_identity<Payload::variant>());

Result<Payload> payload_of(std::string_view type, const json::Value& data) {
  const auto reader = std::ranges::lower_bound(kFactReaders, type, {}, &FactReader::type);
  if (reader != kFactReaders.end() && reader->type == type) return reader->read(data);
  return error(Cause::not_found,
               fmt::format("event type \"{}\" is not known here: a newer version of Herald wrote it",
                           type.substr(0, 64)));
}

}  // namespace

std::string subject_of(const Payload& payload) {
  return std::visit([](const auto& fact) { return subject(fact); }, payload);
}

std::string_view type_of(const Payload& payload) {
  return std::visit([](const auto& fact) { return std::remove_cvref_t<decltype(fact)>::kType; }, payload);
}

std::string wire_type(std::string_view type) {
  std::string wire(kTypePrefix);
  wire += type;
  wire += kTypeSuffix;
  return wire;
}

std::string schema_id_of(std::string_view type) {
  return fmt::format("urn:herald:event:{}:v1", type);
}

std::string_view Event::type() const {
  return type_of(payload);
}
std::string Event::subject() const {
  return subject_of(payload);
}

std::string encode(const Event& event) {
  constexpr std::size_t kUsualBytes = 1'024;
  const std::string_view type = event.type();
  std::string out;
  out.reserve(kUsualBytes);
  json::ObjectWriter writer(out);
  writer.member("specversion", "1.0")
      .member("id", event.id)
      .member("source", event.source)
      .member("type", wire_type(type))
      .member("subject", event.subject())
      .member("time", event.time)
      .member("sequence", fmt::format("{:020}", event.sequence))
      .member("datacontenttype", "application/json")
      .member("dataschema", schema_id_of(type))
      .member("actorid", event.actor.id)
      .member("actorkind", event.actor.kind)
      .member("actorvia", event.actor.via)
      .member("correlationid", event.causation.correlation)
      .member("causationid", event.causation.causation)
      .member("causationdepth", event.causation.depth)
      .member("traceparent", event.causation.traceparent);
  std::visit([&](const auto& fact) { writer.member("data", fact); }, event.payload);
  writer.close();
  return out;
}

Result<Event> decode(std::string_view bytes) {
  HERALD_TRY(const auto document, json::Document::parse(bytes));
  HERALD_TRY(const Parts parts, parts_of(document.root()));
  HERALD_TRY(const auto type, short_type(parts.type));
  Event event;
  HERALD_TRY(event.id, or_malformed(Uuid::parse(parts.id)));
  event.source = parts.source;
  HERALD_TRY(event.sequence, sequence_of(parts.sequence));
  HERALD_TRY(event.time, or_malformed(Timestamp::parse(parts.time)));
  HERALD_TRY(event.actor, actor_of(parts));
  HERALD_TRY(event.causation, causation_of(parts));
  HERALD_TRY(event.payload, payload_of(type, *parts.data));
  return event;
}

Result<Envelope> decode_envelope(std::string_view bytes) {
  HERALD_TRY(const auto document, json::Document::parse(bytes));
  HERALD_TRY(const Parts parts, parts_of(document.root()));
  HERALD_TRY(const auto type, short_type(parts.type));
  Envelope envelope;
  envelope.id = parts.id;
  envelope.source = parts.source;
  envelope.type = type;
  envelope.subject = parts.subject;
  envelope.time_text = parts.time;
  envelope.actor_id = parts.actor_id;
  envelope.actor_kind = parts.actor_kind;
  envelope.correlation = parts.correlation;
  envelope.depth = static_cast<std::uint32_t>(parts.depth);
  HERALD_TRY(envelope.sequence, sequence_of(parts.sequence));
  return envelope;
}

}  // namespace herald::registry
