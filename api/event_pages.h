// Pages of events as they were recorded: those of a timeline, and those that pass a filter.
#pragma once

#include "api/call.h"
#include "eventstore/log.h"
#include "projections/views.h"

namespace herald::api {

// Timelines and the events that they name, up to `end` and not beyond: an answer made of them claims no more. The views'
// snapshot is the earlier one (members are made in their order), so the log holds whatever it names.
struct Timelines {
  explicit Timelines(const Parts& parts)
      : views(parts.views), log(parts.log.read()), end(views.stand().sequence) {}
  const projections::ViewsReader views;
  const eventstore::LogReader log;
  const Sequence end;
};
// A defect, or damage: internal.
Error not_in_the_log(Sequence sequence);

// As it was recorded, for the description: what is sent are the bytes of the log.
struct EventBody {
  static void json_schema(std::string& out);
};

// Newest first: what happened to one thing.
Result<Answer> timeline_page(const Call& call, const std::string& timeline);
// By the parameters of /v1/events.
Result<Answer> event_page(const Call& call);

// The parameters that lists, live streams and exports share: type, subject, model, actor, correlation, reason.
struct EventSelection {
  EventFilter filter;
  std::optional<registry::ModelId> model;
};
Result<EventSelection> selection_in(const Call& call);

// Of the events in (after, before), by after, before, since and until.
struct EventBounds {
  Sequence after, before;
  bool holds(Sequence sequence) const { return sequence > after && sequence < before; }
};
// `begin`: where there is neither `after` nor `since`. `end`: the last event that is shown at all; nothing: there is no end.
Result<EventBounds> event_bounds_in(const Call& call, const eventstore::LogView& log, Sequence begin,
                                    std::optional<Sequence> end);

}  // namespace herald::api
