// Which events a list, an export or a live stream shows.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "registry/event.h"

namespace herald::api {

struct EventFilter {
  std::vector<std::string> types;          // patterns (automations/wildcard.h), any of them; empty: all types
  std::string subject;                     // exactly; empty: all
  std::string below;                       // that subject and those under it; empty: all
  std::optional<registry::ModelId> model;  // the one that `below` is the subject of, if it is a model's
  std::string actor;                       // id; empty: all
  std::string correlation;                 // lower-case UUID; empty: all
  std::string reason;                      // in lower case (ASCII): stands in the event's reason; empty: all

  bool everything() const;
  bool takes_type(std::string_view type) const;
  // What the envelope of an event as recorded says, if it passes. Of no bytes: none does (event_walk.h).
  std::optional<registry::Envelope> pass(std::string_view event) const;

 private:
  bool fits(const registry::Envelope& event) const;
};

}  // namespace herald::api
