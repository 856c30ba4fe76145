#include "api/event_pages.h"

#include <algorithm>
#include <boost/algorithm/string/case_conv.hpp>
#include <limits>
#include <locale>

#include "api/principals.h"
#include "api/sight.h"
#include "automations/wildcard.h"
#include "reflect/json_value.h"
#include "reflect/json_write.h"
#include "registry/vocabulary.h"

namespace herald::api {

namespace {

// Collects events until the page is full; then one more shows whether there is a next page.
class PageOfEvents {
 public:
  // `most_passed_over`: where it ends early.
  PageOfEvents(std::size_t limit, std::size_t most_passed_over)
      : limit_(limit), most_passed_over_(most_passed_over) {}

  // False: enough. `cursor_`: the last event that was taken or passed over for good.
  bool take(Sequence sequence, std::string_view bytes) {
    if (count_ == limit_ || (count_ > 0 && body_.size() + bytes.size() > limits::kMaxPageBytes)) {
      more_ = true;
      return false;
    }
    if (count_++ > 0) body_.push_back(',');
    body_.append(bytes);
    cursor_ = sequence;
    return true;
  }
  // Looked at, and not shown. False: the page ends early, so that one request does not read the whole log.
  bool pass_over(Sequence sequence) {
    if (++passed_over_ < most_passed_over_) {
      if (count_ < limit_) cursor_ = sequence;
      return true;
    }
    more_ = true;
    return false;
  }

  // The next page looks at it with a fresh sight. Where it is the first that was looked at, it is passed over.
  bool end_before(Sequence sequence) {
    if (count_ + passed_over_ == 0) return pass_over(sequence);
    more_ = true;
    return false;
  }

  Answer answer(const Call& call, Sequence sequence) && {
    Answer answer{.body = R"({"items":[)" + std::move(body_) + "]", .sequence = sequence};
    if (more_)
      answer.body +=
          R"(,"next":")" + call.herald.cursors.seal(list_of(call), std::to_string(cursor_.value())) + "\"";
    answer.body.push_back('}');
    return answer;
  }

 private:
  const std::size_t limit_, most_passed_over_;
  std::string body_;
  std::size_t count_ = 0, passed_over_ = 0;
  Sequence cursor_;
  bool more_ = false;
};

Result<std::optional<Sequence>> sequence_in(const Call& call, std::string_view name) {
  const auto text = call.query.get(name);
  if (!text) return std::optional<Sequence>();
  HERALD_TRY(const std::uint64_t number,
             whole_number(*text, name, 0, std::numeric_limits<std::int64_t>::max()));
  return std::optional(Sequence(number));
}

Result<std::optional<Timestamp>> time_in(const Call& call, std::string_view name) {
  const auto text = call.query.get(name);
  if (!text) return std::optional<Timestamp>();
  HERALD_TRY(const Timestamp time, about(name, Timestamp::parse(*text)));
  return std::optional(time);
}

BOOST_DEFINE_ENUM_CLASS(EventOrder, asc, desc)

// Of a page.
struct Bounds : EventBounds {
  Towards towards = Towards::later;
};

// `page`: where it begins. `end`: the last event that is shown at all.
Result<Bounds> bounds_in(const Call& call, const projections::PageRequest& page,
                         const eventstore::LogView& log, Sequence end) {
  Bounds bounds;
  HERALD_TRY(static_cast<EventBounds&>(bounds), event_bounds_in(call, log, Sequence(0), end));
  HERALD_TRY(const auto order, choice_in(call, "order", EventOrder::asc));
  if (order == EventOrder::desc) bounds.towards = Towards::earlier;
  if (!page.after.empty()) {
    HERALD_TRY(const std::uint64_t cursor,
               whole_number(page.after, "cursor", 0, std::numeric_limits<std::int64_t>::max()));
    (order == EventOrder::desc ? bounds.before : bounds.after) = Sequence(cursor);
  }
  return bounds;
}

Result<void> check_type_pattern(const std::string& pattern) {
  const auto& types = registry::vocabulary();
  if (std::any_of(types.begin(), types.end(),
                  [&](const auto& type) { return automations::wildcard_match(pattern, type.type); }))
    return {};
  return error(Cause::invalid_value,
               "no event type fits " + shown(pattern) +
                   ": /v1/schemas lists them, and \"*\" stands for any characters, as in \"alias.*\"",
               "type");
}

// Empty when it is not asked for: asking for an empty one is a mistake, as of a script whose variable is not set.
Result<std::string> exact_text_in(const Call& call, std::string_view name) {
  const auto text = call.query.get(name);
  if (!text) return std::string();
  if (!text->empty()) return std::string(*text);
  return error(Cause::invalid_value, "\"" + std::string(name) + "\" is empty: leave it out to see all",
               std::string(name));
}

// Who acts and is in no directory, as events call them.
bool acts_unlisted(std::string_view actor) {
  return actor == registry::Actor::system().id || actor == registry::Actor::anonymous({}).id;
}

// By id, by name, or "me". Any id is one: automations act as well.
Result<std::string> actor_in(const Call& call) {
  HERALD_TRY(const std::string text, exact_text_in(call, "actor"));
  if (text.empty() || acts_unlisted(text)) return text;
  if (text == "me") return call.actor.id;
  if (const auto id = Uuid::parse(text)) return id->str();
  const projections::HeadReader head(call.herald.parts.head);
  HERALD_TRY(const auto principal, principal_called(call, head, text, "actor"));
  return principal.id.str();
}

Result<std::vector<std::string>> patterns_in(std::string_view list) {
  std::vector<std::string> patterns = split_at_commas(list);
  for (const std::string& pattern : patterns) HERALD_CHECK(check_type_pattern(pattern));
  return patterns;
}

// Offers an event to the page, if it passes the filter.
class Selecting {
 public:
  Selecting(const EventFilter& filter, const Sight& sight, PageOfEvents& page)
      : filter_(filter), sight_(sight), everything_(filter.everything() && sight.sees_all()), page_(page) {}
  bool operator()(Sequence sequence, std::string_view bytes) const {
    if (everything_) return page_.take(sequence, bytes);
    const auto envelope = filter_.pass(bytes);
    if (envelope && sight_.sees(*envelope, bytes)) return page_.take(sequence, bytes);
    return sight_.is_worn_out() ? page_.end_before(sequence) : page_.pass_over(sequence);
  }

