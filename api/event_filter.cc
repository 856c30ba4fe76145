#include "api/event_filter.h"

#include <algorithm>
#include <boost/algorithm/string/case_conv.hpp>
#include <locale>

#include "automations/wildcard.h"
#include "reflect/json_value.h"

namespace herald::api {

namespace {

// In lower case; empty when the event has none.
std::string reason_of(std::string_view event) {
  const auto document = json::Document::parse(event);
  const auto data = document ? document->root().find("data") : std::nullopt;
  const auto reason = data ? data->find("reason") : std::nullopt;
  const auto text = reason ? reason->string() : std::nullopt;
  return boost::algorithm::to_lower_copy(std::string(text.value_or("")), std::locale::classic());
}

}  // namespace

bool EventFilter::everything() const {
  return types.empty() && subject.empty() && below.empty() && actor.empty() && correlation.empty() &&
         reason.empty();
}

bool EventFilter::takes_type(std::string_view type) const {
  const auto named = [&](const std::string& pattern) { return automations::wildcard_match(pattern, type); };
  return types.empty() || std::any_of(types.begin(), types.end(), named);
}

std::optional<registry::Envelope> EventFilter::pass(std::string_view event) const {
  if (event.empty()) return std::nullopt;
  auto envelope = registry::decode_envelope(event);
  if (!envelope || !fits(*envelope)) return std::nullopt;
  if (!reason.empty() && reason_of(event).find(reason) == std::string::npos) return std::nullopt;
  return std::move(*envelope);
}

bool EventFilter::fits(const registry::Envelope& event) const {
  const auto under = [&] {
    return std::string_view(event.subject).starts_with(below) &&
           (event.subject.size() == below.size() || event.subject[below.size()] == '/');
  };
  return takes_type(event.type) && (subject.empty() || event.subject == subject) &&
         (below.empty() || under()) && (actor.empty() || event.actor_id == actor) &&
         (correlation.empty() || event.correlation == correlation);
}

}  // namespace herald::api
