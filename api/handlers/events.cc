// Events as they were recorded: lists, single ones, the live stream, and what they look like.
#include "api/event_pages.h"
#include "api/handlers.h"
#include "registry/vocabulary.h"

namespace herald::api {

struct EventTypeBody {
  std::string type;  // "alias.assigned"
  std::string wire;  // "herald.alias.assigned.v1"
  std::string schema_id;
};
BOOST_DESCRIBE_STRUCT(EventTypeBody, (), (type, wire, schema_id))

struct EventTypesBody {
  std::vector<EventTypeBody> items;
};
BOOST_DESCRIBE_STRUCT(EventTypesBody, (), (items))

namespace {

Result<Outcome> list_events(const Call& call) {
  HERALD_TRY(Answer answer, event_page(call));
  return answer;
}

Result<Outcome> get_event(const Call& call) {
  HERALD_TRY(const auto number,
             whole_number(call.path.at("sequence"), "sequence", 1, std::numeric_limits<std::int64_t>::max()));
  const Sequence last = call.herald.parts.tail.last();
  const auto log = call.herald.parts.log.read();
  const auto bytes = Sequence(number) <= last ? log.event(Sequence(number)) : std::nullopt;
  if (!bytes) {
    return error(
        Cause::not_found,
        "there is no event " + std::to_string(number) + ": the last is " + std::to_string(last.value()),
        "sequence");
  }
  return Answer{.media = kEventJson, .body = std::string(*bytes), .sequence = last, .headers = {}};
}

// Where the stream goes on: Last-Event-ID (a client that comes back) before `after`, before now.
Result<Sequence> stream_start(const Call& call) {
  const Sequence last = call.herald.parts.tail.last();
  const auto given = call.request.last_event_id ? call.request.last_event_id : call.query.get("after");
  if (!given) return last;
  const std::string_view name = call.request.last_event_id ? "Last-Event-ID" : "after";
  HERALD_TRY(const auto number, whole_number(*given, name, 0, std::numeric_limits<std::int64_t>::max()));
  if (Sequence(number) > last) {
    return error(Cause::invalid_value,
                 "\"" + std::string(name) + "\" is " + std::to_string(number) + ", and the log ends at " +
                     std::to_string(last.value()) + ": was this number taken from another server?",
                 std::string(name));
  }
  return Sequence(number);
}

Result<Outcome> stream_events(const Call& call) {
  HERALD_TRY(const EventSelection selection, selection_in(call));
  HERALD_TRY(const Sequence after, stream_start(call));
  return Live{selection.filter, after};
}

Result<Outcome> list_schemas(const Call&) {
  EventTypesBody body;
  for (const auto& type : registry::vocabulary())
    body.items.push_back({std::string(type.type), type.wire, type.schema_id});
  return answer_with(body, std::nullopt);
}

Answer schema_answer(const std::string& schema) {
  return Answer{.media = "application/schema+json", .body = schema, .sequence = {}, .headers = {}};
}

Result<Outcome> envelope_schema(const Call&) {
  return schema_answer(registry::envelope_schema());
}

Result<Outcome> get_schema(const Call& call) {
  const auto* type = registry::find_event_type(call.path.at("type"));
  if (type == nullptr)
    return error(Cause::not_found,
                 "there is no event type " + shown(call.path.at("type")) + ": /v1/schemas lists them",
                 "type");
  return schema_answer(type->schema);
}

Doc selected(Doc doc) {
  return std::move(doc)
      .with({"type", R"({"type":"string"})",
             "Event types, separated by commas; * for any characters: alias.*,version.registered."})
      .with({"subject", R"({"type":"string"})", "About exactly this subject."})
      .with({"model", R"({"type":"string"})", "[registry/]name: about this model and what belongs to it."})
      .with({"actor", R"({"type":"string"})", "Done by this actor."})
      .with({"correlation", R"({"type":"string"})", "Of one request, and what followed from it."});
}

}  // namespace

void add_event_routes(Router& router) {
  router.add(
      {Method::get, "/v1/events", Permission::read, ObjectScope::visible, list_events,
       selected(Doc("events", "List events, byte for byte as recorded")
                    .lists<json::Raw>("Event")
                    .with({"since", R"({"type":"string"})", "Recorded at this RFC 3339 time or later."})
                    .with({"until", R"({"type":"string"})", "Recorded at this RFC 3339 time or earlier."})
                    .with({"after", R"({"type":"integer","minimum":0})", "With a higher sequence."})
                    .with({"before", R"({"type":"integer","minimum":0})", "With a lower sequence."})
                    .with({"order", R"({"enum":["asc","desc"],"default":"asc"})", "Oldest or newest first."})
                    .fresh())});
  router.add(
      {Method::get, "/v1/events/stream", Permission::read, ObjectScope::visible, stream_events,
       selected(
           Doc("events", "Follow events as they are recorded")
               .gives_media("text/event-stream")
               .with({"after", R"({"type":"integer","minimum":0})",
                      "Begin behind this sequence; Last-Event-ID goes before it; without both, from now on."})
               .says("Server-sent events: the id is the sequence, the event its type, the data its bytes as "
                     "recorded. A heartbeat is an id "
                     "without data: what lies before it was passed over by the filter and need not be asked "
                     "for again."))});
  router.add({Method::get, "/v1/events/{sequence}", Permission::read, ObjectScope::visible, get_event,
              Doc("events", "Show an event, byte for byte as recorded").gives_media(kEventJson)});
  router.add({Method::get, "/v1/schemas", Permission::read, ObjectScope::visible, list_schemas,
              Doc("events", "List the event types").gives<EventTypesBody>("EventTypes")});
  router.add({Method::get, "/v1/schemas/envelope", Permission::read, ObjectScope::visible, envelope_schema,
              Doc("events", "The JSON Schema of the envelope").gives_media("application/schema+json")});
  router.add(
      {Method::get, "/v1/schemas/{type}", Permission::read, ObjectScope::visible, get_schema,
       Doc("events", "The JSON Schema of the data of an event type").gives_media("application/schema+json")});
}

}  // namespace herald::api
