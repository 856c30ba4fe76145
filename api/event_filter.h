// Which events a list or a live stream shows.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "registry/event.h"

namespace herald::api {

// "alias.*" against "alias.assigned": "*" stands for any run of characters.
bool matches_pattern(std::string_view pattern, std::string_view text);

struct EventFilter {
  std::vector<std::string> types;  // patterns, any of them; empty: all types
  std::string subject;             // exactly; empty: all
  std::string below;               // that subject and those under it; empty: all
  std::string actor;               // id; empty: all
  std::string correlation;         // lower-case UUID; empty: all

  bool everything() const;
  bool passes(const registry::Envelope& event) const;
};

}  // namespace herald::api
