#include "registry/vocabulary.h"

#include "reflect/json_schema.h"
#include "registry/event.h"

namespace herald::registry {
namespace {

constexpr std::string_view kDraft = "https://json-schema.org/draft/2020-12/schema";

template <class Fact>
EventType entry() {
  EventType type{Fact::kType, wire_type(Fact::kType), schema_id_of(Fact::kType), {}};
  const std::string plain = json::schema_of<Fact>();
  json::ObjectWriter writer(type.schema);
  writer.member("$schema", kDraft).member("$id", type.schema_id).member("title", type.wire);
  type.schema += "," + plain.substr(1);
  return type;
}

std::vector<EventType> all_types() {
  std::vector<EventType> types;
  boost::mp11::mp_for_each<boost::mp11::mp_transform<std::type_identity, Payload::variant>>(
      [&](auto identity) { types.push_back(entry<typename decltype(identity)::type>()); });
  return types;
}

// CloudEvents 1.0 in structured mode, with Herald's extension attributes.
std::string make_envelope_schema() {
  std::string types;
  for (const EventType& type : vocabulary()) {
    types += types.empty() ? "" : ",";
    json::write_string(types, type.wire);
  }
  std::string kinds;
  json::write_schema<ActorKind>(kinds);
  std::string out =
      R"({"$schema":"https://json-schema.org/draft/2020-12/schema","$id":"urn:herald:event:envelope:v1",)";
  out += R"("title":"An event of Herald's log","type":"object","properties":{"specversion":{"const":"1.0"},)";
  out +=
      R"("id":{"type":"string","format":"uuid"},"source":{"type":"string","minLength":1},"type":{"enum":[)" +
      types;
  out += R"(]},"subject":{"type":"string","minLength":1},"time":{"type":"string","format":"date-time"},)";
  out +=
      R"("sequence":{"type":"string","pattern":"^[0-9]{20}$"},"datacontenttype":{"const":"application/json"},)";
  out += R"("dataschema":{"type":"string","pattern":"^urn:herald:event:[a-z.-]+:v[0-9]+$"},)";
  out += R"("actorid":{"type":"string","minLength":1},"actorkind":)" + kinds +
         R"(,"actorvia":{"type":"string"},)";
  out +=
      R"("correlationid":{"type":"string","format":"uuid"},"causationid":{"type":"string","format":"uuid"},)";
  out +=
      R"("causationdepth":{"type":"integer","minimum":0},"traceparent":{"type":"string"},"data":{"type":"object"}},)";
  out +=
      R"("required":["specversion","id","source","type","subject","time","sequence","datacontenttype","dataschema",)";
  out += R"("actorid","actorkind","actorvia","correlationid","causationdepth","data"]})";
  return out;
}

}  // namespace

const std::vector<EventType>& vocabulary() {
  static const std::vector<EventType> types = all_types();
  return types;
}

const EventType* find_event_type(std::string_view name) {
  for (const EventType& type : vocabulary()) {
    if (name == type.type || name == type.wire) return &type;
  }
  return nullptr;
}

const std::string& envelope_schema() {
  static const std::string schema = make_envelope_schema();
  return schema;
}

}  // namespace herald::registry
