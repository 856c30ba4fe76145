#include "api/event_walk.h"

#include <algorithm>

#include "projections/event_index.h"
#include "registry/vocabulary.h"

namespace herald::api {

namespace {

namespace event_index = projections::event_index;
using projections::SequenceLists;
using projections::Stands;

// Of exactly one subject: the log keeps them in order.
class EventsAboutASubject final : public projections::SequenceList {
 public:
  EventsAboutASubject(const eventstore::LogView& log, const std::string& subject)
      : log_(log), subject_(subject) {}

 private:
  std::optional<Sequence> seek(Sequence from, Towards towards) override {
    return towards == Towards::later ? log_.first_about(subject_, from) : log_.last_about(subject_, from);
  }

  const eventstore::LogView& log_;
  const std::string& subject_;
};

// Where the walk begins: the bounds hold it.
Sequence first_of(const EventBounds& bounds, Towards towards) {
  return towards == Towards::later ? bounds.after.next() : Sequence(bounds.before.value() - 1);
}
bool are_empty(const EventBounds& bounds) {
  return !bounds.holds(bounds.after.next());
}

// Every event within the bounds. Whether it came to their end.
bool read_along(const eventstore::LogView& log, const EventBounds& bounds, Towards towards,
                const eventstore::LogView::Visit& visit) {
  if (are_empty(bounds)) return true;
  bool goes_on = true;
  const auto within = [&](Sequence sequence, std::string_view bytes) {
    if (!bounds.holds(sequence)) return false;
    goes_on = visit(sequence, bytes);
    return goes_on;
  };
  const Sequence first = first_of(bounds, towards);
  if (towards == Towards::later) {
    log.scan(first, within);
  } else {
    log.scan_back(first, within);
  }
  return goes_on;
}

// The same over the few that the lists name.
Result<bool> look_up(const Timelines& from, const SequenceLists& lists, const EventBounds& bounds,
                     Towards towards, const eventstore::LogView::Visit& visit) {
  if (are_empty(bounds)) return true;
  bool goes_on = true;
  std::optional<Sequence> missing;
  const auto within = [&](Sequence sequence, Stands stands) {
    if (!bounds.holds(sequence)) return false;
    const auto bytes = stands == Stands::on_all ? from.log.event(sequence) : std::string_view();
    if (!bytes) missing = sequence;
    goes_on = bytes && visit(sequence, *bytes);
    return goes_on;
  };
  projections::walk_common(lists, first_of(bounds, towards), towards, within);
  if (missing) return not_in_the_log(*missing);
  return goes_on;
}

// Nothing when all types fit: then the types tell nothing.
std::unique_ptr<projections::SequenceList> events_of_types(const EventFilter& filter, const Timelines& from) {
  SequenceLists each;
  const auto& types = registry::vocabulary();
  for (const registry::EventType& type : types) {
    if (filter.takes_type(type.type))
      each.push_back(from.views.events_under(event_index::of_type(type.type)));
  }
  return each.size() == types.size() ? nullptr : projections::any_of(std::move(each));
}

}  // namespace

Error not_in_the_log(Sequence sequence) {
  return error(Cause::internal, "the views name event " + std::to_string(sequence.value()) +
                                    ", which the log does not hold: run herald fsck");
}

SequenceLists lists_for(const EventFilter& filter, const Timelines& from) {
  SequenceLists lists;
  if (filter.model) lists.push_back(from.views.events_on(projections::timelines::model(*filter.model)));
  if (!filter.subject.empty())
    lists.push_back(std::make_unique<EventsAboutASubject>(from.log, filter.subject));
  if (!filter.actor.empty()) lists.push_back(from.views.events_under(event_index::of_actor(filter.actor)));
  if (const auto correlation = Uuid::parse(filter.correlation))
    lists.push_back(from.views.events_under(event_index::of_correlation(*correlation)));
  if (auto of_types = events_of_types(filter, from)) lists.push_back(std::move(of_types));
  return lists;
}

Result<bool> walk_events(const Timelines& from, const SequenceLists& lists, const EventBounds& bounds,
                         Towards towards, const eventstore::LogView::Visit& visit) {
  if (lists.empty()) return read_along(from.log, bounds, towards, visit);
  const EventBounds known{bounds.after, std::min(bounds.before, from.end.next())};
  const EventBounds newest{std::max(bounds.after, from.end), bounds.before};
  if (towards == Towards::later) {
    HERALD_TRY(const bool goes_on, look_up(from, lists, known, towards, visit));
    return goes_on && read_along(from.log, newest, towards, visit);
  }
  if (!read_along(from.log, newest, towards, visit)) return false;
  return look_up(from, lists, known, towards, visit);
}

}  // namespace herald::api
