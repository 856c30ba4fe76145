#include "api/event_filter.h"

#include <algorithm>

namespace herald::api {

bool matches_pattern(std::string_view pattern, std::string_view text) {
  // Greedy with one point to come back to: linear but for the product of the lengths at worst.
  std::size_t p = 0, t = 0, star = std::string_view::npos, resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p, ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  return std::all_of(pattern.begin() + static_cast<std::ptrdiff_t>(p), pattern.end(),
                     [](char c) { return c == '*'; });
}

bool EventFilter::everything() const {
  return types.empty() && subject.empty() && below.empty() && actor.empty() && correlation.empty();
}

bool EventFilter::passes(const registry::Envelope& event) const {
  const auto under = [&] {
    return std::string_view(event.subject).starts_with(below) &&
           (event.subject.size() == below.size() || event.subject[below.size()] == '/');
  };
  const auto fits = [&](const std::string& pattern) { return matches_pattern(pattern, event.type); };
  return (types.empty() || std::any_of(types.begin(), types.end(), fits)) &&
         (subject.empty() || event.subject == subject) && (below.empty() || under()) &&
         (actor.empty() || event.actor_id == actor) &&
         (correlation.empty() || event.correlation == correlation);
}

}  // namespace herald::api