 private:
  const EventFilter& filter_;
  const Sight& sight_;
  const bool everything_;
  PageOfEvents& page_;
};

}  // namespace

Result<EventFilter> filter_in(const Call& call) {
  EventFilter filter;
  if (const auto types = call.query.get("type")) {
    HERALD_TRY(filter.types, patterns_in(*types));
  }
  HERALD_TRY(filter.subject, exact_text_in(call, "subject"));
  HERALD_TRY(filter.actor, actor_in(call));
  if (const auto correlation = call.query.get("correlation")) {
    HERALD_TRY(const Uuid id, about("correlation", Uuid::parse(*correlation)));
    filter.correlation = id.str();
  }
  HERALD_TRY(const std::string reason, exact_text_in(call, "reason"));
  filter.reason = boost::algorithm::to_lower_copy(reason, std::locale::classic());
  if (const auto text = call.query.get("model")) {
    const std::size_t slash = text->find('/');
    const bool with_registry = slash != std::string_view::npos;
    HERALD_TRY(const auto registry,
               about("model", registry::RegistryName::parse(with_registry ? text->substr(0, slash)
                                                                          : registry::kDefaultRegistry)));
    HERALD_TRY(const auto name,
               about("model", registry::ModelName::parse(with_registry ? text->substr(slash + 1) : *text)));
    const projections::HeadReader head(call.herald.parts.head);
    HERALD_TRY(const auto found, about("model", seen_model(call, head, {registry, name})));
    filter.model = found.model.id;
    filter.below = "registries/" + found.registry.id.str() + "/models/" + found.model.id.str();
  }
  return filter;
}

Result<EventBounds> event_bounds_in(const Call& call, const eventstore::LogView& log, Sequence begin,
                                    std::optional<Sequence> end) {
  HERALD_TRY(const auto after, sequence_in(call, "after"));
  HERALD_TRY(const auto before, sequence_in(call, "before"));
  HERALD_TRY(const auto since, time_in(call, "since"));
  HERALD_TRY(const auto until, time_in(call, "until"));
  EventBounds bounds{.after = after.value_or(since ? Sequence(0) : begin),
                     .before = end ? end->next() : Sequence(std::numeric_limits<std::int64_t>::max())};
  if (before) bounds.before = std::min(bounds.before, *before);
  if (since) bounds.after = std::max(bounds.after, log.last_at(since->plus(std::chrono::milliseconds(-1))));
  if (until) bounds.before = std::min(bounds.before, log.last_at(*until).next());
  return bounds;
}

void EventBody::json_schema(std::string& out) {
  const auto schema = json::Document::parse(registry::envelope_schema()).value();
  out += R"({"type":"object")";
  for (const auto& [name, value] : schema.root().members()) {
    if (name != "title" && name != "properties" && name != "required") continue;
    out += ",";
    json::write_string(out, name);
    out += ":" + value.dump();
  }
  out += "}";
}

Result<Answer> timeline_page(const Call& call, const std::string& timeline) {
  HERALD_TRY(const auto request, page_in(call));
  const Timelines from(call.herald.parts);
  EventBounds bounds{.after = Sequence(0), .before = from.end.next()};
  if (!request.after.empty()) {
    HERALD_TRY(const std::uint64_t cursor,
               whole_number(request.after, "cursor", 0, std::numeric_limits<std::int64_t>::max()));
    bounds.before = Sequence(cursor);
  }
  PageOfEvents page(request.limit, call.herald.options.events_scanned);
  const Sight sight(call);
  const EventFilter all;
  projections::SequenceLists lists;
  lists.push_back(from.views.events_on(timeline));
  HERALD_CHECK(walk_events(from, lists, bounds, Towards::earlier, Selecting(all, sight, page)));
  return std::move(page).answer(call, from.end);
}

// What the page claims to have looked at comes first, what is looked at after it: so the log's snapshot holds all of it.
Result<Answer> event_page(const Call& call) {
  HERALD_TRY(const EventFilter filter, filter_in(call));
  HERALD_TRY(const auto request, page_in(call));
  const Sequence end = call.herald.parts.tail.last();
  const Timelines from(call.herald.parts);
  HERALD_TRY(const Bounds bounds, bounds_in(call, request, from.log, end));
  PageOfEvents page(request.limit, call.herald.options.events_scanned);
  const Sight sight(call);
  HERALD_CHECK(
      walk_events(from, lists_for(filter, from), bounds, bounds.towards, Selecting(filter, sight, page)));
  return std::move(page).answer(call, end);
}

}  // namespace herald::api
