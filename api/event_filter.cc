#include "api/event_filter.h"

#include <algorithm>

#include "automations/wildcard.h"

namespace herald::api {

bool EventFilter::everything() const {
  return types.empty() && subject.empty() && below.empty() && actor.empty() && correlation.empty();
}

bool EventFilter::passes(const registry::Envelope& event) const {
  const auto under = [&] {
    return std::string_view(event.subject).starts_with(below) &&
           (event.subject.size() == below.size() || event.subject[below.size()] == '/');
  };
  const auto fits = [&](const std::string& pattern) {
    return automations::wildcard_match(pattern, event.type);
  };
  return (types.empty() || std::any_of(types.begin(), types.end(), fits)) &&
         (subject.empty() || event.subject == subject) && (below.empty() || under()) &&
         (actor.empty() || event.actor_id == actor) &&
         (correlation.empty() || event.correlation == correlation);
}

}  // namespace herald::api
