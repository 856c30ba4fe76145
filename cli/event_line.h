// What an event says, in one line for people: "production of churn: v1 -> v2 (better auc)".
#pragma once

#include <string>
#include <string_view>

#include "reflect/json_value.h"

namespace herald::cli {

// `event`: the CloudEvent as recorded. A type that this program does not know yields its data as JSON.
std::string event_line(const json::Value& event);
// Whether this program has words for events of that type ("alias.assigned").
bool has_event_line(std::string_view type);
// "alias.assigned" of "herald.alias.assigned.v1".
std::string event_type(const json::Value& event);
// "42" of "00000000000000000042".
std::string event_number(const json::Value& event);

}  // namespace herald::cli
