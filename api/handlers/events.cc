// Events as they were recorded: lists, single ones, the live stream, and what they look like.
#include "api/authorisation.h"
#include "api/event_pages.h"
#include "api/export.h"
#include "api/handlers.h"
#include "api/sight.h"
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

bool shows_event(const Sight& sight, std::string_view bytes) {
  if (sight.sees_all()) return true;
  const auto envelope = registry::decode_envelope(bytes);
  return envelope && sight.sees(*envelope, bytes);
}

Result<Outcome> get_event(const Call& call) {
  HERALD_TRY(const auto number,
             whole_number(call.path.at("sequence"), "sequence", 1, std::numeric_limits<std::int64_t>::max()));
  const Sequence last = call.herald.parts.tail.last();
  const auto log = call.herald.parts.log.read();
  const auto bytes = Sequence(number) <= last ? log.event(Sequence(number)) : std::nullopt;
  const Sight sight(call);
  if (!bytes || !shows_event(sight, *bytes)) {
    if (bytes) note_hidden(call);
    return error(Cause::not_found,
                 "there is no event " + std::to_string(number) +
                     (sight.sees_all() ? ": the last is " + std::to_string(last.value())
                                       : std::string(", or none that you may see")),
                 "sequence");
  }
  return Answer{.media = kEventJson, .body = std::string(*bytes), .sequence = last};
}

// An end that is a time must be past: what will be recorded until then is not known.
Result<void> check_until(const Call& call) {
  const auto text = call.query.get("until");
  if (!text) return {};
  HERALD_TRY(const Timestamp until, about("until", Timestamp::parse(*text)));
  if (until <= call.herald.parts.clock.now()) return {};
  return error(Cause::invalid_value,
               "\"until\" is " + until.str() +
                   ", which is still to come: a stream ends at a time that is past, or at \"before\"",
               "until");
}

// A stream begins at Last-Event-ID (a client that comes back), else as the query says, else now.
Result<Outcome> stream_events(const Call& call) {
  HERALD_TRY(EventFilter filter, filter_in(call));
  HERALD_CHECK(check_until(call));
  const Sequence last = call.herald.parts.tail.last();
  const auto log = call.herald.parts.log.read();
  HERALD_TRY(EventBounds bounds, event_bounds_in(call, log, last, std::nullopt));
  if (const auto after = call.query.get("after")) HERALD_CHECK(place_in_the_log(*after, "after", last));
  if (const auto id = call.request.last_event_id) {
    HERALD_TRY(bounds.after, place_in_the_log(*id, "Last-Event-ID", last));
  }
  return Live{std::move(filter), bounds.after, bounds.before};
}

Result<Outcome> export_events(const Call& call) {
  HERALD_TRY(EventFilter filter, filter_in(call));
  const Sequence last = call.herald.parts.tail.last();
  const auto log = call.herald.parts.log.read();
  HERALD_TRY(const EventBounds bounds, event_bounds_in(call, log, Sequence(0), last));
  if (const auto after = call.query.get("after")) HERALD_CHECK(place_in_the_log(*after, "after", last));
  return Export{std::move(filter), bounds.after,
                Sequence(std::max(bounds.before.value(), std::uint64_t{1}) - 1)};
}

Result<Outcome> list_schemas(const Call&) {
  EventTypesBody body;
  for (const auto& type : registry::vocabulary())
    body.items.push_back({std::string(type.type), type.wire, type.schema_id});
  return answer_with(body, std::nullopt);
}

Answer schema_answer(const std::string& schema) {
  return Answer{.media = kSchemaJson, .body = schema};
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
      .with(
          {"actor", R"({"type":"string"})",
           "Done by this principal: by name, id or \"me\"; or by anonymous, system, or an automation's id."})
      .with({"correlation", R"({"type":"string","format":"uuid"})",
             "Of one request, and what followed from it."})
      .with({"reason", R"({"type":"string","minLength":1})",
             "With this text in the reason, in upper or lower case."})
      .with({"since", R"({"type":"string"})", "Recorded at this RFC 3339 time or later."})
      .with({"until", R"({"type":"string"})", "Recorded at this RFC 3339 time or earlier."})
      .with({"before", R"({"type":"integer","minimum":0})", "With a lower sequence."});
}

}  // namespace

void add_event_routes(Router& router) {
  router.add(
      {Method::get, "/v1/events", Permission::read, ObjectScope::visible, list_events,
       selected(Doc("events", "List events, byte for byte as recorded")
                    .lists<EventBody>("Event")
                    .with({"after", R"({"type":"integer","minimum":0})", "With a higher sequence."})
                    .with({"order", R"({"enum":["asc","desc"],"default":"asc"})", "Oldest or newest first."})
                    .fresh())});
  router.add(
      {Method::get, "/v1/events/stream", Permission::read, ObjectScope::visible, stream_events,
       selected(
           Doc("events", "Follow events as they are recorded")
               .gives_media("text/event-stream")
               .sends("Cache-Control")
               .with({"after", R"({"type":"integer","minimum":0})",
                      "Begin behind this sequence; Last-Event-ID goes before it; without both, from now on."})
               .says("Server-sent events: the id is the sequence, the event its type, the data its bytes as "
                     "recorded. A heartbeat is an id "
                     "without data: what lies before it was passed over by the filter and need not be asked "
                     "for again. With \"before\" or \"until\" it ends there."))});
  router.add({Method::get, "/v1/events/export", Permission::read, ObjectScope::visible, export_events,
              selected(Doc("events", "Take all events, one a line, byte for byte as recorded")
                           .gives_media(kJsonLines)
                           .with({"after", R"({"type":"integer","minimum":0})",
                                  "Go on behind this sequence: that of the last line that came."})
                           .says("Up to the event in Herald-Sequence, however many there are; oldest first. "
                                 "An export that was not ended by its last chunk is not complete."))});
  router.add({Method::get, "/v1/events/{sequence}", Permission::read, ObjectScope::visible, get_event,
              Doc("events", "Show an event, byte for byte as recorded")
                  .gives<EventBody>("Event")
                  .gives_media(kEventJson)});
  router.add({Method::get, "/v1/schemas", Permission::read, ObjectScope::visible, list_schemas,
              Doc("events", "List the event types").gives<EventTypesBody>("EventTypes").timeless()});
  router.add({Method::get, "/v1/schemas/envelope", Permission::read, ObjectScope::visible, envelope_schema,
              Doc("events", "The JSON Schema of the envelope").gives_media(kSchemaJson)});
  router.add({Method::get, "/v1/schemas/{type}", Permission::read, ObjectScope::visible, get_schema,
              Doc("events", "The JSON Schema of the data of an event type").gives_media(kSchemaJson)});
}

}  // namespace herald::api
