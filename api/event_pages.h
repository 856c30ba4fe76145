// Pages of events as they were recorded: those of a timeline, and those that pass a filter.
#pragma once

#include "api/event_walk.h"

namespace herald::api {

// As it was recorded, for the description: what is sent are the bytes of the log.
struct EventBody {
  static void json_schema(std::string& out);
};

// Newest first: what happened to one thing.
Result<Answer> timeline_page(const Call& call, const std::string& timeline);
// By the parameters of /v1/events.
Result<Answer> event_page(const Call& call);

// The parameters that lists, live streams and exports share: type, subject, model, actor, correlation, reason.
Result<EventFilter> filter_in(const Call& call);

// Of the events that are asked for, by after, before, since and until.
// `begin`: where there is neither `after` nor `since`. `end`: the last event that is shown at all; nothing: there is no end.
Result<EventBounds> event_bounds_in(const Call& call, const eventstore::LogView& log, Sequence begin,
                                    std::optional<Sequence> end);

}  // namespace herald::api
