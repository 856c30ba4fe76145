// How events are found that a filter may let pass, for lists, exports and live streams: by what the views have in order (the
// index of types, actors and correlations; the timelines of models) and by the subjects that the log keeps in order, so that
// it costs what is found, however long the log is. What the views do not have yet is read from the log. The text of a reason
// is in no index: an event of which only that is asked is read like any other.
#pragma once

#include "api/call.h"
#include "eventstore/log.h"
#include "projections/sequence_list.h"
#include "projections/views.h"

namespace herald::api {

using projections::Towards;

// Snapshots of the timelines and of the events that they name. The views' is the earlier one (members are made in their
// order), so the log holds whatever it names. What is made of timelines alone claims no more than `end`. Short-lived; one thread.
struct Timelines {
  Timelines(const projections::Views& views, const eventstore::Log& log)
      : views(views), log(log.read()), end(this->views.stand().sequence) {}
  explicit Timelines(const Parts& parts) : Timelines(parts.views, parts.log) {}
  const projections::ViewsReader views;
  const eventstore::LogReader log;
  const Sequence end;
};
// A defect, or damage: internal.
Error not_in_the_log(Sequence sequence);

// The events in (after, before).
struct EventBounds {
  Sequence after, before;
  bool holds(Sequence sequence) const { return sequence > after && sequence < before; }
};

// What an index knows of each part of the filter: an event that passes stands on all of these. None: nothing is known, and any
// may pass. They borrow from `from` and from the filter.
projections::SequenceLists lists_for(const EventFilter& filter, const Timelines& from);

// Calls visit(sequence, bytes) for the events within the bounds that stand on all the lists, in order, until it returns false;
// of those that the views do not have yet, for every one. Without bytes for those that were looked up and do not stand on all:
// they count as looked at. Whether it came to the end of the bounds. Errors: internal.
Result<bool> walk_events(const Timelines& from, const projections::SequenceLists& lists,
                         const EventBounds& bounds, Towards towards, const eventstore::LogView::Visit& visit);

}  // namespace herald::api
