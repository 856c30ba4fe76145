#include "automations/suggest.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "reflect/nearest.h"

namespace herald::automations {

std::string did_you_mean(std::string_view wrong, std::span<const std::string_view> known) {
  const std::string_view best = reflect::nearest(wrong, known);
  return best.empty() ? std::string() : fmt::format(" (did you mean \"{}\"?)", best);
}

std::string listed(std::span<const std::string_view> words) {
  return fmt::format("{}", fmt::join(words, ", "));
}

}  // namespace herald::automations
