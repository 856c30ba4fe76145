// Pages of events as they were recorded: those of a timeline, and those that pass a filter.
#pragma once

#include "api/call.h"

namespace herald::api {

// Newest first: what happened to one thing.
Result<Answer> timeline_page(const Call& call, const std::string& timeline);
// By the parameters of /v1/events. Looks at many events: not on an I/O thread.
Result<Answer> event_page(const Call& call);

// The parameters that lists and live streams share: type, subject, model, actor, correlation.
struct EventSelection {
  EventFilter filter;
  std::optional<registry::ModelId> model;
};
Result<EventSelection> selection_in(const Call& call);

}  // namespace herald::api
